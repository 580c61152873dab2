package channel

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"

	"foyer/internal/consent"
	"foyer/internal/household"
)

func init() {
	register(Kind{
		Name: "log",
		Does: "Notes in the log that somebody was told, without saying of whom; in the demo it prints a line.",
		Default: func() Section {
			return &LogSection{Recipient: string(consent.ToCooperative), Tell: usual()}
		},
	})
}

// LogSection configures the log as a channel.
type LogSection struct {
	Enabled   bool             `yaml:"enabled" doc:"whether alerts are noted in the log"`
	Recipient string           `yaml:"recipient" doc:"as whom the log reads: what that recipient may not see is not noted"`
	Tell      []household.Step `yaml:"tell" doc:"steps to note: opened, escalated, acknowledged, resolved"`
}

// Validate implements [Section].
func (s *LogSection) Validate() error { return checkRoute(s.Recipient, s.Tell) }

// Open implements [Section].
func (s *LogSection) Open(d Deps) ([]Open, error) {
	if !s.Enabled {
		return nil, nil
	}
	if d.Log == nil {
		return nil, errors.New("no logger")
	}
	return []Open{{Name: "log", Recipient: s.Recipient, Steps: s.Tell, Channel: Log{d}}}, nil
}

// Log notes in the log that an alert was told, by rule, severity and step alone.
// Where somebody watches, as in the demo, it gives them a line with the name.
type Log struct{ deps Deps }

// Send implements [Channel].
func (l Log) Send(ctx context.Context, m Message) error {
	l.deps.Log.LogAttrs(ctx, slog.LevelInfo, "alert told",
		slog.String("rule", m.Alert.Rule), slog.String("severity", string(m.Alert.Severity)), slog.String("step", string(m.Step)))
	if l.deps.Notify != nil {
		l.deps.Notify(l.line(m))
	}
	return nil
}

// line returns "alert: logement froid, Foyer 07 -> console".
func (l Log) line(m Message) string {
	var b strings.Builder
	b.WriteString("alert")
	if m.Step != household.StepOpened {
		b.WriteString(" " + string(m.Step))
	}
	first, size := utf8.DecodeRuneInString(l.deps.title(m))
	b.WriteString(": " + string(unicode.ToLower(first)) + l.deps.title(m)[size:])
	if m.Alert.Label != "" {
		b.WriteString(", " + m.Alert.Label)
	}
	b.WriteString(" -> console")
	return oneLine(b.String())
}

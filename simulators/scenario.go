package simulators

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/written"
)

// A Scenario says which homes there are and what happens in them. A file of it,
// with every key, is in testdata/scenario.yaml.
type Scenario struct {
	Seed      uint64        `yaml:"seed"`       // the same seed gives the same bytes
	Start     string        `yaml:"start"`      // first instant published: "2026-11-10", "2026-11-10T20:00" in Zone, or RFC 3339
	Days      int           `yaml:"days"`       // local days published; 0 never ends
	Zone      string        `yaml:"zone"`       // "Europe/Paris" by default
	Interval  time.Duration `yaml:"interval"`   // between messages of a meter; divides 30 minutes; 5m by default
	Sensors   time.Duration `yaml:"sensors"`    // between messages of a climate sensor; divides 30 minutes; 10m by default
	HalfHours int           `yaml:"half_hours"` // days before Start that Past tells by the half-hour; 28 by default
	Climate   Climate       `yaml:"climate"`
	Station   string        `yaml:"station"` // gateway of the outdoor sensor; "gw-00" by default, "none" for no station
	Homes     []Home        `yaml:"homes"`
	Faults    []Fault       `yaml:"faults"` // of every home, and of the station since the first home's Start
}

// Parse reads a scenario. An unknown key is an error.
func Parse(b []byte) (Scenario, error) {
	var s Scenario
	if err := written.Decode(b, &s); err != nil {
		return Scenario{}, fmt.Errorf("read the scenario: %w", err)
	}
	return s, nil
}

// Default returns a scenario of n homes of all dialects that say when, mostly without
// trouble: of each dozen one is cold, one spends more and more, and one falls silent.
func Default(n int) Scenario {
	var s Scenario
	names := timed()
	for i := range n {
		h := Home{Dialect: names[i%len(names)], Contract: Base}
		if len(dialects[h.Dialect].contracts) > 1 && i%2 == 0 {
			h.Contract = PeakOffPeak
		}
		switch i % 12 {
		case 3:
			h.Situation = Cold
		case 6:
			h.Situation = Drift
		case 9:
			h.Situation = Silent
		}
		s.Homes = append(s.Homes, h)
	}
	return s
}

// A MistakeError is one thing a scenario says that cannot be.
type MistakeError struct{ Field, Value, Why string }

// Error says the field, its value and the reason.
func (e *MistakeError) Error() string { return fmt.Sprintf("%s: %q: %s", e.Field, e.Value, e.Why) }

func mistake(field string, value any, why string) error {
	return &MistakeError{field, fmt.Sprint(value), why}
}

// complete fills in defaults and reports every mistake of s and of its homes.
func (s *Scenario) complete() error {
	var errs []error
	note := func(bad bool, field string, value any, why string) {
		if bad {
			errs = append(errs, mistake(field, value, why))
		}
	}
	fill(&s.Zone, "Europe/Paris")
	fill(&s.Interval, 5*time.Minute)
	fill(&s.Sensors, 10*time.Minute)
	fill(&s.HalfHours, 28)
	fill(&s.Station, "gw-00")
	note(outside(s.Days, 0, 36_500), "days", s.Days, "want 0 to 36500")
	note(outside(s.HalfHours, 0, 4_000), "half_hours", s.HalfHours, "want 0 to 4000")
	note(len(s.Homes) == 0 || len(s.Homes) > 10_000, "homes", len(s.Homes), "want 1 to 10000")
	for _, i := range []struct {
		field string
		every time.Duration
	}{{"interval", s.Interval}, {"sensors", s.Sensors}} {
		whole := i.every >= time.Second && i.every%time.Second == 0 && 30*time.Minute%i.every == 0
		note(!whole, i.field, i.every, "want whole seconds that divide 30 minutes")
	}
	s.Faults = slices.Clone(s.Faults)
	for i := range s.Faults {
		s.Faults[i].complete() // the homes, which have them all, report the mistakes
	}
	seen := map[string]bool{s.Station: true}
	for i := range s.Homes {
		h := &s.Homes[i]
		h.Faults = append(h.Faults[:len(h.Faults):len(h.Faults)], s.Faults...)
		errs = append(errs, h.complete(i, s)...)
		note(seen[h.Gateway], fmt.Sprintf("homes[%d].gateway", i), h.Gateway, "a home has a gateway of its own")
		seen[h.Gateway] = true
	}
	return errors.Join(errs...)
}

// fill sets a field that was left out.
func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// outside reports whether v is not in [lo,hi].
func outside[T cmp.Ordered](v, lo, hi T) bool { return v < lo || v > hi }

// instant reads what Scenario.Start may hold.
func instant(s string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("want 2026-11-10, 2026-11-10T20:00 or RFC 3339")
}

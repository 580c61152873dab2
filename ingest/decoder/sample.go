package decoder

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A sample is a message and what must come of it. Samples of built-in templates
// run as tests, those of an operator whenever his templates are read.
type sample struct {
	Note        string            `yaml:"note"`
	Topic       string            `yaml:"topic"`
	Payload     string            `yaml:"payload"`
	Redelivered bool              `yaml:"redelivered"`
	ReceivedAt  string            `yaml:"received_at"`
	Zone        string            `yaml:"zone"`
	Assume      map[string]any    `yaml:"assume"`
	Context     map[string]string `yaml:"context"` // facts
	Outcome     Outcome           `yaml:"outcome"`
	Reason      string            `yaml:"reason"`
	Want        []string          `yaml:"want"` // scheme, device, register, value, unit, time
}

// message returns the message of s.
func (s *sample) message() (m Message, err error) {
	m = Message{Topic: s.Topic, Payload: []byte(s.Payload), Redelivered: s.Redelivered, Assume: s.Assume, Context: Memory(s.Context)}
	if s.ReceivedAt != "" {
		if m.ReceivedAt, err = time.Parse(time.RFC3339, s.ReceivedAt); err != nil {
			return m, fmt.Errorf("received_at: %w", err)
		}
	}
	if s.Zone != "" {
		if m.Zone, err = time.LoadLocation(s.Zone); err != nil {
			return m, fmt.Errorf("zone: %w", err)
		}
	}
	return m, nil
}

// expected returns what must come of s, as [lines] writes it.
func (s *sample) expected() []string {
	if s.Outcome != "" {
		return []string{string(s.Outcome) + ": " + s.Reason}
	}
	return s.Want
}

// differs says in what the reading of s by the dialects of set is not what it
// says, with the lines of [Set.Explain]; "" when it is.
func (s *sample) differs(set *Set, dialect string) (string, error) {
	m, err := s.message()
	if err != nil {
		return "", err
	}
	r, explained, err := set.Explain(m)
	if (err != nil) != (r.Outcome == Refused) {
		return "", err
	}
	var faults []string
	if r.Dialect != dialect {
		faults = append(faults, fmt.Sprintf("it is read by %q", r.Dialect))
	}
	if got, want := lines(r), s.expected(); !slices.Equal(got, want) {
		faults = append(faults, "got\n\t"+strings.Join(got, "\n\t")+"\nwant\n\t"+strings.Join(want, "\n\t"))
	}
	if faults == nil {
		return "", nil
	}
	return strings.Join(append(faults, explained...), "\n"), nil
}

// lines writes a result as samples do.
func lines(r Result) []string {
	if r.Outcome != Readings {
		return []string{string(r.Outcome) + ": " + r.Reason}
	}
	var all []string
	for _, o := range r.Observations {
		at := "arrival"
		if !o.At.IsZero() {
			at = o.At.Format(time.RFC3339Nano)
		}
		q := o.Register.Quantity()
		id := strings.Join(append([]string{o.Device.ID}, o.Device.Aliases...), "|")
		all = append(all, fmt.Sprintf("%s %s %s %s %s %s", o.Device.Scheme, id, o.Register, shown(o.Value, 3+q.ShownExponent()), q.Shown(), at))
	}
	return all
}

// shown writes v × 10^-decimals without trailing zeros.
func shown(v int64, decimals int) string {
	s := strconv.FormatInt(max(v, -v), 10)
	s = strings.Repeat("0", max(decimals+1-len(s), 0)) + s
	s = strings.TrimSuffix(strings.TrimRight(s[:len(s)-decimals]+"."+s[len(s)-decimals:], "0"), ".")
	if v < 0 {
		return "-" + s
	}
	return s
}

// Package charter holds what a town promises its families and the public: from how many
// homes a figure is shown, how long data is kept, how long a consent holds, which
// purposes and languages there are. Each promise is a parameter with a date, with who
// decided and why.
//
// It is pure, and knows no store and no words: others keep the changes and say them.
package charter

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Change says that a parameter has a value from an instant on.
type Change struct {
	ID    int64
	Name  string
	Value string    // in the one form that [Parameter.Parse] gives
	From  time.Time // zero, of what is said: at once
	At    time.Time // when it was said
	By    string    // who decided, in words that may be public: "conseil municipal, 12 mars"
	Why   string
}

// ErrPast refuses a change from an instant that is over.
var ErrPast = errors.New("the charter cannot change in the past")

// A Book is every change that was ever said, in the order it was said.
type Book []Change

// A Charter is what holds at one instant.
type Charter struct{ holds map[string]Change }

// At returns what holds at an instant: of each parameter the change with the latest
// beginning, of those the one said last, and else the default.
func (b Book) At(t time.Time) Charter {
	c := Charter{map[string]Change{}}
	for _, x := range b {
		if x.From.After(t) {
			continue
		}
		if now, ok := c.holds[x.Name]; !ok || !x.From.Before(now.From) {
			c.holds[x.Name] = x
		}
	}
	return c
}

// Get returns what holds of a parameter; a change without an id is the default, which
// nobody decided.
func (c Charter) Get(name string) Change {
	if x, ok := c.holds[name]; ok {
		return x
	}
	p, _ := Find(name)
	return Change{Name: name, Value: p.Default}
}

// Rules returns what was last seen of the thresholds of alerts, by rule, in order.
func (c Charter) Rules() []Change {
	var all []Change
	for name, x := range c.holds {
		if strings.HasPrefix(name, rulePrefix) {
			all = append(all, x)
		}
	}
	slices.SortFunc(all, func(a, b Change) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// A Parameter is one promise.
type Parameter struct {
	Name     string
	Default  string
	Unit     string // "homes", "%", "days", "years"; "" for a list of words
	Min, Max int    // of a number; how strict it can be and how lax
	Words    []string
	Needs    string // the word that a list cannot do without
}

// The names of the parameters.
const (
	Homes       = "k"
	Share       = "share"
	Consents    = "consent_days"
	HalfHours   = "half_hour_days"
	Months      = "month_years"
	Alerts      = "alert_years"
	Proofs      = "proof_years"
	PurposeList = "purposes"
	Languages   = "languages"
)

// Parameters lists every promise, in the order it is shown. A charter is stricter than
// its defaults or like them, never laxer.
//
// Sources: INSEE, manuel de protection des tableaux (11 homes, 85 %).
var Parameters = []Parameter{
	{Name: Homes, Default: "11", Unit: "homes", Min: 11, Max: 1000},
	{Name: Share, Default: "85", Unit: "%", Min: 50, Max: 85},
	{Name: Consents, Default: "365", Unit: "days", Min: 30, Max: 365},
	{Name: HalfHours, Default: "90", Unit: "days", Min: 36, Max: 90}, // readings of 35 days may still come
	{Name: Months, Default: "3", Unit: "years", Min: 1, Max: 3},
	{Name: Alerts, Default: "3", Unit: "years", Min: 1, Max: 3}, // as long as the figures they rest on
	{Name: Proofs, Default: "5", Unit: "years", Min: 3, Max: 5},
	{
		Name: PurposeList, Default: "family_view cooperative_summary alert evaluation open_statistics research",
		Words: []string{"family_view", "cooperative_summary", "alert", "evaluation", "open_statistics", "research"}, Needs: "family_view",
	},
	{Name: Languages, Default: "fr en", Words: []string{"fr", "en"}, Needs: "fr"},
}

// Find returns a parameter by its name.
func Find(name string) (Parameter, bool) {
	i := slices.IndexFunc(Parameters, func(p Parameter) bool { return p.Name == name })
	if i < 0 {
		return Parameter{}, false
	}
	return Parameters[i], true
}

// Parse reads a value and gives it in one form: a number without zeros before it, or
// words with one space between, in the order of the default. An error says what the
// parameter wants.
func (p Parameter) Parse(value string) (string, error) {
	if p.Words == nil {
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < p.Min || n > p.Max {
			return "", fmt.Errorf("%s %q: want a whole number of %s from %d to %d", p.Name, value, p.Unit, p.Min, p.Max)
		}
		return strconv.Itoa(n), nil
	}
	given := strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ',' })
	for _, w := range given {
		if !slices.Contains(p.Words, w) {
			return "", fmt.Errorf("%s: %q: want some of %s", p.Name, w, strings.Join(p.Words, ", "))
		}
	}
	if !slices.Contains(given, p.Needs) {
		return "", fmt.Errorf("%s %q: want %s among them", p.Name, value, p.Needs)
	}
	var words []string
	for _, w := range p.Words {
		if slices.Contains(given, w) {
			words = append(words, w)
		}
	}
	return strings.Join(words, " "), nil
}

// Longest texts on a decision, in bytes.
const (
	MaxBy  = 200
	MaxWhy = 1000
)

// Check reads what was decided and gives its value in one form. All faults are reported
// together.
func (x Change) Check() (Change, error) {
	p, known := Find(x.Name)
	if !known {
		var names []string
		for _, p := range Parameters {
			names = append(names, p.Name)
		}
		return x, fmt.Errorf("parameter %q: want one of %s", x.Name, strings.Join(names, ", "))
	}
	value, err := p.Parse(x.Value)
	faults := []error{err}
	for _, text := range []struct {
		name, value string
		most        int
	}{{"who decided", x.By, MaxBy}, {"why", x.Why, MaxWhy}} {
		switch {
		case strings.TrimSpace(text.value) == "":
			faults = append(faults, fmt.Errorf("%s is missing: families read it", text.name))
		case len(text.value) > text.most:
			faults = append(faults, fmt.Errorf("%s takes %d bytes: at most %d", text.name, len(text.value), text.most))
		}
	}
	x.Value = value
	return x, errors.Join(faults...)
}

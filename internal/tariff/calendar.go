package tariff

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"foyer/internal/energy"
)

// A Calendar gives days their colour, as the grid's operator announced it. Days it
// does not hold have none: their colour is not known.
type Calendar struct {
	ID      string
	Name    string
	Colours []Colour
	Days    map[energy.Day]string
}

// A Colour is what the days of a calendar can be, with the rules it keeps to.
type Colour struct {
	Name   string
	Season Season         // in which alone it falls; zero: any
	Never  []time.Weekday // days of the week it never falls on
	AtMost int            // days of it from one 1 September to the next; 0: any
}

// Colour returns the colour of a day, or [ErrNoColour].
func (c *Calendar) Colour(day energy.Day) (string, error) {
	if name, ok := c.Days[day]; ok {
		return name, nil
	}
	return "", fmt.Errorf("%s on %s: %w: give it in a file of kind calendar", c.ID, day, ErrNoColour)
}

func (c *Calendar) has(colour string) bool {
	return slices.ContainsFunc(c.Colours, func(x Colour) bool { return x.Name == colour })
}

// with returns the days of c, which may be nil, and those of other, which count
// where both have one. Rules are those of other if it has any.
func (c *Calendar) with(other *Calendar) *Calendar {
	if c == nil {
		return other
	}
	all := &Calendar{other.ID, other.Name, other.Colours, maps.Clone(c.Days)}
	if len(all.Colours) == 0 {
		all.Colours = c.Colours
	}
	maps.Copy(all.Days, other.Days)
	return all
}

// names lists the colours.
func (c *Calendar) names() []string {
	names := make([]string, len(c.Colours))
	for i, x := range c.Colours {
		names[i] = x.Name
	}
	return names
}

// check reports days that cannot have the colour they are given.
func (c *Calendar) check() error {
	var faults []error
	for _, f := range c.faults() {
		faults = append(faults, fmt.Errorf("%s: days: %s: %s", c.ID, f.day, f.text))
	}
	return errors.Join(faults...)
}

// A dayFault is a day that cannot have its colour, and why.
type dayFault struct {
	day  energy.Day
	text string
}

func (c *Calendar) faults() (faults []dayFault) {
	fault := func(d energy.Day, format string, args ...any) {
		faults = append(faults, dayFault{d, fmt.Sprintf(format, args...)})
	}
	type year struct {
		colour string
		of     int
	}
	count := map[year]int{}
	for _, d := range slices.SortedFunc(maps.Keys(c.Days), energy.Day.Compare) {
		i := slices.IndexFunc(c.Colours, func(x Colour) bool { return x.Name == c.Days[d] })
		if i < 0 {
			fault(d, "%q is none of the colours", c.Days[d])
			continue
		}
		x := c.Colours[i]
		if !x.Season.Holds(d) {
			fault(d, "no day outside %s is %s", x.Season, x.Name)
		}
		if slices.Contains(x.Never, d.Weekday()) {
			fault(d, "no %s is %s", d.Weekday(), x.Name)
		}
		of := year{x.Name, d.Year}
		if d.Month < time.September {
			of.of--
		}
		if count[of]++; x.AtMost > 0 && count[of] == x.AtMost+1 {
			fault(d, "the %dth day that is %s since September, of at most %d", count[of], x.Name, x.AtMost)
		}
	}
	return faults
}

// A Season is the days of a year from one date to another, both included; it may
// run over New Year. The zero value is the whole year.
type Season struct{ from, to monthDay }

// A monthDay is 1101 for 1 November.
type monthDay int

// ParseSeason reads "11-01..03-31". "" is the whole year.
func ParseSeason(text string) (Season, error) {
	if text == "" {
		return Season{}, nil
	}
	var s Season
	var m1, d1, m2, d2 int
	if n, err := fmt.Sscanf(text, "%2d-%2d..%2d-%2d", &m1, &d1, &m2, &d2); err != nil || n != 4 || text != fmt.Sprintf("%02d-%02d..%02d-%02d", m1, d1, m2, d2) {
		return s, fmt.Errorf("%q: want a season like 11-01..03-31", text)
	}
	for _, md := range []string{text[:5], text[7:]} {
		if _, err := energy.ParseDay("2024-" + md); err != nil {
			return s, fmt.Errorf("%q: %s is no date", text, md)
		}
	}
	return Season{monthDay(m1*100 + d1), monthDay(m2*100 + d2)}, nil
}

// Holds reports whether a day lies in the season.
func (s Season) Holds(d energy.Day) bool {
	if s == (Season{}) {
		return true
	}
	at := monthDay(int(d.Month)*100 + d.Date)
	if s.from <= s.to {
		return s.from <= at && at <= s.to
	}
	return s.from <= at || at <= s.to
}

// String prints the season as [ParseSeason] reads it.
func (s Season) String() string {
	if s == (Season{}) {
		return ""
	}
	return fmt.Sprintf("%02d-%02d..%02d-%02d", s.from/100, s.from%100, s.to/100, s.to%100)
}

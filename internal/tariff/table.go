package tariff

import (
	"fmt"
	"regexp"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

// fileTaxes are "included", the taxes one by one, or the id of a file of kind taxes.
type fileTaxes struct {
	included bool
	table    string
	set      bool
	Excise   amount      `yaml:"excise"`
	CTA      fileCharges `yaml:"cta"`
	Energy   amount      `yaml:"vat_energy"`
	Standing amount      `yaml:"vat_standing"`
}

// UnmarshalYAML reads a word or the taxes one by one.
func (t *fileTaxes) UnmarshalYAML(unmarshal func(any) error) error {
	t.set = true
	var text string
	if err := unmarshal(&text); err == nil {
		t.included = text == "included"
		if !t.included {
			t.table = text
		}
		return nil
	}
	type plain fileTaxes // without this method
	return unmarshal((*plain)(t))
}

const wantTaxes = "want included, the id of a file of kind taxes, or excise, cta, vat_energy and vat_standing"

func (c *checker) taxes(field string, f *fileTaxes) Taxes {
	switch {
	case !f.set:
		c.fault(field, "is missing: %s", wantTaxes)
	case f.included:
		return Taxes{Included: true}
	case f.table != "":
		if !word.MatchString(f.table) {
			c.fault(field, "%q: %s", f.table, wantTaxes)
		}
		return Taxes{Table: f.table}
	}
	return c.levy(field, f)
}

// levy checks taxes that are given one by one.
func (c *checker) levy(field string, f *fileTaxes) Taxes {
	for name, a := range map[string]amount{"excise": f.Excise, "vat_energy": f.Energy, "vat_standing": f.Standing} {
		switch {
		case !c.reads(field+"."+name, a):
		case f.set && !a.set:
			c.fault(field, "%s is missing; 0 says that there is none", name)
		case a.IsNegative() || name != "excise" && a.GreaterThanOrEqual(decimal.New(1, 0)):
			c.fault(field+"."+name, "%s: want at least 0; a rate is below 1, 0.20 for 20 %%", a)
		}
	}
	if f.set && !f.CTA.set {
		c.fault(field, "cta is missing; 0 says that there is none, unknown that it was not found")
	}
	return Taxes{
		Excise: f.Excise.Decimal, CTA: c.charges(field+".cta", f.CTA, true), VATEnergy: f.Energy.Decimal, VATStanding: f.Standing.Decimal,
	}
}

type fileLevies struct {
	Kind     string     `yaml:"kind"`
	ID       string     `yaml:"id"`
	Name     string     `yaml:"name"`
	Versions []fileLevy `yaml:"versions"`
}

type fileLevy struct {
	When  fileSpan  `yaml:",inline"`
	Taxes fileTaxes `yaml:"taxes"`
}

// readLevies reads a file of kind taxes.
func readLevies(c *checker) (*Book, error) {
	var f fileLevies
	if err := c.decode(&f); err != nil {
		return nil, err
	}
	c.head(f.ID, f.Name)
	l := &Levies{ID: f.ID, Name: f.Name}
	var before *heldSpan
	for i := range f.Versions {
		field := fmt.Sprintf("versions[%d]", i)
		v := &f.Versions[i]
		s := c.span(field, v.When, before)
		before = &s
		if v.Taxes.included || v.Taxes.table != "" || !v.Taxes.set {
			c.fault(field+".taxes", "want excise, cta, vat_energy and vat_standing")
		}
		l.Versions = append(l.Versions, Levy{s.from, s.until, s.source, s.mark, c.levy(field+".taxes", &v.Taxes)})
	}
	if len(l.Versions) == 0 {
		c.fault("versions", "is empty")
	}
	b := NewBook()
	b.levies[l.ID] = l
	return b, nil
}

type fileCalorific struct {
	Kind     string        `yaml:"kind"`
	ID       string        `yaml:"id"`
	Name     string        `yaml:"name"`
	Versions []fileHeating `yaml:"versions"`
}

type fileHeating struct {
	When  fileSpan `yaml:",inline"`
	PerM3 amount   `yaml:"kwh_per_m3"`
}

// readCalorific reads a file of kind calorific. It may be empty: the coefficient
// of a place is known there alone.
func readCalorific(c *checker) (*Book, error) {
	var f fileCalorific
	if err := c.decode(&f); err != nil {
		return nil, err
	}
	c.head(f.ID, f.Name)
	k := &Calorific{ID: f.ID, Name: f.Name}
	var before *heldSpan
	for i, v := range f.Versions {
		field := fmt.Sprintf("versions[%d]", i)
		s := c.span(field, v.When, before)
		before = &s
		if s.until != (energy.Day{}) {
			c.fault(field+".until", "%s: a coefficient holds until the next", s.until)
		}
		if c.reads(field+".kwh_per_m3", v.PerM3) && !v.PerM3.IsPositive() {
			c.fault(field+".kwh_per_m3", "%s: want the kWh of a cubic metre, about 10 to 12", v.PerM3)
		}
		k.Versions = append(k.Versions, Heating{s.from, s.source, s.mark, v.PerM3.Decimal})
	}
	b := NewBook()
	b.calorific[k.ID] = k
	return b, nil
}

type fileCalendar struct {
	Kind    string       `yaml:"kind"`
	ID      string       `yaml:"id"`
	Name    string       `yaml:"name"`
	Colours []fileColour `yaml:"colours"`
	Known   []fileKnown  `yaml:"known"`
}

type fileColour struct {
	Name   string   `yaml:"name"`
	Season string   `yaml:"season"`
	Never  []string `yaml:"never"`
	AtMost int      `yaml:"at_most"`
}

// A fileKnown is a stretch of days whose colours are all known: those that are not
// listed have the colour of the rest.
type fileKnown struct {
	When fileSpan            `yaml:",inline"`
	Rest string              `yaml:"rest"`
	Days map[string][]string `yaml:"days"` // by colour
}

// readCalendar reads a file of kind calendar.
func readCalendar(c *checker) (*Book, error) {
	var f fileCalendar
	if err := c.decode(&f); err != nil {
		return nil, err
	}
	c.head(f.ID, f.Name)
	k := &Calendar{ID: f.ID, Name: f.Name, Days: map[energy.Day]string{}}
	for i, x := range f.Colours {
		k.Colours = append(k.Colours, c.colour(fmt.Sprintf("colours[%d]", i), x))
	}
	var before *heldSpan
	for i := range f.Known {
		field := fmt.Sprintf("known[%d]", i)
		s := c.span(field, f.Known[i].When, before)
		before = &s
		if s.until == (energy.Day{}) {
			c.fault(field+".until", "is missing: say the first day whose colour is not known")
			continue
		}
		c.known(k, field, &f.Known[i], s)
	}
	b := NewBook()
	b.calendars[k.ID] = k
	return b, nil
}

var colourForm = regexp.MustCompile(`^[a-z]+$`)

func (c *checker) colour(field string, f fileColour) Colour {
	x := Colour{Name: f.Name, AtMost: f.AtMost}
	if !colourForm.MatchString(f.Name) {
		c.fault(field+".name", "%q: want small letters", f.Name)
	}
	var err error
	if x.Season, err = ParseSeason(f.Season); err != nil {
		c.fault(field+".season", "%v", err)
	}
	for i, d := range f.Never {
		w, ok := weekdays[d]
		if !ok {
			c.fault(fmt.Sprintf("%s.never[%d]", field, i), "%q: want mon, tue, wed, thu, fri, sat or sun", d)
		}
		x.Never = append(x.Never, w)
	}
	return x
}

// longest bounds a stretch of days in a calendar: a mistyped year is no century.
const longest = 2000

func (c *checker) known(k *Calendar, field string, f *fileKnown, s heldSpan) {
	if s.until.Sub(s.from) > longest {
		c.fault(field+".until", "%s: want at most %d days", s.until, longest)
		return
	}
	listed := map[energy.Day]bool{}
	for colour, days := range f.Days {
		for i, text := range days {
			at := fmt.Sprintf("%s.days.%s[%d]", field, colour, i)
			d := c.day(at, text)
			if d.Before(s.from) || !d.Before(s.until) || listed[d] {
				c.fault(at, "%s: want days from %s to the one before %s, each once", text, s.from, s.until)
			}
			listed[d], k.Days[d] = true, colour
		}
	}
	for d := s.from; d.Before(s.until) && f.Rest != ""; d = d.Add(1) {
		if !listed[d] {
			k.Days[d] = f.Rest
		}
	}
}

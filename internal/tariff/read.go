package tariff

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// The following mirror a tariff's file, key by key.
type fileTariff struct {
	Kind      string        `yaml:"kind"`
	ID        string        `yaml:"id"`
	Name      string        `yaml:"name"`
	Currency  string        `yaml:"currency"`
	Fuel      Fuel          `yaml:"fuel"`
	ProRata   ProRata       `yaml:"pro_rata"`
	DayFrom   string        `yaml:"day_from"`
	Calendar  string        `yaml:"calendar"`
	Calorific string        `yaml:"calorific"`
	Periods   []string      `yaml:"periods"`
	Zones     []fileZone    `yaml:"zones"`
	Versions  []fileVersion `yaml:"versions"`
	Dynamic   any           `yaml:"dynamic"`
}

type fileZone struct {
	Period string   `yaml:"period"`
	Hours  string   `yaml:"hours"`
	Season string   `yaml:"season"`
	Days   []string `yaml:"days"`
	Colour string   `yaml:"colour"`
}

type fileVersion struct {
	When     fileSpan    `yaml:",inline"`
	Taxes    fileTaxes   `yaml:"taxes"`
	Standing fileCharges `yaml:"standing"`
	Energy   []filePrice `yaml:"energy"`
	Caps     any         `yaml:"caps"`
}

type filePrice struct {
	Period  string     `yaml:"period"`
	UpToKVA int        `yaml:"up_to_kva"`
	Price   amount     `yaml:"price"`
	MadeOf  *fileParts `yaml:"made_of"`
	Blocks  any        `yaml:"blocks"`
}

type fileParts struct {
	Energy amount `yaml:"energy_ht"`
	Excise amount `yaml:"excise"`
	VAT    amount `yaml:"vat"`
}

// readTariff reads a file of kind tariff.
func readTariff(c *checker) (*Book, error) {
	var f fileTariff
	if err := c.decode(&f); err != nil {
		return nil, err
	}
	return NewBook(c.tariff(&f)), nil
}

func (c *checker) tariff(f *fileTariff) *Tariff {
	t := &Tariff{
		ID: f.ID, Name: f.Name, Currency: f.Currency, Fuel: f.Fuel, ProRata: f.ProRata, Periods: f.Periods,
		Calendar: f.Calendar, Calorific: f.Calorific,
	}
	c.head(f.ID, f.Name)
	if f.Currency != "EUR" {
		c.fault("currency", "%q: want EUR", f.Currency)
	}
	if t.Fuel == "" {
		t.Fuel = Electricity
	}
	if quantities[t.Fuel] == nil {
		c.fault("fuel", "%q: want one of %v", f.Fuel, slices.Sorted(maps.Keys(quantities)))
	}
	if t.ProRata == "" {
		t.ProRata = ByYear
	}
	if t.ProRata != ByYear && t.ProRata != ByMonth {
		c.fault("pro_rata", "%q: want day_365 or month", f.ProRata)
	}
	if f.Dynamic != nil {
		c.fault("dynamic", "prices that change by the hour with a market are not computed yet")
	}
	c.periods(t, f)
	if len(f.Versions) == 0 {
		c.fault("versions", "is empty")
	}
	var before *heldSpan
	for i := range f.Versions {
		field := fmt.Sprintf("versions[%d]", i)
		s := c.span(field, f.Versions[i].When, before)
		before = &s
		v := c.version(field, &f.Versions[i], f.Periods)
		v.From, v.Until, v.Source, v.Mark = s.from, s.until, s.source, s.mark
		t.Versions = append(t.Versions, v)
	}
	return t
}

// periods checks the periods of a tariff and when they apply.
func (c *checker) periods(t *Tariff, f *fileTariff) {
	seen := map[string]bool{}
	for i, p := range f.Periods {
		if strings.HasPrefix(p, "ejp") {
			c.fault(fmt.Sprintf("periods[%d]", i), "%q: EJP is not computed yet: the days of its peaks are announced from day to day", p)
		}
		if !word.MatchString(p) || seen[p] {
			c.fault(fmt.Sprintf("periods[%d]", i), "%q: want small letters, digits and hyphens, each once", p)
		}
		seen[p] = true
	}
	if hours := slices.Equal(f.Periods, []string{Peak, OffPeak}); !hours && len(f.Periods) != 1 && len(f.Zones) == 0 {
		c.fault("periods", "%v: want one period, [hp, hc], or zones that say when each applies", f.Periods)
	}
	if f.DayFrom != "" {
		at, err := time.Parse("15:04", f.DayFrom)
		if err != nil {
			c.fault("day_from", "%q: want a time like 06:00", f.DayFrom)
		}
		t.DayFrom = at.Hour()*60 + at.Minute()
	}
	for i := range f.Zones {
		t.Zones = append(t.Zones, c.zone(fmt.Sprintf("zones[%d]", i), &f.Zones[i], f))
	}
	for _, p := range f.Periods {
		if len(t.Zones) > 0 && !slices.ContainsFunc(t.Zones, func(z Zone) bool { return z.Period == p }) {
			c.fault("zones", "none says when period %q applies", p)
		}
	}
}

// weekdays are the names of days in a file.
var weekdays = map[string]time.Weekday{
	"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday,
	"fri": time.Friday, "sat": time.Saturday, "sun": time.Sunday,
}

func (c *checker) zone(field string, f *fileZone, of *fileTariff) Zone {
	z := Zone{Period: f.Period, Colour: f.Colour}
	if !slices.Contains(of.Periods, f.Period) {
		c.fault(field+".period", "%q: want one of %v", f.Period, of.Periods)
	}
	var err error
	if z.Meter = f.Hours == "meter"; !z.Meter {
		if z.Hours, err = ParseHours(f.Hours); err != nil {
			c.fault(field+".hours", "%v, or meter for those of the contract", err)
		}
	}
	if z.Season, err = ParseSeason(f.Season); err != nil {
		c.fault(field+".season", "%v", err)
	}
	for i, d := range f.Days {
		w, ok := weekdays[d]
		switch {
		case d == "holiday":
			z.Holidays = true
		case ok:
			z.Weekdays = append(z.Weekdays, w)
		default:
			c.fault(fmt.Sprintf("%s.days[%d]", field, i), "%q: want mon, tue, wed, thu, fri, sat, sun or holiday", d)
		}
	}
	if f.Colour != "" && of.Calendar == "" {
		c.fault(field+".colour", "%q: the tariff names no calendar", f.Colour)
	}
	return z
}

func (c *checker) version(field string, f *fileVersion, periods []string) Version {
	v := Version{Standing: c.charges(field+".standing", f.Standing, false), Taxes: c.taxes(field+".taxes", &f.Taxes)}
	if f.Caps != nil {
		c.fault(field+".caps", "caps on a price are not computed yet")
	}
	for i, p := range f.Energy {
		c.price(fmt.Sprintf("%s.energy[%d]", field, i), p, periods)
		v.Energy = append(v.Energy, Price{p.Period, p.UpToKVA, p.Price.Decimal})
	}
	for _, p := range periods {
		if !slices.ContainsFunc(v.Energy, func(e Price) bool { return e.Period == p && e.UpToKVA == 0 }) {
			c.fault(field+".energy", "has no price of period %q without up_to_kva", p)
		}
	}
	return v
}

func (c *checker) price(field string, p filePrice, periods []string) {
	if !slices.Contains(periods, p.Period) {
		c.fault(field+".period", "%q: want one of %v", p.Period, periods)
	}
	if p.UpToKVA < 0 {
		c.fault(field+".up_to_kva", "%d: want 0 or more", p.UpToKVA)
	}
	if p.Blocks != nil {
		c.fault(field+".blocks", "prices that depend on how much was used are not computed yet")
		return
	}
	if !p.Price.set {
		c.fault(field+".price", "is missing")
	}
	if p.Price.IsNegative() {
		c.fault(field+".price", "%s: want at least 0", p.Price)
	}
	all := c.reads(field+".price", p.Price)
	m := p.MadeOf
	if m == nil {
		return
	}
	for _, part := range []struct {
		name string
		is   amount
	}{{"energy_ht", m.Energy}, {"excise", m.Excise}, {"vat", m.VAT}} {
		all = c.reads(field+".made_of."+part.name, part.is) && all
	}
	if all {
		if sum := WithTax(m.Energy.Decimal, m.Excise.Decimal, m.VAT.Decimal).Round(4); !sum.Equal(p.Price.Decimal) {
			c.fault(field+".price", "%s: its parts make %s", p.Price, sum)
		}
	}
}

// fileCharges are charges of a year or a month, by power, for any power, or the
// word unknown.
type fileCharges struct {
	set, unknown bool
	Per          string         `yaml:"per"`
	KVA          map[int]amount `yaml:"kva"`
	Any          amount         `yaml:"any"`
}

// UnmarshalYAML reads "unknown", an amount of a year for any power, or a mapping.
func (f *fileCharges) UnmarshalYAML(unmarshal func(any) error) error {
	f.set = true
	var word string
	if err := unmarshal(&word); err == nil && word == "unknown" {
		f.unknown = true
		return nil
	}
	var a amount
	if err := unmarshal(&a); err == nil && !a.wrong {
		f.Per, f.Any = "year", a
		return nil
	}
	type plain fileCharges // without this method
	return unmarshal((*plain)(f))
}

// charges returns EUR a year; nil where they are not known.
func (c *checker) charges(field string, f fileCharges, optional bool) Charges {
	if f.unknown || optional && !f.set {
		return nil
	}
	if !f.set {
		c.fault(field, "is missing: want per and kva or any, or the word unknown")
		return nil
	}
	year := map[string]int64{"year": 1, "month": 12}[f.Per]
	if year == 0 {
		c.fault(field+".per", "%q: want year or month", f.Per)
	}
	if len(f.KVA) == 0 && !f.Any.set {
		c.fault(field, "is empty: want kva or any, or the word unknown")
	}
	all := Charges{}
	for kva, a := range f.KVA {
		c.reads(fmt.Sprintf("%s.kva.%d", field, kva), a)
		if kva <= 0 || a.IsNegative() {
			c.fault(field+".kva", "%d: %s: want a power above 0 and a charge of at least 0", kva, a)
		}
		all[kva] = a.Mul(decimal.NewFromInt(year))
	}
	if f.Any.set {
		c.reads(field+".any", f.Any)
		if f.Any.IsNegative() {
			c.fault(field+".any", "%s: want at least 0", f.Any)
		}
		all[0] = f.Any.Mul(decimal.NewFromInt(year))
	}
	return all
}

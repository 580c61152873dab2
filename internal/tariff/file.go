package tariff

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"

	"foyer/internal/written"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

//go:embed data/*.yaml
var shipped embed.FS

// Shipped returns the tariffs that come with Foyer. Each has its source in its file.
var Shipped = sync.OnceValues(func() (*Book, error) { return Load(shipped) })

// Load reads every tariff file, *.yaml, of a folder and the folders below it. It
// reports all faults together, each with file, line and field.
func Load(files fs.FS) (*Book, error) {
	book := &Book{tariffs: map[string]*Tariff{}}
	var faults []error
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		t, err := Parse(name, text)
		if err != nil {
			faults = append(faults, err)
			return nil
		}
		if _, taken := book.tariffs[t.ID]; taken {
			faults = append(faults, fmt.Errorf("%s: id: %q stands in another file too", name, t.ID))
		}
		book.tariffs[t.ID] = t
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read tariffs: %w", err)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("read tariffs: %w", err)
	}
	return book, nil
}

// With returns b and the tariffs of other; of one id, those of other count.
func (b *Book) With(other *Book) *Book {
	all := &Book{tariffs: map[string]*Tariff{}}
	for _, from := range []*Book{b, other} {
		for id, t := range from.tariffs {
			all.tariffs[id] = t
		}
	}
	return all
}

// The following mirror the file, key by key.
type fileTariff struct {
	ID       string        `yaml:"id"`
	Name     string        `yaml:"name"`
	Currency string        `yaml:"currency"`
	ProRata  ProRata       `yaml:"pro_rata"`
	Periods  []string      `yaml:"periods"`
	Versions []fileVersion `yaml:"versions"`
}

type fileVersion struct {
	From     string       `yaml:"from"`
	Source   string       `yaml:"source"`
	Mark     string       `yaml:"mark"`
	Taxes    fileTaxes    `yaml:"taxes"`
	Standing fileStanding `yaml:"standing"`
	Energy   []filePrice  `yaml:"energy"`
}

type fileStanding struct {
	Per string         `yaml:"per"`
	KVA map[int]amount `yaml:"kva"`
}

type filePrice struct {
	Period  string     `yaml:"period"`
	UpToKVA int        `yaml:"up_to_kva"`
	Price   amount     `yaml:"price"`
	MadeOf  *fileParts `yaml:"made_of"`
}

type fileParts struct {
	Energy amount `yaml:"energy_ht"`
	Excise amount `yaml:"excise"`
	VAT    amount `yaml:"vat"`
}

type fileTaxes struct {
	included bool
	set      bool
	Excise   amount `yaml:"excise"`
	CTA      amount `yaml:"cta"`
	Energy   amount `yaml:"vat_energy"`
	Standing amount `yaml:"vat_standing"`
}

// UnmarshalYAML reads "included" or the taxes one by one.
func (t *fileTaxes) UnmarshalYAML(unmarshal func(any) error) error {
	t.set = true
	var word string
	if err := unmarshal(&word); err == nil {
		t.included = word == "included"
		if !t.included {
			return fmt.Errorf("taxes: %q: want included, or excise, cta, vat_energy and vat_standing", word)
		}
		return nil
	}
	type plain fileTaxes // without this method
	return unmarshal((*plain)(t))
}

// An amount is an exact decimal; zero value: absent.
type amount struct{ decimal.Decimal }

// UnmarshalYAML reads the digits as they stand.
func (a *amount) UnmarshalYAML(text []byte) error {
	d, err := decimal.NewFromString(strings.Trim(strings.TrimSpace(string(text)), `"'`))
	if err != nil {
		return fmt.Errorf("%s is not a decimal number", text)
	}
	a.Decimal = d
	return nil
}

// Parse reads one tariff file. Faults name the file, the line and the field.
func Parse(name string, text []byte) (*Tariff, error) {
	var f fileTariff
	if err := written.Decode(text, &f); err != nil {
		var at yaml.Error
		if errors.As(err, &at) && at.GetToken() != nil {
			return nil, fmt.Errorf("%s:%d: %s", name, at.GetToken().Position.Line, at.GetMessage())
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	c := checker{name: name, text: text}
	t := c.tariff(&f)
	if err := errors.Join(c.faults...); err != nil {
		return nil, err
	}
	return t, nil
}

// A checker turns a file into a tariff and collects what is wrong with it.
type checker struct {
	name   string
	text   []byte
	faults []error
}

func (c *checker) fault(field, format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("%s:%d: %s: %s", c.name, c.line(field), field, fmt.Sprintf(format, args...)))
}

// line returns the line of a field, or of the closest one that holds it.
func (c *checker) line(field string) int {
	for file, err := parser.ParseBytes(c.text, 0); err == nil && field != ""; {
		if path, err := yaml.PathString("$." + field); err == nil {
			if node, err := path.FilterFile(file); err == nil && node != nil {
				return node.GetToken().Position.Line
			}
		}
		field = field[:max(strings.LastIndexAny(field, ".["), 0)]
	}
	return 1
}

var word = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

func (c *checker) tariff(f *fileTariff) *Tariff {
	t := &Tariff{ID: f.ID, Name: f.Name, Currency: f.Currency, ProRata: f.ProRata, Periods: f.Periods}
	if !word.MatchString(f.ID) {
		c.fault("id", "%q: want small letters, digits and hyphens", f.ID)
	}
	if f.Name == "" {
		c.fault("name", "is missing")
	}
	if f.Currency != "EUR" {
		c.fault("currency", "%q: want EUR", f.Currency)
	}
	if t.ProRata == "" {
		t.ProRata = ByYear
	}
	if t.ProRata != ByYear && t.ProRata != ByMonth {
		c.fault("pro_rata", "%q: want day_365 or month", f.ProRata)
	}
	if hours := slices.Equal(f.Periods, []string{Peak, OffPeak}); !hours && len(f.Periods) != 1 {
		c.fault("periods", "%v: want one period, or [hp, hc]", f.Periods)
	}
	if len(f.Versions) == 0 {
		c.fault("versions", "is empty")
	}
	for i := range f.Versions {
		v := c.version(fmt.Sprintf("versions[%d]", i), &f.Versions[i], f.Periods)
		if n := len(t.Versions); n > 0 && !t.Versions[n-1].From.Before(v.From) {
			c.fault(fmt.Sprintf("versions[%d].from", i), "%s: want versions in order, oldest first", v.From)
		}
		t.Versions = append(t.Versions, v)
	}
	return t
}

func (c *checker) version(field string, f *fileVersion, periods []string) Version {
	v := Version{Source: f.Source, Mark: f.Mark, Standing: map[int]decimal.Decimal{}}
	day, err := energy.ParseDay(f.From)
	if err != nil {
		c.fault(field+".from", "%q: want a date like 2026-02-01", f.From)
	}
	v.From = day
	if f.Source == "" {
		c.fault(field+".source", "is missing: say where the prices were found")
	}
	if !slices.Contains([]string{"V", "S", "M"}, f.Mark) {
		c.fault(field+".mark", "%q: want V, S or M", f.Mark)
	}
	if !f.Taxes.set {
		c.fault(field+".taxes", "is missing: want included, or excise, cta, vat_energy and vat_standing")
	}
	v.Taxes = Taxes{f.Taxes.included, f.Taxes.Excise.Decimal, f.Taxes.CTA.Decimal, f.Taxes.Energy.Decimal, f.Taxes.Standing.Decimal}
	year := map[string]int64{"year": 1, "month": 12}[f.Standing.Per]
	if year == 0 {
		c.fault(field+".standing.per", "%q: want year or month", f.Standing.Per)
	}
	if len(f.Standing.KVA) == 0 {
		c.fault(field+".standing.kva", "is empty")
	}
	for kva, a := range f.Standing.KVA {
		if kva <= 0 || a.IsNegative() {
			c.fault(field+".standing.kva", "%d: %s: want a power above 0 and a charge of at least 0", kva, a)
		}
		v.Standing[kva] = a.Mul(decimal.NewFromInt(year))
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
	if p.Price.IsNegative() {
		c.fault(field+".price", "%s: want at least 0", p.Price)
	}
	if m := p.MadeOf; m != nil {
		if sum := WithTax(m.Energy.Decimal, m.Excise.Decimal, m.VAT.Decimal).Round(4); !sum.Equal(p.Price.Decimal) {
			c.fault(field+".price", "%s: its parts make %s", p.Price, sum)
		}
	}
}

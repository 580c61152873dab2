package tariff

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"foyer/internal/written"

	"github.com/goccy/go-yaml"
	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

//go:embed data
var shipped embed.FS

// Shipped returns the tariffs that come with Foyer. Each has its source in its file.
var Shipped = sync.OnceValues(func() (*Book, error) {
	b, err := Load(shipped)
	if err != nil {
		return nil, err
	}
	return b, b.Check()
})

// Load reads every tariff file, *.yaml, of a folder and the folders below it. It
// reports all faults together, each with file, line, column and field. What files
// refer to is held against a whole book, by [Book.Check].
func Load(files fs.FS) (*Book, error) {
	book := NewBook()
	var faults []error
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		one, err := Parse(name, text)
		if err != nil {
			faults = append(faults, err)
			return nil
		}
		if id := book.holds(one); id != "" {
			faults = append(faults, fmt.Errorf("%s: id: %q stands in another file too", name, id))
		}
		book = book.With(one)
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

// holds returns the id of something in one that b has too, calendars apart: they
// may be spread over several files.
func (b *Book) holds(one *Book) string {
	for id := range one.tariffs {
		if b.tariffs[id] != nil {
			return id
		}
	}
	for id := range one.levies {
		if b.levies[id] != nil {
			return id
		}
	}
	for id := range one.calorific {
		if b.calorific[id] != nil {
			return id
		}
	}
	return ""
}

// kindForm finds what a file holds: a tariff where it does not say.
var kindForm = regexp.MustCompile(`(?m)^kind:[ \t]*["']?([a-z]+)`)

// kinds are the readers of files by what they hold.
var kinds = map[string]func(*checker) (*Book, error){
	"tariff":    readTariff,
	"calendar":  readCalendar,
	"taxes":     readLevies,
	"calorific": readCalorific,
}

// Parse reads one file: a tariff, or a table that tariffs refer to. Faults name the
// file, the line, the column and the field.
func Parse(name string, text []byte) (*Book, error) {
	c := &checker{name: name, text: text}
	kind := "tariff"
	if m := kindForm.FindSubmatch(text); m != nil {
		kind = string(m[1])
	}
	read, ok := kinds[kind]
	if !ok {
		c.fault("kind", "%q: want one of %v", kind, slices.Sorted(maps.Keys(kinds)))
		return nil, errors.Join(c.faults...)
	}
	book, err := read(c)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(c.faults...); err != nil {
		return nil, err
	}
	return book, nil
}

// A checker turns a file into a book and collects what is wrong with it.
type checker struct {
	name   string
	text   []byte
	faults []error
}

// decode reads the file into a pointer.
func (c *checker) decode(into any) error {
	err := written.Decode(c.text, into)
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		p := at.GetToken().Position
		return fmt.Errorf("%s:%d:%d: %s", c.name, p.Line, p.Column, at.GetMessage())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	return nil
}

func (c *checker) fault(field, format string, args ...any) {
	line, column := c.place(field)
	c.faults = append(c.faults, fmt.Errorf("%s:%d:%d: %s: %s", c.name, line, column, field, fmt.Sprintf(format, args...)))
}

var word = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// head checks what every kind of file begins with.
func (c *checker) head(id, name string) {
	if !word.MatchString(id) {
		c.fault("id", "%q: want small letters, digits and hyphens", id)
	}
	if name == "" {
		c.fault("name", "is missing")
	}
}

// A fileSpan is when something holds and how that is known.
type fileSpan struct {
	From   string `yaml:"from"`
	Until  string `yaml:"until"`
	Source string `yaml:"source"`
	Mark   string `yaml:"mark"`
}

// A heldSpan is a checked fileSpan.
type heldSpan struct {
	from, until  energy.Day
	source, mark string
}

// span checks when something holds; the one before it ends no later.
func (c *checker) span(field string, f fileSpan, before *heldSpan) heldSpan {
	s := heldSpan{source: f.Source, mark: f.Mark}
	s.from = c.day(field+".from", f.From)
	if f.Until != "" {
		if s.until = c.day(field+".until", f.Until); !s.from.Before(s.until) {
			c.fault(field+".until", "%s: want a day after from", f.Until)
		}
	}
	if before != nil && (!before.from.Before(s.from) || s.from.Before(before.until)) {
		c.fault(field+".from", "%s: want versions in order, oldest first, none beginning before the end of the one before it", f.From)
	}
	if s.source == "" {
		c.fault(field+".source", "is missing: say where the figures were found")
	}
	if !slices.Contains([]string{"V", "S", "M", "C"}, s.mark) {
		c.fault(field+".mark", "%q: want V, S, M or C", s.mark)
	}
	return s
}

func (c *checker) day(field, text string) energy.Day {
	day, err := energy.ParseDay(text)
	if err != nil {
		c.fault(field, "%q: want a date like 2026-02-01", text)
	}
	return day
}

// An amount is an exact decimal; its zero value is absent. One that does not read is
// zero, and set: [checker.reads] says so where it is used, beside all other faults.
type amount struct {
	decimal.Decimal
	set   bool
	wrong bool
	text  string // as it stands in the file
}

// plausible reports whether d is a number that somebody would write in digits: one
// with a large exponent would take all memory to count with.
func plausible(d decimal.Decimal) bool {
	return d.Exponent() >= -12 && d.Exponent() <= 12 && d.NumDigits() <= 24
}

// UnmarshalYAML reads the digits as they stand.
func (a *amount) UnmarshalYAML(text []byte) error {
	*a = amount{set: true, text: strings.Trim(strings.TrimSpace(string(text)), `"'`)}
	if d, err := decimal.NewFromString(a.text); err == nil && plausible(d) {
		a.Decimal = d
	} else {
		a.wrong = true
	}
	return nil
}

// reads reports whether an amount reads, or is absent.
func (c *checker) reads(field string, a amount) bool {
	if a.wrong {
		c.fault(field, "%q is not a decimal number: write it like 0.1940", a.text)
	}
	return !a.wrong
}

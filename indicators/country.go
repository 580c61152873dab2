package indicators

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/written"
)

//go:embed data/*.yaml
var data embed.FS

// anywhere names the file of conventions that hold where no country says otherwise.
const anywhere = "any"

// A countryFile is one vintage of what differs from one country to another: a
// section for each indicator that needs one.
type countryFile struct {
	ID       string                     `yaml:"id"` // "fr-2021"
	Country  string                     `yaml:"country"`
	From     string                     `yaml:"from"`
	Sections map[string]yaml.RawMessage `yaml:"sections"`

	from energy.Day
}

// A section holds national figures or parameters of one kind.
type section[T any] struct {
	Source string `yaml:"source"`
	Mark   string `yaml:"mark"` // V primary source seen, S secondary, M from memory, C convention of the product
	Values T      `yaml:"values"`
}

// A vintage is a section, and the file it is from, which every result names.
type vintage[T any] struct {
	File   string
	From   energy.Day
	Source string
	Values T
}

// countryFiles are all files, the oldest first.
var countryFiles = sync.OnceValues(func() ([]countryFile, error) {
	names, err := fs.Glob(data, "data/*.yaml")
	if err != nil {
		return nil, err
	}
	var all []countryFile
	for _, name := range names {
		text, err := data.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f, err := parseCountryFile(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b countryFile) int {
		return cmp.Or(a.from.Sub(b.from), strings.Compare(a.ID, b.ID))
	})
	return all, nil
})

func parseCountryFile(text []byte) (countryFile, error) {
	var f countryFile
	if err := written.Decode(text, &f); err != nil {
		return countryFile{}, err
	}
	if f.ID == "" || f.Country == "" {
		return countryFile{}, errors.New("want id and country")
	}
	var err error
	if f.from, err = energy.ParseDay(f.From); err != nil {
		return countryFile{}, fmt.Errorf("from: %w", err)
	}
	return f, nil
}

// read keeps each section as it was read once: the files are part of the program.
var read sync.Map // sectionKey to a list of vintages

type sectionKey struct {
	country, name string
	values        reflect.Type
}

// vintages returns the section of a country by that name from every file that has
// it, the oldest first. They are shared: nobody changes them.
func vintages[T any](country, name string) ([]vintage[T], error) {
	key := sectionKey{country, name, reflect.TypeFor[T]()}
	if kept, ok := read.Load(key); ok {
		return kept.([]vintage[T]), nil //nolint:forcetypeassert // the key says so
	}
	files, err := countryFiles()
	if err != nil {
		return nil, err
	}
	var all []vintage[T]
	for _, f := range files {
		text, ok := f.Sections[name]
		if !ok || f.Country != country {
			continue
		}
		s, err := parseSection[T](text)
		if err != nil {
			return nil, fmt.Errorf("%s: section %s: %w", f.ID, name, err)
		}
		all = append(all, vintage[T]{f.ID, f.from, s.Source, s.Values})
	}
	read.Store(key, all)
	return all, nil
}

func parseSection[T any](text []byte) (section[T], error) {
	var s section[T]
	if err := written.Decode(text, &s); err != nil {
		return s, err
	}
	if s.Source == "" || len(s.Mark) != 1 || !strings.Contains("VSMC", s.Mark) {
		return s, errors.New("want source, and mark V, S, M or C")
	}
	if name := unset(reflect.ValueOf(s.Values)); name != "" {
		return s, fmt.Errorf("values: want %s", name)
	}
	return s, nil
}

// unset names the first value of a section that is not there; none of them is 0.
func unset(v reflect.Value) string {
	for i := range v.NumField() {
		if d, ok := v.Field(i).Interface().(decimal.Decimal); ok && d.IsZero() || v.Field(i).IsZero() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			return name
		}
	}
	return ""
}

// latest returns the newest vintage of a section. It panics when there is none:
// the files are part of the program.
func latest[T any](country, name string) vintage[T] {
	all, err := vintages[T](country, name)
	if err != nil {
		panic(err)
	}
	if len(all) == 0 {
		panic(fmt.Sprintf("no file of %s has a section %s", country, name))
	}
	return all[len(all)-1]
}

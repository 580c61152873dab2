package indicators

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"foyer/internal/written"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

//go:embed data/*.yaml
var data embed.FS

// A Reference is a dated table of national values. Its zero value knows none.
type Reference struct {
	ID        string // "fr-2021"
	From      energy.Day
	Threshold decimal.Decimal // energy-effort rate above which energy weighs too much
	D3        decimal.Decimal // EUR a year for each consumption unit: bound of the first three deciles
	Source    string
}

type fileReference struct {
	ID        string `yaml:"id"`
	From      string `yaml:"from"`
	Threshold string `yaml:"tee_threshold"`
	D3        string `yaml:"d3_income_per_uc"`
	Source    string `yaml:"source"`
	Mark      string `yaml:"mark"`
}

var references = sync.OnceValues(func() ([]Reference, error) {
	names, err := fs.Glob(data, "data/*.yaml")
	if err != nil {
		return nil, err
	}
	var all []Reference
	for _, name := range names {
		text, err := data.ReadFile(name)
		if err != nil {
			return nil, err
		}
		r, err := parseReference(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Reference) int { return a.From.Sub(b.From) })
	return all, nil
})

func parseReference(text []byte) (Reference, error) {
	var f fileReference
	if err := written.Decode(text, &f); err != nil {
		return Reference{}, err
	}
	from, err := energy.ParseDay(f.From)
	if err != nil {
		return Reference{}, fmt.Errorf("from: %w", err)
	}
	threshold, err := decimal.NewFromString(f.Threshold)
	if err != nil {
		return Reference{}, fmt.Errorf("tee_threshold: %w", err)
	}
	d3, err := decimal.NewFromString(f.D3)
	if err != nil {
		return Reference{}, fmt.Errorf("d3_income_per_uc: %w", err)
	}
	if !strings.Contains("VSM", f.Mark) || f.Source == "" || f.ID == "" {
		return Reference{}, errors.New("want id, source and mark")
	}
	return Reference{f.ID, from, threshold, d3, f.Source}, nil
}

// ReferenceAt returns the table in force on a day; the zero Reference before the
// first one.
func ReferenceAt(day energy.Day) (Reference, error) {
	all, err := references()
	if err != nil {
		return Reference{}, fmt.Errorf("read reference tables: %w", err)
	}
	var in Reference
	for _, r := range all {
		if !day.Before(r.From) {
			in = r
		}
	}
	return in, nil
}

package indicators

import (
	"fmt"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

// France is the country whose references the nightly run takes.
const France = "fr"

// A Reference is a dated table of national values. Its zero value knows none.
type Reference struct {
	ID        string // "fr-2021"
	From      energy.Day
	Threshold decimal.Decimal // energy-effort rate above which energy weighs too much
	D3        decimal.Decimal // EUR a year for each consumption unit: bound of the first three deciles
	D5        decimal.Decimal // likewise of the first five: the median
	Source    string
}

// effortValues is the section "tee" of a country file.
type effortValues struct {
	Threshold decimal.Decimal `yaml:"threshold"`
	D3        decimal.Decimal `yaml:"d3_income_per_uc"`
	D5        decimal.Decimal `yaml:"d5_income_per_uc"`
}

// ReferenceAt returns the table of a country in force on a day; the zero Reference
// before the first one.
func ReferenceAt(country string, day energy.Day) (Reference, error) {
	all, err := vintages[effortValues](country, "tee")
	if err != nil {
		return Reference{}, fmt.Errorf("read reference tables: %w", err)
	}
	var in Reference
	for _, v := range all {
		if !day.Before(v.From) {
			in = Reference{v.File, v.From, v.Values.Threshold, v.Values.D3, v.Values.D5, v.Source}
		}
	}
	return in, nil
}

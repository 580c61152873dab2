package indicators

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"foyer/internal/household"
)

// PovertyGap is the indicator that says by how much energy weighs too much.
const PovertyGap = "energy_poverty_gap"

// Flags reports whether an indicator says yes or no of a whole year of a home.
func (i Indicator) Flags() bool {
	return i.Granularity == 1 && (i.Span == Yearly || i.Span == MonthsYear) &&
		(strings.HasPrefix(i.Unit, "yes or no") || i.Unit == "ratio" || i.ID == PovertyGap)
}

// Flagged returns what an indicator that [Indicator.Flags] says of a home; nil where that
// is not known, or provisional.
func Flagged(r household.Result) (*bool, error) {
	if r.Status != household.OK {
		return nil, nil //nolint:nilnil // not known
	}
	var d struct {
		Flag  *bool `json:"flag"`            // of a household.Finding
		Above *bool `json:"above_threshold"` // of a household.Rate
	}
	if err := json.Unmarshal(r.Detail, &d); err != nil {
		return nil, fmt.Errorf("read what %s says: %w", r.Indicator, err)
	}
	if d.Above != nil {
		return d.Above, nil
	}
	return d.Flag, nil
}

// Gap returns by how many EUR a year the energy of a home is above what would weigh no more
// than usual, and how deep that is, as a result of [PovertyGap] keeps it: rounded so that it
// does not give the income back.
func Gap(r household.Result) (gap, depth decimal.Decimal, err error) {
	var d household.Finding
	if err = json.Unmarshal(r.Detail, &d); err == nil {
		gap, err = decimal.NewFromString(r.Value)
	}
	if err == nil {
		depth, err = decimal.NewFromString(d.Figures["depth"])
	}
	if err != nil {
		err = fmt.Errorf("read a gap: %w", err)
	}
	return gap, depth, err
}

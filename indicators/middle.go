package indicators

import (
	"slices"

	"github.com/shopspring/decimal"
)

// middle returns the median of ds, exactly; there is at least one.
func middle(ds []decimal.Decimal) decimal.Decimal {
	ds = slices.SortedFunc(slices.Values(ds), decimal.Decimal.Cmp)
	return ds[(len(ds)-1)/2].Add(ds[len(ds)/2]).Div(decimal.NewFromInt(2))
}

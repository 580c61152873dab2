package indicators

import (
	"math"

	"github.com/shopspring/decimal"

	"foyer/indicators/caltrack"
)

// A doubt is the variance of what a forecast may be off by, and from how many times it
// is known.
type doubt struct{ variance, times float64 }

func (d doubt) scaled(by float64) doubt { return doubt{d.variance * by, d.times} }

// width returns how far on either side of what is expected the range reaches that holds
// four of five, for what several doubts that do not know of each other may be off by.
//
// Source: effective degrees of freedom, F. E. Satterthwaite, Biometrics Bulletin 2
// (1946) 110-114.
func width(all ...doubt) decimal.Decimal {
	var variance, ofEach float64
	for _, d := range all {
		if d.variance > 0 {
			variance, ofEach = variance+d.variance, ofEach+d.variance*d.variance/d.times
		}
	}
	if variance == 0 {
		return decimal.Zero
	}
	return decimal.NewFromFloat(caltrack.StudentT(0.9, variance*variance/ofEach) * math.Sqrt(variance)).Round(6)
}

package indicators

import (
	"math/big"

	"foyer/internal/formula"
)

type fgtInputs struct {
	Shares    []*number `json:"shares"`
	Threshold *number   `json:"threshold"`
	Alpha     *int64    `json:"alpha"`
}

type fgtResult struct {
	Status string  `json:"status"`
	Value  *number `json:"value"`
	Homes  int     `json:"homes"` // those whose share is known
}

// mostAlpha bounds a power that says nothing any more.
const mostAlpha = 20

func init() {
	onRequest(formula.About{
		ID: "fgt_index", Unit: "index", Version: "1",
		Question:   "How many homes does energy weigh on too much, and how heavily?",
		QuestionFR: "Sur combien de foyers l'énergie pèse-t-elle trop, et de combien ?",
		Method: "Mean over all homes of ((share - threshold) / threshold) to the power alpha where the share is strictly above the threshold, else 0. " +
			"alpha 0: share of homes; 1: mean depth; 2: severity. A home whose share is not known is left out.",
		Source: "Foster, Greer, Thorbecke 1984, on effort rates",
	}, fgt)
}

func fgt(in fgtInputs) fgtResult {
	switch {
	case in.Threshold == nil || in.Alpha == nil:
		return fgtResult{Status: "indeterminate"}
	case !in.Threshold.IsPositive(), *in.Alpha < 0, *in.Alpha > mostAlpha:
		return fgtResult{Status: "invalid_input"}
	}
	r := fgtResult{Status: "ok"}
	sum := new(big.Rat)
	for _, share := range in.Shares {
		if share == nil {
			continue
		}
		r.Homes++
		if !share.GreaterThan(in.Threshold.Decimal) {
			continue
		}
		depth, power := ratio(share.Sub(in.Threshold.Decimal), in.Threshold.Decimal), big.NewRat(1, 1)
		for range *in.Alpha {
			power.Mul(power, depth)
		}
		sum.Add(sum, power)
	}
	if r.Homes == 0 {
		return fgtResult{Status: "insufficient_data"}
	}
	r.Value = rounded(sum.Quo(sum, big.NewRat(int64(r.Homes), 1)))
	return r
}

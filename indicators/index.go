package indicators

import "github.com/shopspring/decimal"

type indexInputs struct {
	Previous *int64 `json:"previous_wh"`
	Current  *int64 `json:"current_wh"`
	Digits   *int32 `json:"digits"`
	Most     *int64 `json:"max_plausible_wh"`
}

type indexResult struct {
	Status string `json:"status"`
	Delta  *int64 `json:"delta_wh"`
}

func init() {
	calculate("index_delta_wh", "Foyer: the difference of a register, across its last digit where that is plausible", func(in indexInputs) indexResult {
		if in.Previous == nil || in.Current == nil || in.Digits == nil || in.Most == nil {
			return indexResult{Status: "insufficient_data"}
		}
		if *in.Digits < 1 || *in.Digits > 18 {
			return indexResult{Status: "invalid_input"}
		}
		end := decimal.New(1, *in.Digits).IntPart()
		if min(*in.Previous, *in.Current) < 0 || max(*in.Previous, *in.Current) >= end {
			return indexResult{Status: "invalid_input"}
		}
		delta := *in.Current - *in.Previous
		if delta < 0 {
			delta += end
		}
		if delta > *in.Most {
			return indexResult{Status: "meter_change_or_error"}
		}
		return indexResult{"ok", &delta}
	})
}

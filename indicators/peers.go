package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type peersInputs struct {
	Use         *number  `json:"annual_use_kwh"`
	Units       *number  `json:"uc"`
	Median      *number  `json:"median_use_per_uc_kwh"` // of the same size, dwelling, energy and climate
	Decile      *int     `json:"income_decile"`
	Confounders []string `json:"confounders"`
}

type peersResult struct {
	Status string  `json:"status"`
	Ratio  *number `json:"ratio"`
	Flag   *bool   `json:"flag"`
	Reason string  `json:"reason,omitempty"`
	File   string  `json:"country_file"`
}

type peersValues struct {
	Below   decimal.Decimal `yaml:"below"`
	Deciles int             `yaml:"deciles"`
}

func init() {
	national(formula.About{
		ID: "peer_ratio", Unit: "ratio", Version: "1",
		Question:   "Does the home use much less than homes like it?",
		QuestionFR: "Le foyer consomme-t-il bien moins que des foyers semblables ?",
		Method: "Annual use for each consumption unit over the median of the same size, dwelling, energy and climate, strictly below 0.5, in the first five deciles of income. " +
			"A confounder suppresses the flag and is its reason.",
	}, anywhere, "peers", func(in peersInputs, v vintage[peersValues]) peersResult {
		r := peersResult{Status: "indeterminate", File: v.File}
		switch {
		case in.Use != nil && in.Use.IsNegative(), in.Decile != nil && !decile(*in.Decile):
			r.Status = "invalid_input"
			return r
		case in.Use == nil, !positive(in.Units), !positive(in.Median):
			return r
		}
		usual := in.Median.Mul(in.Units.Decimal)
		r.Status, r.Ratio = "ok", num(in.Use.DivRound(usual, 16))
		little := in.Use.LessThan(v.Values.Below.Mul(usual))
		r.Flag, r.Reason = suppressed(every(&little, lowest(in.Decile, v.Values.Deciles)), in.Confounders)
		return r
	})
}

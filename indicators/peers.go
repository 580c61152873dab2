package indicators

import (
	"math/big"

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
	}, anywhere, "peers", func(in peersInputs, v vintage[peersValues]) peersResult { return peers(in, rat(in.Median), v) })
	comparing("peer_ratio", anywhere, "peers", "the median of the homes of the pilot of as many persons, a like floor area and the same heating "+enough+": "+
		"there is no national table. The ratio is said in steps of a quarter, so that it does not give the use of another home back; the flag is not rounded.", peersAmong)
}

func peersAmong(c Compared, v vintage[peersValues]) said {
	median, of := c.median(byUse)
	r := peers(peersInputs{Use: c.use, Units: c.units, Decile: c.Year.Decile, Confounders: c.Year.Confounders}, median, v)
	if r.Ratio == nil {
		reason := "few_alike"
		switch {
		case c.use == nil:
			reason = "unknown_use"
		case c.units == nil:
			reason = "unknown_units"
		}
		return c.flagged(r.Status, nil, v.File, of, reason)
	}
	quarters := decimal.NewFromInt(4)
	s := c.flagged(r.Status, r.Flag, v.File, of, r.Reason)
	s.value = num(r.Ratio.Mul(quarters).Round(0).DivRound(quarters, 2))
	if r.Flag != nil {
		s.detail.Reason = r.Reason
	}
	return s
}

func peers(in peersInputs, median *big.Rat, v vintage[peersValues]) peersResult {
	r := peersResult{Status: "indeterminate", File: v.File}
	usual := times(median, rat(in.Units))
	switch {
	case in.Use != nil && in.Use.IsNegative(), in.Decile != nil && !decile(*in.Decile):
		r.Status = "invalid_input"
		return r
	case in.Use == nil, !positive(in.Units), usual == nil, usual.Sign() <= 0:
		return r
	}
	r.Status, r.Ratio = "ok", rounded(new(big.Rat).Quo(in.Use.Rat(), usual))
	little := in.Use.Rat().Cmp(times(v.Values.Below.Rat(), usual)) < 0
	r.Flag, r.Reason = suppressed(every(&little, lowest(in.Decile, v.Values.Deciles)), in.Confounders)
	return r
}

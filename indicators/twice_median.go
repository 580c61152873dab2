package indicators

import (
	"math/big"

	"foyer/internal/formula"
)

type shareInputs struct {
	Households []struct {
		ID      string  `json:"id"`
		Expense *number `json:"expense"`
		Income  *number `json:"income"`
		Weight  *number `json:"weight"`
		InRent  bool    `json:"heating_in_rent"`
	} `json:"households"`
	Reference struct {
		ID     string  `json:"id"`
		Median *number `json:"median_share"`
	} `json:"reference"`
}

type shareResult struct {
	Status    string           `json:"status"`
	Median    *number          `json:"median_share"`
	Threshold *number          `json:"threshold"`
	Flags     map[string]*bool `json:"flags"`
	Partial   []string         `json:"partial,omitempty"` // heating is in the rent: the share is a lower bound
	Reference string           `json:"reference"`
	File      string           `json:"country_file"`
}

func init() {
	national(formula.About{
		ID: "eu_2m", Unit: "yes or no, by home", Version: "1",
		Question:   "Which homes spend on energy more than twice the usual share of their income?",
		QuestionFR: "Quels foyers consacrent à l'énergie plus du double de la part habituelle du revenu ?",
		Method: "Energy expense over income, strictly above the threshold: the median share times that of the country file. The median is that of the reference where one is given, else the weighted one " +
			"of these homes. A home whose income is zero, negative or not known, or whose expense is negative or not known, is left out of it and has no flag. Where heating is in the rent the share is a lower bound: partial.",
	}, "eu", "m2", twiceMedian)
	comparing("eu_2m", "eu", "m2", "the median share of the homes of the pilot "+enough+", "+
		"else that of the national table; the result says which.", twiceAmong)
}

func twiceAmong(c Compared, v vintage[timesMedian]) said {
	median, of := c.median(byShare)
	threshold, share := times(median, v.Values.Times.Rat()), over(c.expense, c.income)
	if threshold == nil || share == nil {
		reason := ""
		if c.income != nil && !c.income.IsPositive() {
			reason = "non_positive_income"
		}
		return c.flagged("indeterminate", nil, v.File, of, reason)
	}
	return c.flagged("ok", ptr(share.Cmp(threshold) > 0), v.File, of, "")
}

func twiceMedian(in shareInputs, v vintage[timesMedian]) shareResult {
	r := shareResult{Status: "ok", Flags: map[string]*bool{}, Reference: "cohort", File: v.File}
	var shares []weighted
	of := map[string]*big.Rat{}
	for _, h := range in.Households {
		if _, twice := r.Flags[h.ID]; twice {
			return shareResult{Status: "invalid_input", Reference: r.Reference, File: v.File}
		}
		r.Flags[h.ID] = nil
		if h.Expense == nil || h.Expense.IsNegative() || !positive(h.Income) {
			continue
		}
		if h.InRent {
			r.Partial = append(r.Partial, h.ID)
		}
		of[h.ID] = ratio(h.Expense.Decimal, h.Income.Decimal)
		if weight, ok := weightOf(h.Weight); ok {
			shares = append(shares, weighted{of[h.ID], weight})
		}
	}
	median := medianOf(shares)
	if in.Reference.Median != nil {
		median, r.Reference = in.Reference.Median.Rat(), in.Reference.ID
	}
	if median == nil {
		r.Status = "insufficient_data"
		return r
	}
	threshold := new(big.Rat).Mul(median, v.Values.Times.Rat())
	r.Median, r.Threshold = rounded(median), rounded(threshold)
	for id, share := range of {
		r.Flags[id] = ptr(share.Cmp(threshold) > 0)
	}
	return r
}

package indicators

import (
	"math/big"

	"foyer/internal/formula"
)

type expenseInputs struct {
	Households []struct {
		ID      string  `json:"id"`
		Expense *number `json:"expense"`
		Units   *number `json:"uc"`
		Weight  *number `json:"weight"`
		InRent  bool    `json:"heating_in_rent"`
	} `json:"households"`
	Reference struct {
		ID     string  `json:"id"`
		Median *number `json:"median_eq_expense"`
	} `json:"reference"`
}

type expenseResult struct {
	Status        string           `json:"status"`
	Median        *number          `json:"median_eq_expense"`
	Threshold     *number          `json:"threshold"`
	Flags         map[string]*bool `json:"flags"`
	NotApplicable []string         `json:"not_applicable,omitempty"` // heating is in the rent
	Reference     string           `json:"reference"`
	File          string           `json:"country_file"`
}

func init() {
	national(formula.About{
		ID: "eu_m_half", Unit: "yes or no, by home", Version: "1",
		Question:   "Which homes spend so little on energy that they may go without?",
		QuestionFR: "Quels foyers dépensent si peu en énergie qu'ils s'en privent peut-être ?",
		Method: "Energy expense for each consumption unit, strictly below the threshold: the median times that of the country file. The median is that of the reference where one is given, else the weighted one of these homes. " +
			"Income is not asked; an expense of 0 is below. A home whose expense is negative or not known, or whose units are not known, is left out and has no flag; one with heating in the rent is not_applicable.",
	}, "eu", "m_half", halfMedian)
	comparing("eu_m_half", "eu", "m_half", "the median expense of the homes of the pilot "+enough+", "+
		"else that of the national table where there is one; the result says which.", halfAmong)
}

func halfAmong(c Compared, v vintage[timesMedian]) said {
	if c.Year.InRent {
		return c.flagged("not_applicable", nil, v.File, "", "")
	}
	median, of := c.median(byUnits)
	threshold, expense := times(median, v.Values.Times.Rat()), over(c.expense, c.units)
	switch {
	case expense == nil:
		return c.flagged("indeterminate", nil, v.File, of, "")
	case threshold == nil:
		return c.flagged("indeterminate", nil, v.File, of, "no_reference")
	}
	return c.flagged("ok", ptr(expense.Cmp(threshold) < 0), v.File, of, "")
}

func halfMedian(in expenseInputs, v vintage[timesMedian]) expenseResult {
	r := expenseResult{Status: "ok", Flags: map[string]*bool{}, Reference: "cohort", File: v.File}
	var expenses []weighted
	of := map[string]*big.Rat{}
	for _, h := range in.Households {
		if _, twice := r.Flags[h.ID]; twice {
			return expenseResult{Status: "invalid_input", Reference: r.Reference, File: v.File}
		}
		r.Flags[h.ID] = nil
		if h.InRent {
			r.NotApplicable = append(r.NotApplicable, h.ID)
			continue
		}
		if h.Expense == nil || h.Expense.IsNegative() || !positive(h.Units) {
			continue
		}
		of[h.ID] = ratio(h.Expense.Decimal, h.Units.Decimal)
		if weight, ok := weightOf(h.Weight); ok {
			expenses = append(expenses, weighted{of[h.ID], weight})
		}
	}
	median := medianOf(expenses)
	if in.Reference.Median != nil {
		median, r.Reference = in.Reference.Median.Rat(), in.Reference.ID
	}
	if median == nil {
		r.Status = "insufficient_data"
		return r
	}
	threshold := new(big.Rat).Mul(median, v.Values.Times.Rat())
	r.Median, r.Threshold = rounded(median), rounded(threshold)
	for id, expense := range of {
		r.Flags[id] = ptr(expense.Cmp(threshold) < 0)
	}
	return r
}

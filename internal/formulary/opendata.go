package formulary

import (
	"encoding/json"
	"errors"

	"github.com/shopspring/decimal"

	"foyer/internal/canonical"
	"foyer/internal/formula"
	"foyer/internal/opendata"
)

type cellsInputs struct {
	Cells map[string]struct {
		Homes  *int      `json:"n"`
		Values []*number `json:"values"`
	} `json:"cells"`
	Min       *int    `json:"min_count"`
	Dominance *number `json:"dominance"`
}

type rowInputs struct {
	Counts []*int `json:"counts"`
	Min    *int   `json:"min_count"`
	Total  *bool  `json:"total_published"`
}

type rowResult struct {
	Status     string `json:"status"`
	Suppressed []bool `json:"suppressed"`
}

type tableInputs struct {
	Counts [][]*int `json:"counts"`
	Min    *int     `json:"min_count"`
	Totals *bool    `json:"totals_published"`
}

type tableResult struct {
	Status     string   `json:"status"`
	Suppressed [][]bool `json:"suppressed"`
}

type recordsInputs struct {
	Records   []map[string]json.RawMessage `json:"records"`
	Quasi     []string                     `json:"quasi_identifiers"`
	Sensitive string                       `json:"sensitive"`
}

type recordsResult struct {
	K       *int `json:"k"`
	L       *int `json:"l_distinct"`
	Classes int  `json:"classes"`
}

type laplaceInputs struct {
	Sensitivity *float64 `json:"l1_sensitivity"`
	Epsilon     *float64 `json:"epsilon"`
}

type laplaceResult struct {
	Scale     *float64 `json:"scale"`
	Deviation *float64 `json:"std"`
	Reason    string   `json:"reason,omitempty"`
}

type budgetInputs struct {
	Epsilons []*number `json:"epsilons"`
	Limit    *number   `json:"limit"`
}

type budgetResult struct {
	Total   *number `json:"total"`
	Allowed *int    `json:"allowed_prefix"`
	Reason  string  `json:"reason,omitempty"`
}

func init() {
	calculate("primary_suppression", "INSEE, manuel de protection des tableaux: 11 homes and at most 85 % for one, where min_count and dominance say nothing else", judgeCells)
	calculate("complementary_suppression_row", "Foyer: the smallest partners until two cells and min_count homes are hidden", func(in rowInputs) rowResult {
		counts, ok := formula.All(in.Counts)
		if !ok || in.Total == nil {
			return rowResult{Status: "invalid_input"}
		}
		hidden, err := opendata.Hide(counts, least(in.Min), *in.Total)
		return rowResult{hidingStatus(err), hidden}
	})
	calculate("complementary_suppression_rectangle", "Hypercube method for two dimensions; cost and order of ties are Foyer's", func(in tableInputs) tableResult {
		counts := make([][]int, len(in.Counts))
		for i, row := range in.Counts {
			var ok bool
			if counts[i], ok = formula.All(row); !ok {
				return tableResult{Status: "invalid_input"}
			}
		}
		if in.Totals == nil {
			return tableResult{Status: "invalid_input"}
		}
		hidden, err := opendata.HideTable(counts, least(in.Min), *in.Totals)
		return tableResult{hidingStatus(err), hidden}
	})
	calculate("k_anonymity_l_diversity", "Sweeney 2002; Machanavajjhala et al. 2007, distinct l-diversity", anonymity)
	calculate("laplace_scale", "Dwork and Roth: sensitivity / epsilon", func(in laplaceInputs) laplaceResult {
		if in.Sensitivity == nil || in.Epsilon == nil {
			return laplaceResult{Reason: opendata.ErrNoBudget.Error()}
		}
		scale, deviation, err := opendata.Laplace(*in.Sensitivity, *in.Epsilon)
		if err != nil {
			return laplaceResult{Reason: err.Error()}
		}
		return laplaceResult{Scale: formula.Known(scale), Deviation: formula.Known(deviation)}
	})
	calculate("budget_composition", "Sequential composition of differential privacy: epsilons add up", func(in budgetInputs) budgetResult {
		epsilons, ok := decimals(in.Epsilons)
		if !ok || in.Limit == nil {
			return budgetResult{Reason: "want each epsilon and the limit"}
		}
		total, allowed, err := opendata.Spend(epsilons, in.Limit.Decimal)
		if err != nil {
			return budgetResult{Reason: err.Error()}
		}
		return budgetResult{Total: formula.Of(total), Allowed: &allowed}
	})
}

func judgeCells(in cellsInputs) map[string]string {
	rule := opendata.INSEE
	rule.Min = least(in.Min)
	if in.Dominance != nil {
		rule.Dominance = in.Dominance.Decimal
	}
	verdicts := map[string]string{}
	for name, c := range in.Cells {
		values, ok := decimals(c.Values)
		if !ok || c.Homes == nil || *c.Homes < 0 {
			verdicts[name] = "invalid_input"
			continue
		}
		verdicts[name] = string(rule.Judge(opendata.Cell{Homes: *c.Homes, Values: values}))
	}
	return verdicts
}

func hidingStatus(err error) string {
	switch {
	case errors.Is(err, opendata.ErrNotProtectable):
		return "not_protectable"
	case err != nil:
		return "invalid_input"
	}
	return "ok"
}

func anonymity(in recordsInputs) recordsResult {
	records := make([]opendata.Record, len(in.Records))
	for i, of := range in.Records {
		for _, name := range in.Quasi {
			records[i].Quasi = append(records[i].Quasi, word(of[name]))
		}
		if s := word(of[in.Sensitive]); s != unknown {
			records[i].Sensitive = &s
		}
	}
	a := opendata.AnonymityOf(records)
	if a.Classes == 0 {
		return recordsResult{}
	}
	return recordsResult{&a.K, &a.L, a.Classes}
}

// unknown is a value that a record does not have.
const unknown = "null"

// word writes a value so that equal ones are equal texts.
func word(text json.RawMessage) string {
	form, err := canonical.JSON(text)
	if err != nil {
		return unknown
	}
	return string(form)
}

// least returns the smallest number of homes, that of INSEE where nothing is said.
func least(n *int) int {
	if n == nil {
		return opendata.INSEE.Min
	}
	return *n
}

// decimals is [formula.All] for exact numbers.
func decimals(ns []*number) ([]decimal.Decimal, bool) {
	all := make([]decimal.Decimal, 0, len(ns))
	for _, n := range ns {
		if n == nil {
			return nil, false
		}
		all = append(all, n.Decimal)
	}
	return all, true
}

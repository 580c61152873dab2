package indicators

import (
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/formula"
	"foyer/internal/household"
)

type feltInputs struct {
	Felt    *bool    `json:"felt_cold_last_winter"`
	Reasons []string `json:"reasons"`
	Decile  *int     `json:"income_decile_uc"`
}

type feltResult struct {
	Status string `json:"status"`
	Felt   *bool  `json:"fr"`
	ThreeD *bool  `json:"fr_3d"`
	File   string `json:"country_file"`
}

type feltValues struct {
	Deciles int      `yaml:"deciles"`
	Reasons []string `yaml:"reasons"`
}

func init() {
	national(formula.About{
		ID: "fr_3d", Unit: "yes or no", Version: "1",
		Question:   "Did the family feel cold for a reason of energy poverty?",
		QuestionFR: "La famille a-t-elle eu froid pour une raison de précarité énergétique ?",
		Method: "The family says that it felt cold last winter, and one of its reasons is on the list of the country file: the home, its heating, its cost, a cut; " +
			"not an exceptional winter, nor the start of the season. fr_3d: income in the first three deciles too. indeterminate: no answer, or cold without a word on why.",
	}, France, "felt_cold", feltCold)
	n := surveyNightly
	n.From += " Income for each consumption unit at most the third decile of the reference table stands for the decile."
	nightly("fr_3d", France, "felt_cold", n, feltNight)
}

func feltNight(in Input, v vintage[feltValues]) Answer {
	a, c, ok := in.said("felt_cold")
	if !ok {
		return in.unsaid(v.File)
	}
	felt := a.Answer != "no"
	ask := feltInputs{Felt: &felt, Decile: in.decile(), Reasons: []string{}}
	if felt {
		ask.Reasons = a.Choices()
	}
	r := feltCold(ask, v)
	s := said{status: r.Status, flag: r.ThreeD, detail: household.Finding{File: r.File, Reference: in.Reference.ID, Reason: old(c)}}
	if r.Felt != nil {
		s.detail.Figures = map[string]string{"fr": truth(*r.Felt)}
	}
	if r.ThreeD == nil && s.detail.Reason == "" {
		s.detail.Reason = "unknown_income"
	}
	return s.answer(c)
}

// decile returns a decile that the income for each consumption unit is at most in, of
// those the reference table has: 3, 5 or 10. Nil when it is not known, or not above 0.
func (in Input) decile() *int {
	switch {
	case in.Income == nil || in.Income.Disposable <= 0 || in.Dwelling == nil || in.Dwelling.Units() <= 0 || in.Reference.ID == "":
		return nil
	case in.earns(in.Reference.D3):
		return ptr(3)
	case in.earns(in.Reference.D5):
		return ptr(5)
	}
	return ptr(10)
}

// earns reports whether the income for each consumption unit is at most a bound.
func (in Input) earns(most decimal.Decimal) bool {
	e := effort{income: decimal.New(in.Income.Disposable, -2)}
	return e.poor(decimal.New(int64(in.Dwelling.Units()), -1), most)
}

func feltCold(in feltInputs, v vintage[feltValues]) feltResult {
	r := feltResult{Status: "indeterminate", File: v.File}
	switch {
	case in.Decile != nil && !decile(*in.Decile):
		r.Status = "invalid_input"
		return r
	case in.Felt == nil, *in.Felt && in.Reasons == nil:
		return r
	}
	for _, reason := range in.Reasons {
		if slices.Contains(v.Values.Reasons, reason) {
			r.Felt = in.Felt
		}
	}
	if r.Felt == nil {
		r.Felt = ptr(false)
	}
	r.Status, r.ThreeD = "ok", every(r.Felt, lowest(in.Decile, v.Values.Deciles))
	return r
}

// decile reports whether n is one of the ten.
func decile(n int) bool { return n >= 1 && n <= 10 }

// lowest reports whether an income is in the first deciles; nil when it is not known.
func lowest(decile *int, most int) *bool {
	if decile == nil {
		return nil
	}
	return ptr(*decile <= most)
}

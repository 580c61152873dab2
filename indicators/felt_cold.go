package indicators

import (
	"slices"

	"foyer/internal/formula"
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

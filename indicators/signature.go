package indicators

import (
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type signatureInputs struct {
	Energy      *string `json:"heating_energy"` // electricity, gas, or another
	Model       *string `json:"selected_model"` // of the fit: intercept_only, hdd_only, cdd_only, cdd_hdd
	Slope       *number `json:"beta_hdd"`
	Theoretical *number `json:"theoretical_beta_hdd"`
}

type signatureResult struct {
	Status string `json:"status"`
	Flag   *bool  `json:"flag"`
	File   string `json:"country_file"`
}

type signatureValues struct {
	Parts    decimal.Decimal `yaml:"parts"`
	Energies []string        `yaml:"energies"`
}

func init() {
	national(formula.About{
		ID: "weak_heating_signature", Unit: "yes or no", Version: "1",
		Question:   "Does the cold outside hardly show in what the home uses?",
		QuestionFR: "Le froid dehors se voit-il à peine dans la consommation ?",
		Method: "In a home heated by electricity or gas: its model has no heating, or the slope of it is strictly below a third of the theoretical loss. Then ask for another fuel. " +
			"not_applicable: it is heated otherwise.",
	}, anywhere, "signature", signature)
}

func signature(in signatureInputs, v vintage[signatureValues]) signatureResult {
	r := signatureResult{Status: "indeterminate", File: v.File}
	switch {
	case in.Energy == nil:
		return r
	case !slices.Contains(v.Values.Energies, *in.Energy):
		r.Status = "not_applicable"
		return r
	case in.Model == nil:
		return r
	case *in.Model == "intercept_only", *in.Model == "cdd_only":
		r.Flag = ptr(true)
	case *in.Model != "hdd_only" && *in.Model != "cdd_hdd":
		r.Status = "invalid_input"
		return r
	case in.Slope != nil && positive(in.Theoretical):
		r.Flag = ptr(in.Slope.Mul(v.Values.Parts).LessThan(in.Theoretical.Decimal))
	}
	if r.Flag != nil {
		r.Status = "ok"
	}
	return r
}

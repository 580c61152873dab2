package indicators

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"foyer/internal/formula"
	"foyer/internal/household"
	"foyer/internal/tariff"
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
	nightly("weak_heating_signature", anywhere, "signature", night{
		Category: ratios, Granularity: 1, Span: MonthsYear, Back: normalBack, Needs: Outdoors | Answers | Lived,
		From: "the model (CalTRACK 2.0, daily) of the fuel it is heated by; the theoretical loss is what the rating says it needs in a year over the degree days of a normal one. " +
			"Absence, another fuel, works or new occupants take the flag back and are its reason. A flag is a reason to call, never a decision.",
	}, signatureNight)
}

func signatureNight(in Input, v vintage[signatureValues]) Answer {
	fuel := in.heating()
	if !slices.Contains(v.Values.Energies, fuel) {
		return in.unheated(fuel, v.File)
	}
	base := inForce[degreeValues](anywhere, "degree_days", in.To.Add(-1)).Values.Base
	h := in.heated(tariff.Fuel(fuel), in.From, in.To, base)
	m, ok := h.model(tariff.Fuel(fuel))
	if !ok {
		return missing("insufficient_data", "little_seen", v.File).answer(h.seen)
	}
	normal, _ := in.normal(base)
	ask := signatureInputs{Energy: &fuel, Model: ptr(string(m.Type)), Slope: modelled(m.Heating), Theoretical: in.loss(normal)}
	r := signature(ask, v)
	s := said{status: r.Status, flag: r.Flag, detail: household.Finding{
		File: r.File, Level: *ask.Model,
		Inputs: figures(map[string]string{
			"days": strconv.Itoa(len(h.days)), "kwh_per_degree_day": figure(ask.Slope), "theoretical_kwh_per_degree_day": figure(ask.Theoretical),
		}),
	}}
	if r.Status == "indeterminate" {
		s.detail.Reason = "unknown_need"
	}
	s.flag, s.detail.Reason = reconsidered(r.Flag, in.confounders(in.From), s.detail.Reason)
	return s.answer(h.seen)
}

// loss returns the kWh that a home needs for each degree day by its rating; nil when
// that, or a normal year, is not known.
func (in Input) loss(normal *number) *number {
	need := in.need()
	if !positive(need) || !positive(normal) {
		return nil
	}
	return num(need.DivRound(normal.Decimal, 6))
}

// reconsidered takes a flag that is raised back where something else explains it, and
// returns the reason; else the one there was.
func reconsidered(flag *bool, confounders []string, reason string) (*bool, string) {
	if flag == nil || !*flag {
		return flag, reason
	}
	if f, why := suppressed(flag, confounders); why != "" {
		return f, why
	}
	return flag, reason
}

// ratios is the category of what is made of several others.
const ratios = "indicators"

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

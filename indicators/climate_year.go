package indicators

import (
	"strconv"

	"github.com/shopspring/decimal"

	"foyer/internal/formula"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

type climateInputs struct {
	Consumption *number `json:"consumption_kwh"`
	Base        *number `json:"base_kwh_per_day"`
	Days        *number `json:"days"`
	Period      *number `json:"hdd_period"`
	Reference   *number `json:"hdd_reference"`
	Coverage    *number `json:"coverage"`
	MinCoverage *number `json:"min_coverage"`
}

type climateResult struct {
	Status  string  `json:"status"`
	Base    *number `json:"base"`
	Heating *number `json:"heating"`
	Annual  *number `json:"annual"`
}

func init() {
	onRequest(formula.About{
		ID: "annualise_degree_days", Unit: "kWh", Version: "1",
		Question:   "What would the home use for heat in a normal year?",
		QuestionFR: "Que consommerait le chauffage du logement une année normale ?",
		Method: "Climate-corrected year: what heating used, times the degree days of the reference over those of the period; the base for 365 days. Heating is never below 0. " +
			"indeterminate: something is not known, or heat was used in a time without degree days; insufficient_data: coverage below min_coverage.",
		Source: "enoptea.fr, correction by degree days; applied to heating only.",
	}, climateYear)
	nightly("annualise_degree_days", anywhere, "degree_days", night{
		Category: daily, Granularity: 1, Span: MonthsYear, Back: normalBack, Needs: Outdoors,
		From: "the days of the fuel it is heated by whose use and weather are known; the base is that of its model (CalTRACK 2.0), or without one the median day from June to September; " +
			"the reference is a normal year where it is, the mean of at most ten years of its weather. With the weather of one year alone there is nothing to correct by: provisional.",
	}, climateNight)
}

func climateNight(in Input, v vintage[degreeValues]) Answer {
	fuel := in.heating()
	if fuel != string(tariff.Electricity) && fuel != string(tariff.Gas) {
		return in.unheated(fuel, v.File)
	}
	h := in.heated(tariff.Fuel(fuel), in.From, in.To, v.Values.Base)
	reference, years := in.normal(v.Values.Base)
	var base *number
	if m, ok := h.model(tariff.Fuel(fuel)); ok {
		base = modelled(m.Intercept)
	} else if len(h.summer) > 0 {
		base = num(middle(h.summer))
	}
	ask := climateInputs{
		Consumption: num(h.use), Base: base, Days: num(decimal.NewFromInt(int64(len(h.days)))), Period: num(h.degrees), Reference: reference,
		Coverage: num(decimal.NewFromInt(int64(len(h.days))).DivRound(decimal.NewFromInt(YearDays), 6)), MinCoverage: num(decimal.New(5, -1)),
	}
	r := climateYear(ask)
	s := said{status: r.Status, value: r.Annual, detail: household.Finding{
		File: v.File,
		Inputs: figures(map[string]string{
			"used_kwh": figure(ask.Consumption), "base_kwh_per_day": figure(base), "days": strconv.Itoa(len(h.days)),
			"hdd": figure(ask.Period), "hdd_normal": figure(reference), "normal_years": strconv.Itoa(years),
		}),
	}}
	if r.Heating != nil {
		s.detail.Figures = figures(map[string]string{"heating_kwh": figure(r.Heating)})
	}
	switch {
	case reference == nil:
		s.status, s.detail.Reason = "insufficient_data", "unknown_weather"
	case years == 1:
		s.detail.Reason = "one_year"
	}
	if r.Status == "indeterminate" && reference != nil {
		s.detail.Reason = "no_degree_days"
		if base == nil {
			s.status, s.detail.Reason = "insufficient_data", "little_seen"
		}
	}
	a := s.answer(h.seen)
	if years == 1 && a.Status == household.OK {
		a.Status = household.Provisional
	}
	return a
}

// unheated is what is said of a home that no meter counts the heat of.
func (in Input) unheated(fuel, file string) Answer {
	if fuel == "" {
		return missing("indeterminate", "unknown_heating", file).answer(in.whole())
	}
	return missing("not_applicable", "heated_otherwise", file).answer(in.whole())
}

func climateYear(in climateInputs) climateResult {
	for _, n := range []*number{in.Consumption, in.Base, in.Days, in.Period, in.Reference, in.Coverage, in.MinCoverage} {
		if n == nil {
			return climateResult{Status: "indeterminate"}
		}
	}
	if in.Coverage.LessThan(in.MinCoverage.Decimal) {
		return climateResult{Status: "insufficient_data"}
	}
	base := in.Base.Mul(in.Days.Decimal)
	heating := decimal.Max(decimal.Zero, in.Consumption.Sub(base))
	r := climateResult{Status: "ok", Base: num(base), Heating: num(heating)}
	year := in.Base.Mul(decimal.NewFromInt(YearDays))
	switch {
	case in.Period.IsPositive():
		r.Annual = num(year.Add(heating.Mul(in.Reference.Decimal).DivRound(in.Period.Decimal, 16)))
	case heating.IsPositive(): // used for heating in a time without any: it cannot be projected
		r.Status = "indeterminate"
	default:
		r.Annual = num(year)
	}
	return r
}

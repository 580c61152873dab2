package indicators

import "github.com/shopspring/decimal"

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
	calculate("annualise_degree_days",
		"Climate-corrected year: what heating used, times the degree days of the reference over those of the period; the base for 365 days. Heating is never below 0.",
		climateYear)
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

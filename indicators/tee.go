package indicators

import (
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

func init() {
	register(Indicator{
		ID: "tee", Unit: "ratio", Version: "1", Category: "indicators", Granularity: 1, Span: Yearly,
		Question:   "Which part of the family's income goes to energy?",
		QuestionFR: "Quelle part du revenu de la famille part dans l'énergie ?",
		Method: "Energy expense of the 365 local days that end on a day, at the prices then in force, standing charge included, over the income of twelve months; " +
			"gross, and net of energy aid (never below 0). A day is valid when half of it was seen and it has a price; any other is filled with the mean of the " +
			"valid days of its month, or of all. TEE_3D: strictly above the threshold of the reference table, and income for each consumption unit at most the third decile. " +
			"ok: at least 90 % of the days are valid; provisional: at least half, and 60 days of a heating season (1 October to 20 May); insufficient_data: less; " +
			"indeterminate: income unknown, zero or negative. Heating paid in the rent makes the rate a lower bound: reason \"partial\". Not corrected for weather.",
		Source:  "ONPE, taux d'effort énergétique; deciles of INSEE, see the reference table.",
		Compute: tee,
	})
}

// The days a provisional rate needs.
const heatingDays = 60

func tee(in Input) Answer {
	year := in.year()
	detail := household.Rate{Days: year.valid, Reference: in.Reference.ID}
	answer := func(s household.Status, reason string) Answer {
		detail.Reason = reason
		return Answer{Status: s, Detail: detail}
	}
	switch {
	case in.Income == nil:
		return answer(household.Indeterminate, "unknown_income")
	case in.Income.Disposable <= 0:
		detail.Income, detail.Aid = tariff.Euros(in.Income.Disposable), tariff.Euros(in.Income.Aid)
		return answer(household.Indeterminate, "non_positive_income")
	case in.Reference.ID == "":
		return answer(household.Indeterminate, "no_reference")
	case year.valid*2 < YearDays || year.valid*100 < YearDays*Complete && year.heating < heatingDays:
		return answer(household.InsufficientData, "")
	}
	s := household.OK
	if year.valid*100 < YearDays*Complete {
		s = household.Provisional
	}
	rate := effort{
		expense:   decimal.New(year.cents(), -2),
		income:    decimal.New(in.Income.Disposable, -2),
		aid:       decimal.New(in.Income.Aid, -2),
		threshold: in.Reference.Threshold,
	}
	detail.Expense, detail.Income, detail.Aid = rate.expense.StringFixed(2), rate.income.StringFixed(2), rate.aid.StringFixed(2)
	detail.Net = rate.net().of(6).String()
	detail.Above = rate.above()
	if in.Dwelling != nil && in.Dwelling.Units() > 0 {
		detail.ThreeD = ptr(rate.above() && rate.poor(decimal.New(int64(in.Dwelling.Units()), -1), in.Reference.D3))
	}
	if in.Dwelling != nil && in.Dwelling.HeatedInRent {
		detail.Reason = "partial"
	}
	return Answer{Status: s, Value: rate.of(6).String(), Detail: detail}
}

// An effort is an expense against an income, both for twelve months. The income
// is above 0.
type effort struct{ expense, income, aid, threshold decimal.Decimal }

// net returns the effort with the expense net of aid, at least 0.
func (e effort) net() effort {
	e.expense = decimal.Max(decimal.Zero, e.expense.Sub(e.aid))
	return e
}

// of returns the rate rounded half away from zero.
func (e effort) of(places int32) decimal.Decimal { return e.expense.DivRound(e.income, places) }

// above reports whether the rate is strictly above the threshold, by cross-multiplication.
func (e effort) above() bool { return e.expense.GreaterThan(e.income.Mul(e.threshold)) }

// poor reports whether the income for each consumption unit is at most d3.
func (e effort) poor(units, d3 decimal.Decimal) bool { return e.income.LessThanOrEqual(d3.Mul(units)) }

// A year is what is known of the days of a window.
type year struct {
	valid   int // days seen by half, with a price
	heating int // of those, days of a heating season
	sum     tariff.Sum
	fill    decimal.Decimal // for the days that are not valid
}

// cents returns what the window cost, rounded once.
func (y *year) cents() int64 {
	return y.sum.Energy().Add(y.sum.Standing()).Add(y.fill).Shift(2).Round(0).IntPart()
}

// year adds up the window and fills what is missing.
func (in Input) year() *year {
	y := &year{}
	var energyOf [13]tariff.Sum // of valid days, by month
	var days, missing [13]int
	unpriced := 0
	next := 0
	for d := in.From; d.Before(in.To); d = d.Add(1) {
		for next < len(in.Days) && in.Days[next].Day.Before(d) {
			next++
		}
		var day Day
		if next < len(in.Days) && in.Days[next].Day == d {
			day = in.Days[next]
		}
		if !day.valid() {
			missing[d.Month]++
			if day.cost == nil {
				unpriced++
				continue
			}
			standing := *day.cost
			standing.Energy = decimal.Zero
			y.sum.Add(standing, d)
			continue
		}
		y.valid++
		if heatingSeason(d) {
			y.heating++
		}
		days[d.Month]++
		energyOf[d.Month].Add(tariff.Cost{Energy: day.cost.Energy}, d)
		y.sum.Add(*day.cost, d)
	}
	if y.valid == 0 {
		return y
	}
	n := decimal.NewFromInt(int64(y.valid))
	for m := range missing {
		if missing[m] == 0 {
			continue
		}
		total, of := y.sum.Energy(), n
		if days[m] > 0 {
			total, of = energyOf[m].Energy(), decimal.NewFromInt(int64(days[m]))
		}
		y.fill = y.fill.Add(total.Mul(decimal.NewFromInt(int64(missing[m]))).DivRound(of, 20))
	}
	if unpriced > 0 {
		priced := decimal.NewFromInt(int64(YearDays - unpriced))
		y.fill = y.fill.Add(y.sum.Standing().Mul(decimal.NewFromInt(int64(unpriced))).DivRound(priced, 20))
	}
	return y
}

// heatingSeason reports whether a day lies between 1 October and 20 May.
//
// Source: DJU base 18 over 232 days, see Method.
func heatingSeason(d energy.Day) bool {
	return d.Month >= time.October || d.Month <= time.April || d.Month == time.May && d.Date <= 20
}

type teeInputs struct {
	Expense   *number `json:"energy_expense_eur"`
	Income    *number `json:"disposable_income_eur"`
	Units     *number `json:"uc"`
	D3        *number `json:"d3_income_per_uc_eur"`
	Voucher   *number `json:"voucher_eur"`
	Net       bool    `json:"net_of_voucher"`
	Threshold *number `json:"threshold"`
	InRent    bool    `json:"heating_in_rent"`
}

type teeResult struct {
	Status string  `json:"status"`
	TEE    *number `json:"tee"`
	Above  *bool   `json:"above_threshold"`
	First  *bool   `json:"first_three_deciles"`
	ThreeD *bool   `json:"tee_3d"`
	Reason string  `json:"reason,omitempty"`
}

func init() {
	calculate("tee_3d", "ONPE, taux d'effort énergétique", func(in teeInputs) teeResult {
		switch {
		case in.Expense == nil:
			return teeResult{Status: "indeterminate", Reason: "unknown_expense"}
		case in.Expense.IsNegative():
			return teeResult{Status: "invalid_input", Reason: "negative_expense"}
		case in.Income == nil:
			return teeResult{Status: "indeterminate", Reason: "unknown_income"}
		case !in.Income.IsPositive():
			return teeResult{Status: "indeterminate", Reason: "non_positive_income"}
		case in.Threshold == nil:
			return teeResult{Status: "indeterminate", Reason: "unknown_threshold"}
		}
		e := effort{expense: in.Expense.Decimal, income: in.Income.Decimal, threshold: in.Threshold.Decimal}
		if in.Net && in.Voucher != nil {
			e.aid = in.Voucher.Decimal
			e = e.net()
		}
		r := teeResult{Status: "ok", TEE: num(e.of(16)), Above: ptr(e.above())}
		if in.Units != nil && in.Units.IsPositive() && in.D3 != nil {
			r.First = ptr(e.poor(in.Units.Decimal, in.D3.Decimal))
			r.ThreeD = ptr(*r.Above && *r.First)
		}
		if in.InRent { // the rate is a lower bound
			r.Reason = "partial"
		}
		return r
	})
}

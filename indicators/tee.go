package indicators

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

func init() {
	register(Indicator{
		ID: "tee", Unit: "ratio", Version: "2", Category: "indicators", Granularity: 1, Span: Yearly,
		Question:   "Which part of the family's income goes to energy?",
		QuestionFR: "Quelle part du revenu de la famille part dans l'énergie ?",
		Method: "Energy expense of the 365 local days that end on a day, of every fuel, at the prices then in force, standing charges included, over the income of twelve months; " +
			"gross, and net of energy aid (never below 0): the dated amounts of the window, or without any what the family said. A day is valid when half of it was seen and it has a price; any other is filled with the mean of the " +
			"valid days of its month, or of all; each fuel by itself, and the one with the fewest valid days counts. TEE_3D: strictly above the threshold of the reference table, and income for each consumption unit at most the third decile. " +
			"ok: at least 90 % of the days are valid; provisional: at least half, and 60 days of a heating season (1 October to 20 May); insufficient_data: less; " +
			"indeterminate: income unknown, zero or negative. Heating paid in the rent of which nobody said the amount, or a fuel without contract or price, makes the rate a lower bound: reason \"partial\"; the latter is provisional. Not corrected for weather.",
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
	case !valued(year.status()):
		return answer(year.status(), "")
	}
	s := year.status()
	rate := effort{
		expense:   decimal.New(year.cents(), -2),
		income:    decimal.New(in.Income.Disposable, -2),
		aid:       decimal.New(in.aid(), -2),
		threshold: in.Reference.Threshold,
	}
	detail.Expense, detail.Income, detail.Aid = rate.expense.StringFixed(2), rate.income.StringFixed(2), rate.aid.StringFixed(2)
	detail.Net = rate.net().of(6).String()
	detail.Above = rate.above()
	if in.Dwelling != nil && in.Dwelling.Units() > 0 {
		detail.ThreeD = ptr(rate.above() && rate.poor(decimal.New(int64(in.Dwelling.Units()), -1), in.Reference.D3))
	}
	detail.Missing = names(year.missing)
	if detail.Partial = year.partial(in.Dwelling); detail.Partial {
		detail.Reason = "partial"
	}
	return Answer{Status: s, Value: rate.of(6).String(), Detail: detail}
}

// aid returns the help with energy of the window: what was written down by the day,
// or without any what the family said of twelve months. Never both: it is one help.
func (in Input) aid() int64 {
	var sum int64
	some := false
	for _, e := range in.Money {
		if e.Kind.Helps() && !e.Day.Before(in.From) && e.Day.Before(in.To) {
			sum, some = sum+e.Cents, true
		}
	}
	if !some {
		return in.Income.Aid
	}
	return sum
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
	valid   int // days seen by half, with a price, of the fuel that has fewest
	heating int // of those, days of a heating season
	fuels   []fuelYear
	missing []tariff.Fuel // used, and never with a price
}

// cents returns what the window cost, rounded once.
func (y *year) cents() int64 {
	var sum decimal.Decimal
	for i := range y.fuels {
		f := &y.fuels[i]
		sum = sum.Add(f.sum.Energy()).Add(f.sum.Standing()).Add(f.fill)
	}
	return sum.Shift(2).Round(0).IntPart()
}

// partial reports whether the window cost more than is known.
func (y *year) partial(home *household.Dwelling) bool {
	paid := slices.ContainsFunc(y.fuels, func(f fuelYear) bool { return f.fuel == tariff.Heat })
	return len(y.missing) > 0 || home != nil && home.HeatedInRent && !paid
}

// year adds up the window and fills what is missing, fuel by fuel.
func (in Input) year() *year {
	y := &year{}
	days := make([]Day, 0, YearDays) // of the window, all of them
	used := map[tariff.Fuel]bool{tariff.Electricity: true}
	for d := in.From; d.Before(in.To); d = d.Add(1) {
		day, ok := in.day(d)
		if !ok {
			day = Day{Day: d}
		}
		days = append(days, day)
		for _, p := range day.Parts {
			used[p.Fuel] = true
		}
	}
	for _, f := range household.Fuels {
		if !used[f] {
			continue
		}
		of := yearOf(f, days)
		switch {
		case f != tariff.Electricity && !of.priced, f == tariff.Electricity && !of.priced && len(used) > 1:
			y.missing = append(y.missing, f)
			continue
		case len(y.fuels) == 0 || of.valid < y.valid:
			y.valid, y.heating = of.valid, of.heating
		}
		y.fuels = append(y.fuels, of)
	}
	return y
}

// A fuelYear is a year of one fuel.
type fuelYear struct {
	fuel           tariff.Fuel
	priced         bool // on any day
	valid, heating int
	sum            tariff.Sum
	fill           decimal.Decimal // for the days that are not valid
}

// yearOf adds up the days of a window for one fuel. A day on which the home does
// not use it costs nothing; electricity is used on every day.
func yearOf(f tariff.Fuel, all []Day) fuelYear {
	y := fuelYear{fuel: f}
	var energyOf [13]tariff.Sum // of valid days, by month
	var days, missing [13]int
	seen, priced, unpriced := 0, 0, 0
	valid := func(d energy.Day) {
		y.valid++
		if heatingSeason(d) {
			y.heating++
		}
	}
	for _, day := range all {
		d := day.Day
		part, has := day.part(f)
		switch {
		case !has && f != tariff.Electricity:
			valid(d)
		case part.known():
			valid(d)
			seen, priced = seen+1, priced+1
			days[d.Month]++
			energyOf[d.Month].Add(tariff.Cost{Energy: part.cost.Energy}, d)
			y.sum.Add(*part.cost, d)
		case part.priced():
			missing[d.Month]++
			priced++
			standing := *part.cost
			standing.Energy = decimal.Zero
			y.sum.Add(standing, d)
		default:
			missing[d.Month]++
			unpriced++
		}
		y.priced = y.priced || part.priced()
	}
	if seen == 0 {
		return y
	}
	n := decimal.NewFromInt(int64(seen))
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
		y.fill = y.fill.Add(y.sum.Standing().Mul(decimal.NewFromInt(int64(unpriced))).DivRound(decimal.NewFromInt(int64(priced)), 20))
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
		case in.Net && in.Voucher == nil:
			return teeResult{Status: "indeterminate", Reason: "unknown_voucher"}
		}
		e := effort{expense: in.Expense.Decimal, income: in.Income.Decimal, threshold: in.Threshold.Decimal}
		if in.Net {
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

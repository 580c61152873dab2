package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// contractsOn returns the contracts in force on a day.
func (in Input) contractsOn(d energy.Day) (all []household.Contract) {
	for _, c := range in.Contracts {
		if !d.Before(c.From) && (c.To == (energy.Day{}) || d.Before(c.To)) {
			all = append(all, c)
		}
	}
	return all
}

// balance returns how a contract stands on a day, by how many cents it is ahead, and
// what that is worth; not_applicable where each bill is paid.
func (in Input) balance(c household.Contract, last energy.Day) (household.Balance, int64, household.Status) {
	from, to := c.SettlementYear(last)
	end := last.Add(1) // of the days that are over
	if last == in.Today {
		end = last
	}
	paid := household.Between(in.Money, c.Fuel, from, last.Add(1), household.Instalment)
	credit := household.Between(in.Money, c.Fuel, energy.Day{}, last.Add(1), household.Prepayment)
	if c.Instalment == 0 && len(paid) == 0 && len(credit) == 0 {
		return household.Balance{}, 0, household.NotApplicable
	}
	b := household.Balance{Fuel: string(c.Fuel), From: from.String(), To: to.String(), Elapsed: end.Sub(from)}
	known := in.fuelYear(c.Fuel, from, end)
	b.Known = known.valid
	help := household.CentsOf(household.Between(in.Money, c.Fuel, from, last.Add(1), household.Voucher, household.Discount, household.Grant))
	back := household.CentsOf(household.Between(in.Money, c.Fuel, from, last.Add(1), household.Refund))
	sum := household.CentsOf(paid) + household.CentsOf(household.Between(credit, c.Fuel, from, last.Add(1), household.Prepayment)) - back
	if len(paid) == 0 && c.Instalment > 0 {
		b.Planned = true
		sum += c.Instalment * int64(monthsBegun(from, last))
	}
	b.Paid, b.Aid = tariff.Euros(sum), tariff.Euros(help)
	status := household.OK
	switch {
	case !known.priced:
		return b, 0, household.Indeterminate
	case b.Elapsed < 1 || known.valid*2 < b.Elapsed:
		return b, 0, household.InsufficientData
	case known.valid*100 < b.Elapsed*Complete:
		status = household.Provisional
	}
	cost := known.cents()
	ahead := sum + min(help, cost) - cost
	b.Cost, b.Ahead = tariff.Euros(cost), tariff.Euros(ahead)
	if in.Running() {
		in.foresee(&b, c, from, to, sum, help, last)
		in.credit(&b, c.Fuel, credit, last)
	}
	return b, ahead, status
}

// fuelYear adds up what is known of a fuel that has a contract over [from, to).
func (in Input) fuelYear(f tariff.Fuel, from, to energy.Day) fuelYear {
	var days []Day
	for d := from; d.Before(to); d = d.Add(1) {
		day, _ := in.day(d)
		day.Day = d
		if _, has := day.part(f); !has {
			day.Parts = []Part{{Fuel: f}}
		}
		days = append(days, day)
	}
	return yearOf(f, days)
}

// cents returns what a year of one fuel cost, filled, rounded once.
func (y *fuelYear) cents() int64 {
	return toCents(y.sum.Energy().Add(y.sum.Standing()).Add(y.fill))
}

// monthsBegun counts the months of a year of a contract that began by a day.
func monthsBegun(from, last energy.Day) int {
	n := (last.Year-from.Year)*12 + int(last.Month) - int(from.Month)
	if last.Date >= min(from.Date, daysOf(last)) {
		n++
	}
	return n
}

// daysOf returns the number of days of the month of a day.
func daysOf(d energy.Day) int {
	first := energy.Day{Year: d.Year, Month: d.Month, Date: 1}
	next := first.Add(31)
	next.Date = 1
	return next.Sub(first)
}

// foresee adds what the year of a contract will come to and what is then due.
func (in Input) foresee(b *household.Balance, c household.Contract, from, to energy.Day, paid, help int64, last energy.Day) {
	if c.Instalment == 0 && len(household.Between(in.Money, c.Fuel, from, last.Add(1), household.Instalment)) == 0 {
		return
	}
	f, ok := in.only(c.Fuel).yearAhead(from, to)
	if !ok {
		return
	}
	paid += c.Instalment * int64(max(monthsBegun(from, to.Add(-1))-monthsBegun(from, last), 0))
	due := func(cents int64) *string { return ptr(tariff.Euros(cents - min(help, cents) - paid)) }
	b.ForecastSince = in.only(c.Fuel).since(mostWarm).String()
	b.Forecast, b.ForecastLow, b.ForecastHigh = ptr(tariff.Euros(f.central)), ptr(tariff.Euros(f.low)), ptr(tariff.Euros(f.high))
	b.Due, b.DueLow, b.DueHigh = due(f.central), due(f.low), due(f.high)
}

// only returns what is known of one fuel.
func (in Input) only(f tariff.Fuel) Input {
	days := make([]Day, 0, len(in.Days))
	for _, d := range in.Days {
		if p, ok := d.part(f); ok {
			one := Day{Day: d.Day, Energy: p.Energy, Coverage: p.Coverage}
			one.Add(p, p.cost)
			days = append(days, one)
		}
	}
	in.Days = days
	return in
}

// since returns the first day known of the n before today; today when none is.
func (in Input) since(n int) energy.Day {
	for d := in.Today.Add(-n); d.Before(in.Today); d = d.Add(1) {
		if _, ok := in.day(d); ok {
			return d
		}
	}
	return in.Today
}

// creditYears is how far back the first prepayment may lie, in years.
const creditYears = 3

// credit adds what is left of prepayments, and for how many days that lasts.
func (in Input) credit(b *household.Balance, f tariff.Fuel, bought []household.Entry, last energy.Day) {
	if len(bought) == 0 || bought[0].Day.Before(last.Add(-creditYears*YearDays)) {
		return
	}
	first := bought[0].Day
	used := in.fuelYear(f, first, in.Today)
	if elapsed := in.Today.Sub(first); used.valid*100 < elapsed*Complete {
		return
	}
	help := household.CentsOf(household.Between(in.Money, f, first, last.Add(1), household.Voucher, household.Discount, household.Grant))
	back := household.CentsOf(household.Between(in.Money, f, first, last.Add(1), household.Refund))
	left := household.CentsOf(bought) + help - back - used.cents()
	if day, ok := in.day(in.Today); ok { // what of today is known is used too
		if p, has := day.part(f); has && p.priced() {
			var today tariff.Sum
			today.Add(*p.cost, in.Today)
			left -= today.Cents()
		}
	}
	b.Credit = ptr(tariff.Euros(left))
	one := in.only(f)
	b.CreditSince = earliestDay(first, one.since(usualDays)).String()
	past := one.past(usualDays)
	if len(past) < fewestDays {
		return
	}
	var sum tariff.Sum
	for _, d := range past {
		d.addTo(&sum)
	}
	daily := sum.Energy().Add(sum.Standing()).DivRound(decimal.NewFromInt(int64(len(past))), 10)
	if !daily.IsPositive() {
		return
	}
	days := func(euros decimal.Decimal) *int {
		return ptr(int(decimal.Max(euros, decimal.Zero).Div(daily).Floor().IntPart()))
	}
	euros := decimal.New(left, -2)
	b.DaysLeft = days(euros)
	doubt := spread(past, meanOf(past), max(int64(*b.DaysLeft), 1), int64(len(past)))
	b.DaysLow, b.DaysHigh = days(euros.Sub(doubt)), days(euros.Add(doubt))
	if left <= 0 {
		b.DaysHigh = ptr(0)
	}
}

// yearAhead forecasts what the days of [from, to) come to; false where, for days further
// than a month ahead, the home's response to the weather, the weather of the same days a
// year before, or what it used on half of them is not known.
func (in Input) yearAhead(from, to energy.Day) (forecast, bool) {
	in.From, in.To = from, to
	const month = 31
	if to.Sub(in.Today) <= month {
		return in.forecast()
	}
	r, ok := in.response()
	if !ok || !r.knows(in.Today.Add(month), to) {
		return forecast{}, false
	}
	known := true
	f := in.looked(r.cost, func(open int64) (below, above decimal.Decimal) {
		var width decimal.Decimal
		width, known = r.widthOfSeasons(to, open)
		return width, width
	})
	return f, known
}

func yearBefore(d energy.Day) energy.Day {
	return energy.Day{Year: d.Year - 1, Month: d.Month, Date: min(d.Date, daysOf(energy.Day{Year: d.Year - 1, Month: d.Month, Date: 1}))}
}

package tariff

import (
	"cmp"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Line is one line of a bill. Cents is Quantity × the price, rounded once, half
// away from zero; lines add up to the bill.
type Line struct {
	From, To  energy.Day      // To is not included
	Label     string          // catalogue key: "bill.standing", "bill.energy.hp", "bill.aid.voucher", …
	Quantity  decimal.Decimal // in Unit
	Unit      string          // "day", "kWh", or "EUR" where the line is a rate of others or an amount
	Price     decimal.Decimal // EUR for one Unit; of a standing charge rounded to six decimals
	Cents     int64
	Estimated bool
	Fuel      Fuel // "" where a line is of no one fuel: an aid
}

// Total returns what lines add up to, in cents.
func Total(lines []Line) (cents int64) {
	for _, l := range lines {
		cents += l.Cents
	}
	return cents
}

// Bill returns the lines for the days from one to another, to not included.
//
// Contracts are those of one fuel, see [Book.Of]. Each change of contract, price or
// tax starts lines of its own: a period across one is split at local midnight. Days
// without a contract are not billed. The error wraps [ErrUnknown], [ErrNoVersion],
// [ErrNoPower], [ErrNoPeriod] or [ErrNoTax]; [ErrNoContract] when no day has one.
func (b *Book) Bill(contracts []household.Contract, from, to energy.Day, uses []Use) ([]Line, error) {
	uses = merge(append([]Use(nil), uses...))
	var lines []Line
	some := false
	for from.Before(to) {
		c, err := InForce(contracts, from)
		if err != nil {
			from = from.Add(1)
			continue
		}
		some = true
		p, err := b.price(c, from)
		if err != nil {
			return nil, err
		}
		end := from.Add(1)
		for ; end.Before(to); end = end.Add(1) {
			next, err := InForce(contracts, end)
			if err != nil || next != c {
				break
			}
			if q, err := b.price(next, end); err != nil || !p.same(q) {
				break
			}
		}
		part, err := p.lines(from, end, uses)
		if err != nil {
			return nil, err
		}
		for i := range part {
			part[i].Fuel = cmp.Or(p.tariff.Fuel, Electricity)
		}
		lines = append(lines, part...)
		from = end
	}
	if !some {
		return nil, ErrNoContract
	}
	return lines, nil
}

// lines returns the lines of days that share one contract and one version.
func (p pricing) lines(from, to energy.Day, uses []Use) ([]Line, error) {
	standing := p.charge(from, to, "bill.standing", p.standing)
	lines := []Line{standing}
	var kWh, sum decimal.Decimal // all periods
	estimated := false
	for _, period := range p.tariff.Periods {
		price, err := p.version.price(period, p.kva)
		if err != nil {
			return nil, err
		}
		l := Line{From: from, To: to, Label: "bill.energy." + period, Unit: "kWh", Price: price}
		var energy int64
		for _, u := range uses {
			if u.Period == period && !u.Day.Before(from) && u.Day.Before(to) {
				energy += u.Energy
				l.Estimated = l.Estimated || u.Estimated
			}
		}
		l.Quantity = KWh(energy)
		l.Cents = cents(l.Quantity.Mul(price))
		lines = append(lines, l)
		kWh, sum, estimated = kWh.Add(l.Quantity), sum.Add(euros(l.Cents)), estimated || l.Estimated
	}
	tax := p.taxes
	if tax.Included {
		return lines, nil
	}
	rate := tax.Excise.Shift(-3)
	excise := Line{From: from, To: to, Label: "bill.excise", Unit: "kWh", Quantity: kWh, Price: rate, Cents: cents(kWh.Mul(rate)), Estimated: estimated}
	cta := p.charge(from, to, "bill.cta", p.cta)
	lines = append(lines, excise, cta,
		vat(from, to, euros(standing.Cents+cta.Cents), tax.VATStanding, false),
		vat(from, to, sum.Add(euros(excise.Cents)), tax.VATEnergy, estimated))
	return lines, nil
}

func vat(from, to energy.Day, base, rate decimal.Decimal, estimated bool) Line {
	return Line{From: from, To: to, Label: "bill.vat", Unit: "EUR", Quantity: base, Price: rate, Cents: cents(base.Mul(rate)), Estimated: estimated}
}

// charge is a line of a yearly charge for some days.
func (p pricing) charge(from, to energy.Day, label string, year decimal.Decimal) Line {
	var s Sum
	for d := from; d.Before(to); d = d.Add(1) {
		s.charge(year, p.tariff.ProRata, d)
	}
	n := decimal.NewFromInt(int64(to.Sub(from)))
	return Line{
		From: from, To: to, Label: label, Unit: "day", Quantity: n,
		Price: s.total().DivRound(n, 6), Cents: cents(s.total()),
	}
}

// KWh returns energy in thousandths of Wh as exact kWh.
func KWh(energy int64) decimal.Decimal { return decimal.New(energy, -6) }

// cents rounds euros to the cent, half away from zero.
func cents(euros decimal.Decimal) int64 { return euros.Shift(2).Round(0).IntPart() }

func euros(cents int64) decimal.Decimal { return decimal.New(cents, -2) }

package tariff

import (
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Cost is what one local day cost, taxes included, before any rounding.
type Cost struct {
	Energy    decimal.Decimal // EUR
	Standing  decimal.Decimal // EUR a year, of which the day is a part
	ProRata   ProRata
	Estimated bool
	Coloured  bool            // what a kWh costs follows from the colour of the day
	Level     decimal.Decimal // mean price of the periods of the version in force, EUR per kWh; 0 when not known
}

// Cost prices the uses of one day, all of one contract. The errors are those of [Book.Bill].
func (b *Book) Cost(c household.Contract, day energy.Day, uses []Use) (Cost, error) {
	p, err := b.price(c, day)
	if err != nil {
		return Cost{}, err
	}
	cost := Cost{Standing: p.standing, ProRata: p.tariff.ProRata, Coloured: p.tariff.Calendar != ""}
	tax := p.taxes
	if !tax.Included {
		cost.Standing = cost.Standing.Add(p.cta).Mul(decimal.New(1, 0).Add(tax.VATStanding))
	}
	cost.Level = p.taxed(p.version.level(p.kva))
	for _, u := range uses {
		if u.Day != day {
			continue
		}
		price, err := p.version.price(u.Period, p.kva)
		if err != nil {
			return Cost{}, err
		}
		price = p.taxed(price)
		cost.Energy = cost.Energy.Add(KWh(u.Energy).Mul(price))
		cost.Estimated = cost.Estimated || u.Estimated
	}
	return cost, nil
}

// taxed returns what a kWh of a price costs with taxes.
func (p pricing) taxed(price decimal.Decimal) decimal.Decimal {
	if p.taxes.Included {
		return price
	}
	return WithTax(price, p.taxes.Excise, p.taxes.VATEnergy)
}

// A Sum adds up costs of days exactly. Its zero value is nothing.
type Sum struct {
	energy   decimal.Decimal
	standing []portion
}

// A portion is what is to be divided by of.
type portion struct {
	of  int64
	sum decimal.Decimal
}

// Add adds the cost of a day.
func (s *Sum) Add(c Cost, day energy.Day) {
	s.energy = s.energy.Add(c.Energy)
	s.charge(c.Standing, c.ProRata, day)
}

// charge adds one day's part of a yearly charge.
func (s *Sum) charge(year decimal.Decimal, by ProRata, day energy.Day) {
	of := int64(365)
	if by == ByMonth {
		of = 12 * int64(daysIn(day))
	}
	i := slices.IndexFunc(s.standing, func(p portion) bool { return p.of == of })
	if i < 0 {
		i, s.standing = len(s.standing), append(s.standing, portion{of: of})
	}
	s.standing[i].sum = s.standing[i].sum.Add(year)
}

// Energy returns the energy part in EUR, exact.
func (s *Sum) Energy() decimal.Decimal { return s.energy }

// Standing returns the standing charge in EUR, to twenty decimals.
func (s *Sum) Standing() decimal.Decimal { return s.total().Sub(s.energy) }

// Cents returns the sum rounded once, half away from zero.
func (s *Sum) Cents() int64 { return cents(s.total()) }

// total returns the sum to twenty decimals: one division for each way to divide a
// year, so that a whole year gives back the yearly charge.
func (s *Sum) total() decimal.Decimal {
	const places = 20
	total := s.energy
	for _, p := range s.standing {
		total = total.Add(p.sum.DivRound(decimal.NewFromInt(p.of), places))
	}
	return total
}

// daysIn returns the number of days of the month of a day.
func daysIn(day energy.Day) int {
	first := energy.Day{Year: day.Year, Month: day.Month, Date: 1}
	next := energy.Day{Year: day.Year, Month: day.Month + 1, Date: 1}
	if day.Month == 12 {
		next = energy.Day{Year: day.Year + 1, Month: 1, Date: 1}
	}
	return next.Sub(first)
}

// Euros prints cents as euros: "52.40", "-0.05".
func Euros(cents int64) string { return euros(cents).StringFixed(2) }

package tariff

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Why a day has no price.
var (
	ErrUnknown     = errors.New("no such tariff")
	ErrNoVersion   = errors.New("the tariff has no price in force then")
	ErrNoPower     = errors.New("the tariff has no price for this subscribed power")
	ErrNoPeriod    = errors.New("the tariff has no price for this period")
	ErrNoContract  = errors.New("no contract in force then")
	ErrNoHours     = errors.New("the contract does not say the meter's off-peak hours")
	ErrNoColour    = errors.New("the colour of the day is not known")
	ErrNoTax       = errors.New("no taxes are known then")
	ErrNoCalorific = errors.New("the calorific value of the gas is not known")
)

// A ProRata says how a standing charge is divided over days.
type ProRata string

// The ways to divide a standing charge.
const (
	ByYear  ProRata = "day_365" // each day 1/365 of a year's charge, in leap years too
	ByMonth ProRata = "month"   // each day its part of a month's charge
)

// A Tariff is an offer with its prices over time.
type Tariff struct {
	ID        string // "fr-bleu-base"
	Name      string
	Currency  string // ISO 4217
	Fuel      Fuel   // electricity when empty
	ProRata   ProRata
	Periods   []string  // names of its prices: "base", or "hp" and "hc"
	Zones     []Zone    // when each period applies; the first that holds counts
	DayFrom   int       // minute of local time at which its day begins: 360 for Tempo
	Calendar  string    // id of the calendar that colours its days; "" without colours
	Calorific string    // id of the values that turn m3 of gas into kWh
	Versions  []Version // oldest first
}

// A Version is what a tariff cost from one day on, until the next version.
type Version struct {
	From     energy.Day
	Until    energy.Day // first day it no longer holds; zero: until the next version
	Source   string     // where the prices were found
	Mark     string     // how sure they are: V seen in a primary source, S in a secondary one, M from memory, C a convention
	Standing Charges    // EUR a year; nil where it was not found
	Energy   []Price
	Taxes    Taxes
}

// Charges are EUR a year by subscribed power in kVA; of power 0 for any.
type Charges map[int]decimal.Decimal

// Of returns the charge for a power; false when it is not known.
func (c Charges) Of(kva int) (decimal.Decimal, bool) {
	x, ok := c[kva]
	if !ok {
		x, ok = c[0]
	}
	return x, ok
}

// Powers lists the powers that have a charge, in order; 0 is any.
func (c Charges) Powers() []int { return slices.Sorted(maps.Keys(c)) }

// A Price is the price of a kWh in one period, for homes up to a subscribed power.
type Price struct {
	Period  string
	UpToKVA int             // 0: any power
	PerKWh  decimal.Decimal // EUR
}

// Taxes come on top of the prices of a version, unless they are included in them.
type Taxes struct {
	Included    bool
	Table       string          // id of the dated levies that hold the rest; "" when it stands here
	Excise      decimal.Decimal // EUR per MWh
	CTA         Charges         // contribution tarifaire d'acheminement
	VATEnergy   decimal.Decimal // 0.20 is 20 %
	VATStanding decimal.Decimal
}

// At returns the version in force on a day, or [ErrNoVersion].
func (t *Tariff) At(day energy.Day) (*Version, error) {
	for i := len(t.Versions) - 1; i >= 0; i-- {
		v := &t.Versions[i]
		if day.Before(v.From) {
			continue
		}
		if v.Until != (energy.Day{}) && !day.Before(v.Until) {
			break
		}
		return v, nil
	}
	return nil, fmt.Errorf("%s on %s: %w", t.ID, day, ErrNoVersion)
}

// standing returns a year's standing charge, taxes not counted.
func (v *Version) standing(kva int) (decimal.Decimal, error) {
	s, ok := v.Standing.Of(kva)
	if !ok {
		return s, fmt.Errorf("standing charge of %d kVA from %s on: %w: %s", kva, v.From, ErrNoPower, known(v.Standing))
	}
	return s, nil
}

// known says which charges there are and what to do about one that is missing.
func known(c Charges) string {
	if len(c) == 0 {
		return "none was found; give it in a tariff file of your own"
	}
	return fmt.Sprintf("only %v kVA was found; give it in a tariff file of your own", c.Powers())
}

// price returns the price of a kWh, taxes not counted.
func (v *Version) price(period string, kva int) (decimal.Decimal, error) {
	for _, p := range v.Energy {
		if p.Period == period && (p.UpToKVA == 0 || kva <= p.UpToKVA) {
			return p.PerKWh, nil
		}
	}
	return decimal.Decimal{}, fmt.Errorf("%q from %s on: %w", period, v.From, ErrNoPeriod)
}

// level returns the mean price of a kWh over the periods, each once, taxes not counted.
func (v *Version) level(kva int) decimal.Decimal {
	var sum decimal.Decimal
	var periods []string
	for _, p := range v.Energy {
		if !slices.Contains(periods, p.Period) && (p.UpToKVA == 0 || kva <= p.UpToKVA) {
			sum, periods = sum.Add(p.PerKWh), append(periods, p.Period)
		}
	}
	if len(periods) == 0 {
		return sum
	}
	return sum.DivRound(decimal.NewFromInt(int64(len(periods))), 10)
}

// WithTax returns the price of a kWh with excise, in EUR per MWh, and value-added tax.
//
// Source: identity kWh TTC = (kWh HT + accise/1000) × (1 + TVA), which reproduces
// the series of the Commission de régulation de l'énergie.
func WithTax(price, excise, vat decimal.Decimal) decimal.Decimal {
	return price.Add(excise.Shift(-3)).Mul(decimal.New(1, 0).Add(vat))
}

// InForce returns the contract in force on a day, or [ErrNoContract]. Of several
// the one that began last counts: give those of one fuel, see [Book.Of].
func InForce(contracts []household.Contract, day energy.Day) (household.Contract, error) {
	var found household.Contract
	for _, c := range contracts {
		if !covers(c, day) {
			continue
		}
		if found.Tariff == "" || found.From.Before(c.From) {
			found = c
		}
	}
	if found.Tariff == "" {
		return found, fmt.Errorf("%s: %w", day, ErrNoContract)
	}
	return found, nil
}

// covers reports whether a contract is in force on a day.
func covers(c household.Contract, day energy.Day) bool {
	return !day.Before(c.From) && (c.To == (energy.Day{}) || day.Before(c.To))
}

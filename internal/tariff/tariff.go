package tariff

import (
	"errors"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Why a day has no price.
var (
	ErrUnknown    = errors.New("no such tariff")
	ErrNoVersion  = errors.New("the tariff has no price in force then")
	ErrNoPower    = errors.New("the tariff has no price for this subscribed power")
	ErrNoPeriod   = errors.New("the tariff has no price for this period")
	ErrNoContract = errors.New("no contract in force then")
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
	ID       string // "fr-bleu-base"
	Name     string
	Currency string // ISO 4217
	ProRata  ProRata
	Periods  []string  // names of its prices: "base", or "hp" and "hc"
	Versions []Version // oldest first
}

// A Version is what a tariff cost from one day on, until the next version.
type Version struct {
	From     energy.Day
	Source   string                  // where the prices were found
	Mark     string                  // how sure they are: V seen in a primary source, S in a secondary one, M from memory
	Standing map[int]decimal.Decimal // EUR a year by subscribed power in kVA
	Energy   []Price
	Taxes    Taxes
}

// A Price is the price of a kWh in one period, for homes up to a subscribed power.
type Price struct {
	Period  string
	UpToKVA int             // 0: any power
	PerKWh  decimal.Decimal // EUR
}

// Taxes come on top of the prices of a version, unless they are included in them.
type Taxes struct {
	Included    bool
	Excise      decimal.Decimal // EUR per MWh
	CTA         decimal.Decimal // EUR a year
	VATEnergy   decimal.Decimal // 0.20 is 20 %
	VATStanding decimal.Decimal
}

// At returns the version in force on a day, or [ErrNoVersion].
func (t *Tariff) At(day energy.Day) (*Version, error) {
	for i := len(t.Versions) - 1; i >= 0; i-- {
		if !day.Before(t.Versions[i].From) {
			return &t.Versions[i], nil
		}
	}
	return nil, fmt.Errorf("%s on %s: %w", t.ID, day, ErrNoVersion)
}

// standing returns a year's standing charge, taxes not counted.
func (v *Version) standing(kva int) (decimal.Decimal, error) {
	s, ok := v.Standing[kva]
	if !ok {
		return s, fmt.Errorf("%d kVA from %s on: %w", kva, v.From, ErrNoPower)
	}
	return s, nil
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

// WithTax returns the price of a kWh with excise, in EUR per MWh, and value-added tax.
//
// Source: identity kWh TTC = (kWh HT + accise/1000) × (1 + TVA), which reproduces
// the series of the Commission de régulation de l'énergie.
func WithTax(price, excise, vat decimal.Decimal) decimal.Decimal {
	return price.Add(excise.Shift(-3)).Mul(decimal.New(1, 0).Add(vat))
}

// A Book is the tariffs Foyer knows, by id.
type Book struct{ tariffs map[string]*Tariff }

// NewBook returns a book of the given tariffs.
func NewBook(tariffs ...*Tariff) *Book {
	b := &Book{tariffs: map[string]*Tariff{}}
	for _, t := range tariffs {
		b.tariffs[t.ID] = t
	}
	return b
}

// Tariff returns a tariff by its id, or [ErrUnknown].
func (b *Book) Tariff(id string) (*Tariff, error) {
	t, ok := b.tariffs[id]
	if !ok {
		return nil, fmt.Errorf("tariff %q: %w", id, ErrUnknown)
	}
	return t, nil
}

// IDs lists the tariffs, in order.
func (b *Book) IDs() []string {
	ids := make([]string, 0, len(b.tariffs))
	for id := range b.tariffs {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// InForce returns the contract in force on a day, or [ErrNoContract]. Of several
// the one that began last counts.
func InForce(contracts []household.Contract, day energy.Day) (household.Contract, error) {
	var found household.Contract
	for _, c := range contracts {
		if day.Before(c.From) || c.To != (energy.Day{}) && !day.Before(c.To) {
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

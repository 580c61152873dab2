package tariff

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Book is the tariffs Foyer knows and the dated tables they refer to, by id.
type Book struct {
	tariffs   map[string]*Tariff
	calendars map[string]*Calendar
	levies    map[string]*Levies
	calorific map[string]*Calorific
}

// NewBook returns a book of the given tariffs.
func NewBook(tariffs ...*Tariff) *Book {
	b := &Book{map[string]*Tariff{}, map[string]*Calendar{}, map[string]*Levies{}, map[string]*Calorific{}}
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

// Name returns what a tariff is called, its id for one without a name or not known.
func (b *Book) Name(id string) string {
	if t := b.tariffs[id]; t != nil && t.Name != "" {
		return t.Name
	}
	return id
}

// IDs lists the tariffs, in order.
func (b *Book) IDs() []string { return slices.Sorted(maps.Keys(b.tariffs)) }

// Comparable lists the tariffs that a home with one could have, itself among them: of the
// same fuel and currency, in order; none for a tariff that is not known.
func (b *Book) Comparable(id string) []string {
	own := b.tariffs[id]
	if own == nil {
		return nil
	}
	return slices.DeleteFunc(b.IDs(), func(x string) bool {
		t := b.tariffs[x]
		return t.Currency != own.Currency || cmp.Or(t.Fuel, Electricity) != cmp.Or(own.Fuel, Electricity)
	})
}

// With returns b and what other holds; of one id, that of other counts. A calendar
// of other adds its days to those of b.
func (b *Book) With(other *Book) *Book {
	all := NewBook()
	for _, from := range []*Book{b, other} {
		maps.Copy(all.tariffs, from.tariffs)
		maps.Copy(all.levies, from.levies)
		maps.Copy(all.calorific, from.calorific)
		for id, c := range from.calendars {
			all.calendars[id] = all.calendars[id].with(c)
		}
	}
	return all
}

// Check reports the tables that tariffs refer to and that are not in the book, and
// days of a calendar that its colours cannot have.
func (b *Book) Check() error {
	var faults []error
	fault := func(id, field, value string) {
		faults = append(faults, fmt.Errorf("%s: %s: %q is not known", id, field, value))
	}
	for _, id := range b.IDs() {
		t := b.tariffs[id]
		if t.Calendar != "" && b.calendars[t.Calendar] == nil {
			fault(id, "calendar", t.Calendar)
		}
		if t.Calorific != "" && b.calorific[t.Calorific] == nil {
			fault(id, "calorific", t.Calorific)
		}
		for _, z := range t.Zones {
			if c := b.calendars[t.Calendar]; z.Colour != "" && c != nil && !c.has(z.Colour) {
				fault(id, "zones: colour", z.Colour)
			}
		}
		for _, v := range t.Versions {
			if v.Taxes.Table != "" && b.levies[v.Taxes.Table] == nil {
				fault(id, "versions: taxes", v.Taxes.Table)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(b.calendars)) {
		faults = append(faults, b.calendars[id].check())
	}
	return errors.Join(faults...)
}

// A pricing is a contract at the prices and taxes of one stretch of time.
type pricing struct {
	tariff   *Tariff
	version  *Version
	taxes    *Taxes
	kva      int
	standing decimal.Decimal // EUR a year
	cta      decimal.Decimal // EUR a year
}

// same reports whether nothing changed between two days of one contract.
func (p pricing) same(q pricing) bool { return p.version == q.version && p.taxes == q.taxes }

func (b *Book) price(c household.Contract, day energy.Day) (pricing, error) {
	t, err := b.Tariff(c.Tariff)
	if err != nil {
		return pricing{}, err
	}
	v, err := t.At(day)
	if err != nil {
		return pricing{}, err
	}
	p := pricing{tariff: t, version: v, taxes: &v.Taxes, kva: c.PowerKVA}
	if p.standing, err = v.standing(c.PowerKVA); err != nil {
		return pricing{}, fmt.Errorf("%s: %w", t.ID, err)
	}
	if v.Taxes.Included {
		return p, nil
	}
	if v.Taxes.Table != "" {
		if p.taxes, err = b.taxes(v.Taxes.Table, day); err != nil {
			return pricing{}, fmt.Errorf("%s: %w", t.ID, err)
		}
	}
	cta, ok := p.taxes.CTA.Of(c.PowerKVA)
	if !ok {
		return pricing{}, fmt.Errorf("%s: cta of %d kVA on %s: %w: %s", t.ID, c.PowerKVA, day, ErrNoTax, known(p.taxes.CTA))
	}
	p.cta = cta
	return p, nil
}

func (b *Book) taxes(table string, day energy.Day) (*Taxes, error) {
	if l := b.levies[table]; l != nil {
		return l.At(day)
	}
	return nil, fmt.Errorf("%s: %w", table, ErrNoTax)
}

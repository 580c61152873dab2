package tariff

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Priced returns, for each tariff, the runs of days it prices alike, in order. Days
// without a price are in none. Where a price was found is no part of it.
func (b *Book) Priced() []household.Priced {
	var all []household.Priced
	for _, id := range b.IDs() {
		t := b.tariffs[id]
		edges := b.edges(t)
		first := len(all)
		for i, from := range edges {
			run := household.Priced{Tariff: id, From: from, Digest: b.digest(t, from)}
			if i+1 < len(edges) {
				run.Until = edges[i+1]
			}
			n := len(all)
			switch {
			case run.Digest == "":
			case n > first && all[n-1].Until == from && all[n-1].Digest == run.Digest:
				all[n-1].Until = run.Until
			default:
				all = append(all, run)
			}
		}
	}
	return all
}

// edges returns the days, in order, on which anything that prices may change.
func (b *Book) edges(t *Tariff) []energy.Day {
	var days []energy.Day
	add := func(ds ...energy.Day) {
		for _, d := range ds {
			if d != (energy.Day{}) {
				days = append(days, d)
			}
		}
	}
	for _, v := range t.Versions {
		add(v.From, v.Until)
		if l := b.levies[v.Taxes.Table]; l != nil {
			for _, x := range l.Versions {
				add(x.From, x.Until)
			}
		}
	}
	if c := b.calorific[t.Calorific]; c != nil {
		for _, x := range c.Versions {
			add(x.From)
		}
	}
	if c := b.calendars[t.Calendar]; c != nil {
		for d := range c.Days {
			add(d, d.Add(1), d.Add(2)) // the night after is of its colour too
		}
	}
	slices.SortFunc(days, energy.Day.Compare)
	return slices.Compact(days)
}

// digest returns what tells the prices of a day from others; "" without a price.
func (b *Book) digest(t *Tariff, d energy.Day) string {
	v, err := t.At(d)
	if err != nil {
		return ""
	}
	taxes := &v.Taxes
	if taxes.Table != "" {
		if taxes, err = b.taxes(taxes.Table, d); err != nil {
			return ""
		}
	}
	// Decimals print their digits, maps in the order of their keys.
	all := fmt.Sprintf("%s %s %v %+v %d %v %v %+v", t.Fuel, t.ProRata, t.Periods, t.Zones, t.DayFrom, v.Standing, v.Energy, *taxes)
	if c := b.calorific[t.Calorific]; c != nil {
		if x, err := c.At(d); err == nil {
			all += " " + x.String()
		}
	}
	if c := b.calendars[t.Calendar]; c != nil {
		all += " " + c.Days[d.Add(-1)] + " " + c.Days[d]
	}
	sum := sha256.Sum256([]byte(all))
	return hex.EncodeToString(sum[:])
}

// A Change is a run of days whose price a tariff changed.
type Change struct {
	Tariff      string
	From, Until energy.Day // Until is not included; zero: for good
}

// Holds reports whether a change reaches a day.
func (c Change) Holds(d energy.Day) bool {
	return !d.Before(c.From) && (c.Until == (energy.Day{}) || d.Before(c.Until))
}

// Changes returns the days that are priced otherwise in one list than in another,
// or in one of them alone.
func Changes(before, after []household.Priced) []Change {
	edges := map[string][]energy.Day{}
	for _, list := range [][]household.Priced{before, after} {
		for _, p := range list {
			edges[p.Tariff] = append(edges[p.Tariff], p.From)
			if p.Until != (energy.Day{}) {
				edges[p.Tariff] = append(edges[p.Tariff], p.Until)
			}
		}
	}
	var all []Change
	for id, days := range edges {
		slices.SortFunc(days, energy.Day.Compare)
		days = slices.Compact(days)
		for i, d := range days {
			if on(before, id, d) == on(after, id, d) {
				continue
			}
			c := Change{Tariff: id, From: d}
			if i+1 < len(days) {
				c.Until = days[i+1]
			}
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b Change) int { return cmp.Or(cmp.Compare(a.Tariff, b.Tariff), a.From.Sub(b.From)) })
	return all
}

// on returns the digest of a tariff's day in a list; "" without one.
func on(list []household.Priced, id string, d energy.Day) string {
	for _, p := range list {
		if p.Tariff == id && !d.Before(p.From) && (p.Until == (energy.Day{}) || d.Before(p.Until)) {
			return p.Digest
		}
	}
	return ""
}

package disclosure

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A WhatIf is what the last twelve whole months cost a family, and what they would have
// cost under other tariffs. It says what was, not what to do.
type WhatIf struct {
	Family   household.FamilyID
	At       time.Time
	Zone     *time.Location
	From, To energy.Day  // To is not included
	Tariffs  []OtherYear // by fuel and tariff; none where the home could have no other
}

// An OtherYear is twelve months under another tariff, over the days that could be priced
// under both. The costs are nil where those are not nearly all: a guess is none.
type OtherYear struct {
	Fuel      household.Fuel
	Own       string // tariff at the end
	Tariff    string // the other one
	Known, Of int    // days
	OwnCost   *Cents // as it was
	Cost      *Cents // under the other
	Estimated bool
	Lacks     []string // why other days are not among them: see "other_tariffs"
}

// enoughDays is the percentage of the days of twelve months that a comparison needs.
//
// Source: CalTRACK 2.0, 2.2.1.2, by analogy, as for other figures of a year.
const enoughDays = 90

// WhatIf returns what other tariffs would have cost a family. The audience is a family's
// phone; it returns [ErrWithheld] to others, and unless cost by month was agreed to.
func (g *Gate) WhatIf(ctx context.Context, aud Audience) (WhatIf, error) {
	w, err := g.whatIf(ctx, aud, viewWhatIf, time.Time{})
	return w, g.metrics.count(viewWhatIf, err)
}

// WhatIfAsOf returns what [Gate.WhatIf] would have returned at an instant of the world
// clock: the twelve months before it, as they were last compared then. Consent is that of
// now. It returns [ErrAsOf] for an instant that has not been.
func (g *Gate) WhatIfAsOf(ctx context.Context, aud Audience, at time.Time) (WhatIf, error) {
	w, err := g.whatIf(ctx, aud, viewWhatIfPast, at)
	return w, g.metrics.count(viewWhatIfPast, err)
}

func (g *Gate) whatIf(ctx context.Context, aud Audience, view string, at time.Time) (WhatIf, error) {
	ask := household.Ask{AsOf: at}
	if view == viewWhatIfPast {
		if at.IsZero() || at.After(g.now()) {
			return WhatIf{}, ErrAsOf
		}
		view += atSign + at.UTC().Format(time.RFC3339Nano)
	} else {
		at = g.now()
	}
	if aud.Family() == "" {
		return WhatIf{}, ErrWithheld
	}
	_, zone, err := g.today(aud)
	if err != nil {
		return WhatIf{}, err
	}
	today := energy.DayOf(at, zone)
	w := WhatIf{Family: aud.Family(), At: at, Zone: zone, From: monthStart(today, -12), To: monthStart(today, 0)}
	ask.Results = []household.Wanted{{Indicator: "other_tariffs", From: w.From}}
	all, err := g.store.Sheets(ctx, consent.Access{Reader: aud.reader, Purpose: consent.FamilyView, View: view}, aud.Family(), ask)
	if err != nil {
		return WhatIf{}, err
	}
	if len(all) == 0 || all[0].Finest[string(consent.Cost)] < int(consent.Monthly) {
		return WhatIf{}, ErrWithheld
	}
	w.add(all[0].Results)
	return w, nil
}

// add adds up months. Tariffs are those that the home could have at the end of the last.
func (w *WhatIf) add(months []household.Result) {
	for _, r := range slices.Backward(months) { // the newest first
		var d household.OtherTariffs
		if r.Indicator != "other_tariffs" || !r.From.Before(w.To) || json.Unmarshal(r.Detail, &d) != nil {
			continue
		}
		for _, o := range d.Offers {
			i := slices.IndexFunc(w.Tariffs, func(y OtherYear) bool { return string(y.Fuel) == o.Fuel && y.Tariff == o.Tariff })
			if i < 0 {
				i, w.Tariffs = len(w.Tariffs), append(w.Tariffs, OtherYear{Fuel: household.Fuel(o.Fuel), Own: o.Own, Tariff: o.Tariff})
			}
			w.Tariffs[i].add(o)
		}
	}
	for i := range w.Tariffs {
		y := &w.Tariffs[i]
		if y.Of = w.To.Sub(w.From); y.Known*100 < y.Of*enoughDays {
			y.OwnCost, y.Cost = nil, nil
		}
		slices.Sort(y.Lacks)
		y.Lacks = slices.Compact(y.Lacks)
	}
	w.Tariffs = slices.DeleteFunc(w.Tariffs, func(y OtherYear) bool { return y.Tariff == w.owned(y.Fuel) })
	slices.SortFunc(w.Tariffs, func(a, b OtherYear) int {
		if n := slices.Index(household.Fuels, a.Fuel) - slices.Index(household.Fuels, b.Fuel); n != 0 {
			return n
		}
		return strings.Compare(a.Tariff, b.Tariff)
	})
}

// owned returns the tariff of a fuel at the end of the last month there is.
func (w *WhatIf) owned(f household.Fuel) string {
	for _, y := range w.Tariffs { // the first were added of the newest month
		if y.Fuel == f {
			return y.Own
		}
	}
	return ""
}

// add adds a month.
func (y *OtherYear) add(o household.OtherTariff) {
	y.Known, y.Estimated, y.Lacks = y.Known+o.Known, y.Estimated || o.Estimated, append(y.Lacks, o.Lacks...)
	own, cost := cents(&o.OwnCost), cents(&o.Cost)
	if own == nil || cost == nil {
		return
	}
	if y.Cost == nil {
		y.OwnCost, y.Cost = new(Cents), new(Cents)
	}
	*y.OwnCost, *y.Cost = *y.OwnCost+*own, *y.Cost+*cost
}

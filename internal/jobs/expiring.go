package jobs

import (
	"context"
	"maps"
	"slices"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// An Expiry says what the next sweep of a pilot removes.
type Expiry struct {
	household.Borders                   // as they are from then on; Done and At of the sweep before
	Promise           household.Promise // that they follow from
	Families          int               // that lose rows
	Rows              int64             // of the records of families
	Meters            int               // that lose readings
}

// An Expiring is what the next sweep removes.
type Expiring struct {
	Pilots []Expiry // by id
	Strays int      // meters of nobody that lose readings
	Odds   int64    // conflicts and doubts
	Alerts int64    // rows of alerts that were resolved
	Proofs int64
}

// Expiring finds out what the next sweep removes if it begins now. It changes nothing.
func (p *Planner) Expiring(ctx context.Context) (Expiring, error) {
	residences, err := p.store.Residences(ctx)
	if err != nil {
		return Expiring{}, err
	}
	s, err := p.survey(ctx, residences, p.now())
	if err != nil || len(s.pilots) == 0 {
		return Expiring{}, err
	}
	e := expiring{sweep: s, of: map[string]*Expiry{}, counted: map[energy.MeterID]bool{}}
	for id, of := range s.pilots {
		e.of[id] = &Expiry{Borders: of.Borders, Promise: s.promise}
	}
	for page := range slices.Chunk(residences, pageSize) {
		if err := e.homes(ctx, page); err != nil {
			return Expiring{}, err
		}
	}
	strays, err := p.store.Strays(ctx)
	if err != nil {
		return Expiring{}, err
	}
	odd, err := s.odd(ctx, strays)
	if err != nil {
		return Expiring{}, err
	}
	x := Expiring{Strays: e.strays + len(odd)}
	for _, id := range slices.Sorted(maps.Keys(e.of)) {
		x.Pilots = append(x.Pilots, *e.of[id])
	}
	if x.Odds, err = p.store.ExpiredOdds(ctx, s.odds()); err != nil {
		return Expiring{}, err
	}
	if x.Alerts, err = p.store.ExpiredAlerts(ctx, s.alerts()); err != nil {
		return Expiring{}, err
	}
	x.Proofs, err = p.store.ExpiredProofs(ctx, s.proofs())
	return x, err
}

// An expiring counts what expires, page by page.
type expiring struct {
	*sweep
	of      map[string]*Expiry // by pilot
	strays  int
	counted map[energy.MeterID]bool // a meter that went from one family to another once
}

func (e *expiring) homes(ctx context.Context, page []household.Residence) error {
	homes, err := e.planner.store.Homes(ctx, page)
	if err != nil {
		return err
	}
	for i := range homes {
		home := &homes[i]
		if !e.aged(home) {
			continue
		}
		rows, err := e.planner.store.Expired(ctx, e.decay(home))
		if err != nil {
			return err
		}
		if of := e.of[home.Pilot]; rows > 0 {
			of.Families, of.Rows = of.Families+1, of.Rows+rows
		}
	}
	meters, err := e.metersOf(ctx, homes)
	if err != nil {
		return err
	}
	for _, m := range meters {
		old, err := e.planner.older(ctx, m)
		if err != nil {
			return err
		}
		if !old || e.counted[m.id] {
			continue
		}
		e.counted[m.id] = true
		if of := e.of[m.pilot]; of != nil {
			of.Meters++
		} else {
			e.strays++
		}
	}
	return nil
}

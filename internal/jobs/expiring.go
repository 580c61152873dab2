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
	homes, err := p.store.Homes(ctx)
	if err != nil {
		return Expiring{}, err
	}
	s, err := p.survey(ctx, homes, p.now())
	if err != nil || len(s.pilots) == 0 {
		return Expiring{}, err
	}
	if err := s.surveyMeters(ctx); err != nil {
		return Expiring{}, err
	}
	all := map[string]*Expiry{}
	for id, of := range s.pilots {
		all[id] = &Expiry{Borders: of.Borders, Promise: s.promise}
	}
	owner := map[energy.MeterID]string{}
	for _, home := range s.homes {
		for _, a := range home.Attachments {
			owner[a.Meter] = home.Pilot
		}
		rows, err := p.store.Expired(ctx, s.decay(home))
		if err != nil {
			return Expiring{}, err
		}
		if rows > 0 {
			all[home.Pilot].Families++
			all[home.Pilot].Rows += rows
		}
	}
	var x Expiring
	for _, m := range s.meters {
		switch old, err := p.older(ctx, m); {
		case err != nil:
			return Expiring{}, err
		case !old:
		case owner[m.id] == "":
			x.Strays++
		default:
			all[owner[m.id]].Meters++
		}
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		x.Pilots = append(x.Pilots, *all[id])
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

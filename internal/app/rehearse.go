package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest/spool"
	"foyer/internal/household"
	"foyer/simulators"
)

// ErrInhabited says that a pilot has families or gateways already: simulated ones
// are never put beside real ones.
var ErrInhabited = errors.New("the pilot has families or gateways already. Rehearse with another data folder, and a database of its own in records.url and series.database")

// Rehearse enrols the homes of a simulated town as the families of an empty pilot
// and brings in what their meters and sensors told before the town begins. With
// [ErrInhabited] nothing is written.
func (o *Office) Rehearse(ctx context.Context, town *simulators.Town) (Settlement, error) {
	if err := o.vacant(ctx); err != nil {
		return Settlement{}, err
	}
	if town.Zone().String() != o.Zone.String() {
		return Settlement{}, fmt.Errorf("the simulated homes live in %s and the pilot in %s", town.Zone(), o.Zone)
	}
	s, err := o.Settle(ctx, town)
	if err != nil {
		return s, err
	}
	if err := o.Records.ImportIntervals(ctx, s.Past(town)); err != nil {
		return s, err
	}
	c := o.Config.Spool
	c.Path = o.Config.Path(c.Path)
	kept, err := spool.Open(ctx, c, o.Keys, prometheus.NewRegistry())
	if err != nil {
		return s, err
	}
	return s, errors.Join(kept.Append(ctx, s.Samples(town)), kept.Close())
}

// vacant reports whether the pilot has nobody yet.
func (o *Office) vacant(ctx context.Context) error {
	families, err := o.Registry.Families(ctx, o.Config.Pilot.ID)
	if err != nil {
		return err
	}
	gateways, err := o.Registry.Gateways(ctx)
	if err != nil {
		return err
	}
	ours := func(g household.Publisher) bool { return g.Pilot == o.Config.Pilot.ID }
	if len(families) > 0 || slices.ContainsFunc(gateways, ours) {
		return fmt.Errorf("rehearse in pilot %q: %w", o.Config.Pilot.ID, ErrInhabited)
	}
	return nil
}

package app

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"foyer/alerts"
	"foyer/alerts/channel"
	"foyer/internal/browsing"
	"foyer/internal/energy"
	"foyer/internal/jobs"
	"foyer/internal/tariff"
	"foyer/internal/weather"
)

// openJobs opens what computes figures, decides alerts and tells channels.
func (a *App) openJobs(ctx context.Context) error {
	book, err := tariff.Open(a.Config.Tariffs.Folder)
	if err != nil {
		return err
	}
	engine, err := alerts.New(a.Records, a.Config.Alerts, a.World.Now(), a.Log, a.metrics)
	if err != nil {
		return err
	}
	schedule := jobs.Config{Schedule: a.Config.Jobs.Rollup}
	if place := a.Config.Weather.Place; place != "" {
		at, err := weather.ParsePlace(place)
		if err != nil {
			return fmt.Errorf("weather.place: %w", err)
		}
		schedule.Archive = jobs.Archive{Pilot: a.Config.Pilot.ID, Hours: func(ctx context.Context, from, to energy.Day) (weather.Series, error) {
			return weather.NewArchive().Hours(ctx, at, from, to)
		}}
	}
	a.planner, err = jobs.New(a.Records, a.series, book, engine, schedule, a.World.Now, a.Log, a.metrics)
	if err != nil {
		return err
	}
	err = a.Registry.NoteRules(ctx, a.Config.Alerts.Thresholds(), "configuration", "alerts")
	if err != nil {
		return err
	}
	keeper, err := a.keeper(ctx, a.Log, a.metrics)
	if err != nil {
		return err
	}
	watch := browsing.New(a.Records, a.Log, a.metrics)
	outbox := channel.NewOutbox(a.Records, a.gate, a.channels, Wall, a.Log, a.metrics)
	a.parts = append(a.parts,
		part{"jobs", func(ctx context.Context) error {
			return a.Records.Lead(ctx, func(ctx context.Context) error {
				group, ctx := errgroup.WithContext(ctx)
				group.Go(func() error { return a.planner.Run(ctx) })
				group.Go(func() error { return keeper.Run(ctx) })
				group.Go(func() error { return watch.Run(ctx) })
				group.Go(func() error { return a.eraseOnRequest(ctx) })
				if a.Config.Life.URL.Reveal() != "" {
					group.Go(func() error { return a.newLife().Run(ctx) })
				}
				return group.Wait()
			})
		}},
		part{"outbox", outbox.Run})
	return nil
}

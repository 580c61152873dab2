package app

import (
	"context"

	"golang.org/x/sync/errgroup"

	"foyer/alerts"
	"foyer/alerts/channel"
	"foyer/internal/jobs"
	"foyer/internal/tariff"
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
	a.planner, err = jobs.New(a.Records, a.series, book, engine, jobs.Config{Schedule: a.Config.Jobs.Rollup}, a.World.Now, a.Log, a.metrics)
	if err != nil {
		return err
	}
	keeper, err := a.keeper(ctx, a.Log, a.metrics)
	if err != nil {
		return err
	}
	outbox := channel.NewOutbox(a.Records, a.gate, a.channels, Wall, a.Log, a.metrics)
	a.parts = append(a.parts,
		part{"jobs", func(ctx context.Context) error {
			return a.Records.Lead(ctx, func(ctx context.Context) error {
				group, ctx := errgroup.WithContext(ctx)
				group.Go(func() error { return a.planner.Run(ctx) })
				group.Go(func() error { return keeper.Run(ctx) })
				return group.Wait()
			})
		}},
		part{"outbox", outbox.Run})
	return nil
}

package app

import (
	"context"
	"errors"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/jobs"
	"foyer/internal/tariff"
)

// Compute lets a command compute or verify figures, beside a server or without one.
// It decides no alerts.
func (o *Office) Compute(ctx context.Context, log *slog.Logger, do func(*jobs.Planner) error) error {
	store, err := openSeries(ctx, o.Config)
	if err != nil {
		return err
	}
	book, err := tariff.Open(o.Config.Tariffs.Folder)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	planner, err := jobs.New(o.Records, store, book, nil, jobs.Config{Schedule: o.Config.Jobs.Rollup}, o.World.Now, log, prometheus.NewRegistry())
	if err != nil {
		return errors.Join(err, store.Close())
	}
	return errors.Join(do(planner), store.Close())
}

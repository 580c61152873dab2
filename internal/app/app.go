package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"foyer/alerts/channel"
	"foyer/api"
	"foyer/internal/config"
	"foyer/internal/disclosure"
	"foyer/internal/jobs"
	"foyer/internal/text"
)

// Options are what a process is told beside its configuration.
type Options struct {
	Roles  Roles
	Log    *slog.Logger
	Leave  bool              // take in what another broker still holds for this ingester, end its session, and stop
	Notify func(line string) // takes a line for who watches when the log channel tells an alert; nil outside a demo

	// DemoFamily and DemoConsole sign visitors of a demo in; nil elsewhere.
	DemoFamily  func(slug string) (disclosure.Credential, bool)
	DemoConsole func() (disclosure.Credential, bool)
}

// An App is a Foyer of one process, opened and not yet running.
type App struct {
	*Office
	Options
	metrics *prometheus.Registry
	texts   *text.Texts // nil for an ingester
	gate    *disclosure.Gate
	series  seriesStore
	// Every process knows the channels: what somebody does on a page is told too.
	channels []channel.Open
	planner  *jobs.Planner // nil without the role jobs

	parts   []part
	closers []func() error
	checks  map[string]api.Check

	broker string // host:port of the embedded broker, "" for another
	web    string // host:port of the pages, "" without the role
}

// A part runs until its context ends.
type part struct {
	name string
	run  func(context.Context) error
}

// Open opens everything that the roles of a process need. Close it after use,
// whether or not it ran.
func Open(ctx context.Context, c config.Config, o Options) (*App, error) {
	a := &App{Options: o, metrics: prometheus.NewRegistry(), checks: map[string]api.Check{}}
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if err := a.open(ctx, c); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context, c config.Config) (err error) {
	if a.Roles.Jobs || a.Roles.API { // an ingester tells nobody anything
		if a.texts, err = text.Load(); err != nil {
			return err
		}
	}
	if a.Office, err = OpenOffice(ctx, c, a.Log, a.metrics); err != nil {
		return err
	}
	a.closers = append(a.closers, a.Office.Close)
	a.checks["records"] = a.Records.Ping
	a.channels, err = c.Channels.Open(channel.Deps{Now: Wall, Log: a.Log, Texts: a.texts, Zone: a.Zone, Notify: a.Notify})
	if err != nil {
		return err
	}
	a.Records.Tell(channel.Routes(a.channels))
	a.gate = disclosure.New(a.Records, a.World.Now, a.metrics)
	if a.Roles.Ingest || a.Roles.Jobs {
		if a.series, err = openSeries(ctx, c); err != nil {
			return err
		}
		a.closers = append(a.closers, a.series.Close)
		a.checks["series"] = a.series.Ping
	}
	for _, role := range []struct {
		on   bool
		open func(context.Context) error
	}{{a.Roles.Ingest, a.openIngest}, {a.Roles.Jobs, a.openJobs}, {a.Roles.API, a.openAPI}} {
		if !role.on {
			continue
		}
		if err := role.open(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Broker returns the address of the embedded broker, host:port, "" for another.
func (a *App) Broker() string { return a.broker }

// Web returns the address of the pages and the API, host:port, "" without that role.
func (a *App) Web() string { return a.web }

// Run works until ctx ends, and returns nil then. When one part fails it stops
// the others and says which one and why.
func (a *App) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, p := range a.parts {
		group.Go(func() error {
			if err := p.run(ctx); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			return nil
		})
	}
	if err := group.Wait(); !errors.Is(err, errLeft) {
		return err
	}
	return nil
}

// Close closes what is open, the last opened first.
func (a *App) Close() error {
	var errs []error
	for _, c := range slices.Backward(a.closers) {
		errs = append(errs, c())
	}
	a.closers = nil
	return errors.Join(errs...)
}

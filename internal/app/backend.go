package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"foyer/ingest"
	"foyer/ingest/subscriber"
	"foyer/internal/broker"
	"foyer/internal/config"
	"foyer/internal/energy"
	"foyer/internal/keyring"
	"foyer/internal/records"
	"foyer/internal/series"
)

// A seriesStore keeps raw readings: [series.SQLite] or [series.Influx].
type seriesStore interface {
	ingest.Series
	Before(ctx context.Context, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error)
	After(ctx context.Context, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error)
	Erase(ctx context.Context, meter energy.MeterID) error
	EraseSpans(ctx context.Context, spans []energy.Span) error
	// Sweep has nothing left of what was erased, in files of ours.
	Sweep(ctx context.Context) error
	Ping(ctx context.Context) error
	Close() error
}

// seriesFile returns the file of raw readings; false when they are in a server.
func seriesFile(c config.Config) (string, bool) {
	name, ok := strings.CutPrefix(c.Series.URL, "sqlite://")
	return c.Path(name), ok
}

// recordsFile returns the file of the records; false when they are in a server.
func recordsFile(c config.Config) (string, bool) {
	name, ok := strings.CutPrefix(c.Records.URL.Reveal(), "sqlite://")
	return c.Path(name), ok
}

// openSeries opens the store of raw readings that a URL names.
func openSeries(ctx context.Context, c config.Config) (seriesStore, error) {
	if path, ok := seriesFile(c); ok {
		return series.OpenSQLite(ctx, path)
	}
	switch scheme, _, _ := strings.Cut(c.Series.URL, "://"); scheme {
	case "influx+http", "influx+https":
		return series.OpenInflux(ctx, series.InfluxConfig{
			URL: c.Series.URL, Database: c.Series.Database, Org: c.Series.Org, Token: c.Series.Token,
		})
	}
	return nil, fmt.Errorf("series.url %q: want sqlite://, influx+http:// or influx+https://", c.Series.URL)
}

// openKeys opens the keys under which what names a family is kept.
func openKeys(ctx context.Context, c config.Config) (*keyring.Ring, error) {
	return keyring.Open(ctx, c.Keys.In(c.Data), Wall)
}

// openRecords opens the store of everything that can leave.
func openRecords(ctx context.Context, c config.Config, keys *keyring.Ring) (*records.DB, error) {
	raw := c.Records.URL.Reveal()
	if path, ok := recordsFile(c); ok {
		raw = "sqlite://" + filepath.ToSlash(path)
	}
	db, err := records.Open(ctx, raw, keys)
	if errors.Is(err, records.ErrOtherKeys) {
		return nil, err
	}
	if err != nil && strings.HasPrefix(raw, "postgres") {
		return nil, fmt.Errorf("records.url: %w. Is PostgreSQL running there, with this database and this role, and may the role create roles?", err)
	}
	return db, err
}

// A transport brings messages: the embedded broker or a subscriber of another.
type transport struct {
	run   func(context.Context) error
	close func() error
	leave func(context.Context) error // ends the broker's session for good; nil for the embedded broker
	ready func(context.Context) error
	addr  string // host:port of the embedded broker
}

// openTransport opens what the broker's URL names.
func (a *App) openTransport(ctx context.Context, h *ingest.Handler, pulse subscriber.Pulse) (transport, error) {
	c := a.Config.Broker
	if own, ok := c.Embedded(); ok {
		b, err := broker.Listen(ctx, own, broker.Parts{
			Handler: h, Gateways: a.Registry, Mounts: c.Mounts,
			World: a.World.Now, Wall: Wall, Log: a.Log, Metrics: a.metrics,
		})
		if err != nil {
			return transport{}, err
		}
		return transport{run: b.Run, close: b.Close, ready: b.Probe, addr: b.Addr()}, nil
	}
	s, err := subscriber.New(c.External(), subscriber.Parts{
		Handler: h, Mounts: c.Mounts, Pulse: pulse, World: a.World.Now, Wall: Wall, Log: a.Log, Metrics: a.metrics,
	})
	if err != nil {
		return transport{}, err
	}
	return transport{run: s.Run, leave: s.Leave, close: func() error { return nil }, ready: func(context.Context) error {
		if !s.Connected() {
			return errors.New("not connected to the broker")
		}
		return nil
	}}, nil
}

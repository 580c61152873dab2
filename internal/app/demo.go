package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"foyer/alerts/channel"
	"foyer/ingest/spool"
	"foyer/internal/config"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/simulators"
)

// How the world of a demo runs: from the evening before, ten minutes a second, and
// figures are computed each hour of it.
const (
	demoHour   = 20
	demoSpeed  = 600
	demoRollup = "@every 6s"
	standstill = 1e-9
)

// Addresses that are tried first, so that what a demo prints is easy to type, and
// those it takes when one of them is somebody's.
const (
	demoWeb    = "127.0.0.1:8080"
	demoBroker = "127.0.0.1:1883"
	anyPort    = "127.0.0.1:0"
)

// A Demo is a Foyer with simulated homes, on this machine alone, in a folder of
// its own that Close removes.
type Demo struct {
	app    *App
	town   *simulators.Town
	settle Settlement
	folder string
	say    func(line string)
	log    *slog.Logger

	mu     sync.Mutex
	phones map[household.FamilyID]string // session of each family's phone
	staff  string                        // session of the caseworker
}

// Links say where a demo is to be seen.
type Links struct {
	Family  string `json:"family_url"`  // shows euros without signing in
	Console string `json:"console_url"` // signs the caseworker in
	Report  string `json:"report_url"`  // "": there is no report yet
	APIDocs string `json:"api_docs_url"`
	Broker  string `json:"broker"` // mqtt://host:port
}

// OpenDemo builds the homes of a seed, enrols their families, brings in their past
// and computes the first figures. Say takes lines for who watches. Close the demo
// after use.
func OpenDemo(ctx context.Context, seed uint64, log *slog.Logger, say func(line string)) (*Demo, error) {
	folder, err := os.MkdirTemp("", "foyer-demo-")
	if err != nil {
		return nil, fmt.Errorf("make the demo's folder: %w", err)
	}
	d := &Demo{folder: folder, say: say, log: log, phones: map[household.FamilyID]string{}}
	if err := d.open(ctx, seed); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *Demo) open(ctx context.Context, seed uint64) error {
	c := d.config()
	zone, err := time.LoadLocation(c.Pilot.Zone)
	if err != nil {
		return err
	}
	evening := energy.DayOf(Wall(), zone).Add(-1).Start(zone).Add(demoHour * time.Hour)
	if d.town, err = simulators.Open(simulators.Demo(seed, evening, zone)); err != nil {
		return err
	}
	// The evening waits until everything before it is in.
	c.World = &config.World{Start: evening, Anchor: Wall(), Speed: standstill}
	if err := d.before(ctx, c); err != nil {
		return err
	}
	c.World.Anchor, c.World.Speed = Wall(), demoSpeed
	c.Listen, c.Broker.URL = demoWeb, "embedded://"+demoBroker
	if err := d.serve(ctx, c); !errors.Is(err, syscall.EADDRINUSE) {
		return err
	}
	c.Listen, c.Broker.URL = anyPort, "embedded://"+anyPort
	return d.serve(ctx, c)
}

// serve opens everything on the addresses of c.
func (d *Demo) serve(ctx context.Context, c config.Config) (err error) {
	d.app, err = Open(ctx, c, Options{
		Roles: AllRoles(), Log: d.log, Notify: d.say, DemoFamily: d.family, DemoConsole: d.console,
	})
	return err
}

// before enrols the families, brings in what their meters and sensors told before
// the evening, and computes the first figures.
func (d *Demo) before(ctx context.Context, c config.Config) (err error) {
	a, err := Open(ctx, c, Options{Roles: Roles{Jobs: true}, Log: d.log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if d.settle, err = a.Settle(ctx, d.town); err != nil {
		return err
	}
	if err := d.people(ctx, a.Office); err != nil {
		return err
	}
	if err := a.Records.ImportIntervals(ctx, d.settle.Past(d.town)); err != nil {
		return err
	}
	if err := d.samples(ctx, a); err != nil {
		return err
	}
	_, err = a.planner.RunOnce(ctx)
	return err
}

// samples puts what the sensors showed where messages wait.
func (d *Demo) samples(ctx context.Context, a *App) error {
	where := a.Config.Spool
	where.Path = a.Config.Path(where.Path)
	kept, err := spool.Open(ctx, where, a.Keys, prometheus.NewRegistry())
	if err != nil {
		return err
	}
	return errors.Join(kept.Append(ctx, d.settle.Samples(d.town)), kept.Close())
}

// config returns the configuration of a demo: everything in its folder, on this
// machine alone, nobody outside told.
func (d *Demo) config() config.Config {
	c := config.Default()
	c.Data = d.folder
	c.Pilot.ID, c.Pilot.Name = "demo", "Ville de démonstration"
	c.Pilot.CaseLoad = "all"
	c.Jobs.Rollup = demoRollup
	if s, ok := c.Channels["log"].(*channel.LogSection); ok {
		s.Enabled = true
	}
	return c
}

// people signs the caseworker in. Nobody is told their password.
func (d *Demo) people(ctx context.Context, o *Office) error {
	c := o.Config.Pilot
	id, err := o.Accounts.AddStaff(ctx, household.Staff{
		Pilot: c.ID, Email: "nadia@demo.invalid", Name: c.Contact.Name, Role: "caseworker",
	}, rand.Text())
	if err != nil {
		return err
	}
	d.staff, err = o.Accounts.OpenStaff(ctx, id)
	return err
}

// console lets whoever asks in as the caseworker.
func (d *Demo) console() (disclosure.Credential, bool) {
	return disclosure.Credential{Session: d.staff}, true
}

// family lets whoever asks in as one of the homes: "1" to "12", "demo" is the first.
func (d *Demo) family(slug string) (disclosure.Credential, bool) {
	if slug == "demo" {
		slug = "1"
	}
	n, err := strconv.Atoi(slug)
	if err != nil || n < 1 || n > len(d.settle.Families) {
		return disclosure.Credential{}, false
	}
	id := d.settle.Families[n-1]
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.phones[id] == "" {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if d.phones[id], err = d.app.Accounts.ConnectPhone(ctx, id); err != nil {
			d.log.Error("phone not connected", "err", err)
			return disclosure.Credential{}, false
		}
	}
	return disclosure.Credential{Session: d.phones[id]}, true
}

// Homes returns how many families there are; the page of the n-th is /m/n.
func (d *Demo) Homes() int { return len(d.settle.Families) }

// Links returns where the demo is to be seen.
func (d *Demo) Links() Links {
	web := "http://" + d.app.Web()
	return Links{
		Family: web + "/m/demo", Console: web + "/console/demo", APIDocs: web + "/api/docs", Broker: "mqtt://" + d.app.Broker(),
	}
}

// Run serves, and publishes what the homes' meters send, until ctx ends.
func (d *Demo) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return d.app.Run(ctx) })
	from, _ := d.town.Span()
	var first sync.Once
	fleet := simulators.Fleet{
		Broker: "mqtt://" + d.app.Broker(), Passwords: d.settle.Passwords, Until: d.app.World.Until,
		Hello: d.town.Hello, Logger: d.log, Now: Wall,
		Acked: func(e simulators.Emission) error {
			if e.Device.Role == simulators.Electricity {
				first.Do(func() { d.say("first reading kept: " + d.town.Homes()[e.Home].Label) })
			}
			return nil
		},
	}
	group.Go(func() error { return fleet.Run(ctx, d.town.Emissions(from, time.Time{})) })
	return group.Wait()
}

// Close closes everything and removes the demo's folder.
func (d *Demo) Close() error {
	var err error
	if d.app != nil {
		err = d.app.Close()
	}
	return errors.Join(err, os.RemoveAll(d.folder))
}

package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"foyer/ingest"
	"foyer/ingest/spool"
	"foyer/internal/app"
	"foyer/internal/config"
	"foyer/internal/energy"
	"foyer/internal/jobs"
	"foyer/internal/registry"
	"foyer/internal/series"
	"foyer/internal/tariff"
	"foyer/internal/testserver"
	"foyer/simulators"
)

// untimed is a town of all dialects whose messages do not say when, each twice.
func untimed(t *testing.T, faults ...simulators.Fault) *simulators.Town {
	t.Helper()
	s := simulators.Scenario{Seed: seed(t), Start: "2026-11-10", Days: 2, Interval: 10 * time.Minute, Station: "none", HalfHours: 1, Faults: faults}
	for _, name := range simulators.Dialects() {
		probe, err := simulators.Open(simulators.Scenario{Start: s.Start, Days: 1, HalfHours: 1, Homes: []simulators.Home{{Dialect: name, History: -1}}})
		if err != nil {
			t.Fatal(err)
		}
		if meter := probe.Homes()[0].Devices[0]; meter.Untimed {
			s.Homes = append(s.Homes, simulators.Home{Dialect: name, History: -1}, simulators.Home{Dialect: name, History: -1, Insulation: "poor", Heating: "electric"})
		}
	}
	if len(s.Homes) < 8 {
		t.Fatalf("%d homes", len(s.Homes))
	}
	s.Homes[1].Contract = simulators.PeakOffPeak
	town, err := simulators.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	return town
}

// An arrival is a message as it reaches Foyer.
type arrival struct {
	ingest.Message
	restart bool // of Foyer before it
}

// TestEnergyOfMessagesWithoutATime takes in what the same homes say without a time of
// their own, in order and in every way a network can hand it over, and wants the same
// energy of the run: what the homes used.
func TestEnergyOfMessagesWithoutATime(t *testing.T) {
	t.Parallel()
	calm := untimed(t)
	want := map[string]int64{}
	from, to := calm.Span()
	for i, x := range calm.Totals(from, to) {
		want[calm.Homes()[i].Label] = x.Energy
	}
	for name, c := range map[string]struct {
		faults []simulators.Fault
		change func(*simulators.Town, iter.Seq[simulators.Emission]) []arrival
	}{
		"in order":                  {nil, plainly},
		"twice within a second":     {[]simulators.Fault{{Kind: simulators.Duplicate}}, plainly},
		"twice a minute apart":      {[]simulators.Fault{{Kind: simulators.Duplicate, By: time.Minute}}, plainly},
		"twice minutes apart":       {[]simulators.Fault{{Kind: simulators.Duplicate, By: 13 * time.Minute}}, plainly},
		"shuffled by the hour":      {[]simulators.Fault{{Kind: simulators.Shuffle}}, plainly},
		"two hours late":            {[]simulators.Fault{{Kind: simulators.Late, After: 20 * time.Hour, For: 2 * time.Hour, By: 5 * time.Hour}}, plainly},
		"all of it late":            {[]simulators.Fault{{Kind: simulators.Late, By: 5 * time.Hour}}, plainly},
		"held back by an outage":    {[]simulators.Fault{{Kind: simulators.Burst, After: 20 * time.Hour, For: 7 * time.Hour}}, plainly},
		"with gaps":                 {[]simulators.Fault{{Kind: simulators.Gap, After: 20 * time.Hour, For: 3 * time.Hour}}, plainly},
		"sent again on reconnect":   {nil, reconnecting},
		"restarted":                 {nil, restarting},
		"all of that":               {[]simulators.Fault{{Kind: simulators.Duplicate, By: 20 * time.Second}, {Kind: simulators.Late, After: 20 * time.Hour, For: time.Hour, By: 3 * time.Hour}}, restarting},
		"all of that, and shuffled": {[]simulators.Fault{{Kind: simulators.Shuffle, After: 5 * time.Hour, For: 9 * time.Hour}, {Kind: simulators.Duplicate}}, reconnecting},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			town := untimed(t, c.faults...)
			got := openWay(t, town).energy(c.change(town, town.Emissions(from, time.Time{})))
			for _, label := range slices.Sorted(maps.Keys(want)) {
				if off := got[label] - want[label]; off < -1000 || off > 1000 { // a Wh, one step of what they show
					t.Errorf("%s: %d mWh, the home used %d", label, got[label], want[label])
				}
			}
		})
	}
}

func message(e simulators.Emission, at time.Time) ingest.Message {
	return ingest.Message{Topic: e.Topic, Payload: e.Payload, Gateway: e.Device.Gateway, At: at}
}

func plainly(_ *simulators.Town, all iter.Seq[simulators.Emission]) (out []arrival) {
	for e := range meters(all) {
		out = append(out, arrival{Message: message(e, e.Sent)})
	}
	return out
}

// meters yields what the electricity meters say.
func meters(all iter.Seq[simulators.Emission]) iter.Seq[simulators.Emission] {
	return func(yield func(simulators.Emission) bool) {
		for e := range all {
			if e.Device.Role == simulators.Electricity && !yield(e) {
				return
			}
		}
	}
}

// reconnecting lets each gateway lose its connection now and then: it says hello, sends
// again what it had in flight, up to an hour of it, and a broker that kept the last
// message of each topic hands that over too.
func reconnecting(town *simulators.Town, all iter.Seq[simulators.Emission]) (out []arrival) {
	luck := rand.New(rand.NewPCG(town.Scenario.Seed, 3))
	flying, kept := map[string][]simulators.Emission{}, map[string]map[string]simulators.Emission{}
	for e := range meters(all) {
		g := e.Device.Gateway
		out = append(out, arrival{Message: message(e, e.Sent)})
		flying[g] = append(flying[g], e)
		flying[g] = flying[g][max(0, len(flying[g])-20):]
		if kept[g] == nil {
			kept[g] = map[string]simulators.Emission{}
		}
		kept[g][e.Topic] = e
		if luck.IntN(25) != 0 {
			continue
		}
		at := e.Sent.Add(time.Duration(luck.IntN(30_000)) * time.Millisecond)
		for _, h := range town.Hello(g) {
			out = append(out, arrival{Message: message(h, at)})
		}
		for _, topic := range slices.Sorted(maps.Keys(kept[g])) {
			m := message(kept[g][topic], at)
			m.Retained = true
			out = append(out, arrival{Message: m})
		}
		again := flying[g][luck.IntN(len(flying[g])):]
		if luck.IntN(3) == 0 { // each waits for its acknowledgement, or all are sent at once and overtake each other
			again = slices.Clone(again)
			luck.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		}
		for _, f := range again {
			at = at.Add(time.Duration(luck.IntN(1500)) * time.Millisecond)
			out = append(out, arrival{Message: message(f, at)})
		}
	}
	slices.SortStableFunc(out, func(a, b arrival) int { return a.At.Compare(b.At) })
	return out
}

// restarting ends Foyer now and then, as a kill does between what is kept and what is
// acknowledged: the broker sends the last of each gateway again.
func restarting(town *simulators.Town, all iter.Seq[simulators.Emission]) (out []arrival) {
	luck := rand.New(rand.NewPCG(town.Scenario.Seed, 4))
	for e := range meters(all) {
		out = append(out, arrival{Message: message(e, e.Sent)})
		if luck.IntN(300) != 0 {
			continue
		}
		first, at := len(out), e.Sent.Add(time.Duration(1+luck.IntN(20))*time.Second)
		for _, a := range out[max(0, first-1-luck.IntN(200)):first] {
			a.At, a.restart = at, false
			out = append(out, a)
			at = at.Add(time.Duration(luck.IntN(3)) * time.Millisecond)
		}
		out[first].restart = true
	}
	slices.SortStableFunc(out, func(a, b arrival) int { return a.At.Compare(b.At) })
	return out
}

// A way is that of a message through all of Foyer but the network, on a clock that
// shows when each message arrives.
type way struct {
	t       *testing.T
	town    *simulators.Town
	office  *app.Office
	folder  string
	series  *series.SQLite
	spool   *spool.Spool
	handler *ingest.Handler
	now     atomic.Int64 // Unix ms
	settled app.Settlement
}

// asked answers ingest's questions from the registry.
type asked struct{ *registry.Registry }

func (m asked) Lookup(ctx context.Context, ref ingest.DeviceRef) (ingest.Meter, error) {
	got, err := m.Registry.Lookup(ctx, registry.DeviceRef(ref))
	return ingest.Meter{ID: got.ID, State: ingest.MeterState(got.State), Zone: got.Zone, Since: got.Since, MaxPower: got.MaxPower}, err
}

func (m asked) State(ctx context.Context, id energy.MeterID) (ingest.MeterState, time.Time, error) {
	state, kept, err := m.Registry.State(ctx, id)
	return ingest.MeterState(state), kept, err
}

func openWay(t *testing.T, town *simulators.Town) *way {
	t.Helper()
	w := &way{t: t, town: town, folder: t.TempDir()}
	from, _ := town.Span()
	w.now.Store(from.UnixMilli())
	path := filepath.Join(w.folder, "foyer.yaml")
	text := fmt.Sprintf("data: %s\nworld: {start: %s, anchor: %s, speed: 1e-9}\n", w.folder, from.Format(time.RFC3339), app.Wall().Format(time.RFC3339))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if w.office, err = app.OpenOffice(t.Context(), c, quiet, prometheus.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.office.Close() })
	if w.settled, err = w.office.Settle(t.Context(), town); err != nil {
		t.Fatal(err)
	}
	if w.series, err = series.OpenSQLite(t.Context(), filepath.Join(w.folder, "series.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.series.Close() })
	w.start()
	t.Cleanup(func() { w.spool.Close() })
	return w
}

var quiet = slog.New(slog.DiscardHandler)

func (w *way) clock() time.Time { return time.UnixMilli(w.now.Load()) }

// start opens what takes messages in, with nothing but what is on disk.
func (w *way) start() {
	w.t.Helper()
	c := spool.Defaults()
	c.Path = filepath.Join(w.folder, "spool.db")
	var err error
	if w.spool, err = spool.Open(w.t.Context(), c, w.office.Keys, prometheus.NewRegistry()); err != nil {
		w.t.Fatal(err)
	}
	w.handler, err = ingest.NewHandler(w.t.Context(), ingest.Parts{
		Meters: asked{w.office.Registry}, Spool: w.spool, Quarantine: w.spool, Memory: w.office.Records,
		Zone: w.town.Zone(), Log: quiet, Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// energy returns what each home used by what arrives, mWh by its label.
func (w *way) energy(all []arrival) map[string]int64 {
	w.t.Helper()
	for len(all) > 0 {
		if all[0].restart {
			if err := w.spool.Close(); err != nil {
				w.t.Fatal(err)
			}
			w.start()
		}
		n := 1
		for n < len(all) && !all[n].restart && all[n].At.Sub(all[0].At) < time.Minute {
			n++
		}
		w.handle(all[:n])
		all = all[n:]
	}
	w.drain()
	w.now.Add((12 * time.Hour).Milliseconds())
	w.compute()
	return w.sums()
}

// handle takes in what arrives at about the same time, that of each gateway in order.
func (w *way) handle(all []arrival) {
	w.t.Helper()
	by := map[string][]ingest.Message{}
	for _, a := range all {
		by[a.Gateway] = append(by[a.Gateway], a.Message)
	}
	group, ctx := errgroup.WithContext(w.t.Context())
	for _, messages := range by {
		group.Go(func() error {
			for _, m := range messages {
				if err := w.handler.Handle(ctx, m); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		w.t.Fatal(err)
	}
	w.now.Store(all[len(all)-1].At.UnixMilli())
}

// drain brings what was taken in to the series store.
func (w *way) drain() {
	w.t.Helper()
	drain := ingest.NewDrain(ingest.DrainParts{
		Backlog: w.spool, Waiting: w.spool, Meters: asked{w.office.Registry}, Marks: w.office.Records, Turn: w.office.Records.Turn(w.spool.ID()),
		Series: w.series, Step: w.handler.Step, Now: w.clock, Log: quiet, Metrics: prometheus.NewRegistry(),
	})
	ctx, stop := context.WithCancel(w.t.Context())
	done := make(chan error)
	go func() { done <- drain.Run(ctx) }()
	testserver.Wait(w.t, "the spool to be empty", func() bool {
		b, err := w.spool.Take(ctx, 1)
		return err == nil && b.Through == 0
	})
	stop()
	if err := <-done; err != nil {
		w.t.Fatal(err)
	}
}

func (w *way) compute() {
	w.t.Helper()
	book, err := tariff.Shipped()
	if err != nil {
		w.t.Fatal(err)
	}
	planner, err := jobs.New(w.office.Records, w.series, book, nil, jobs.Config{Schedule: "@every 1h", Parallel: 1}, w.clock, quiet, prometheus.NewRegistry())
	if err != nil {
		w.t.Fatal(err)
	}
	if r, err := planner.RunOnce(w.t.Context()); err != nil || r.Failed != 0 {
		w.t.Fatalf("compute: %+v %v", r, err)
	}
}

// sums returns what the half-hours of each home add up to; it wants no second values
// and nothing that waits for a person.
func (w *way) sums() map[string]int64 {
	w.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.folder, "records.db")+"?_pragma=query_only(1)")
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	var odd int
	if err := db.QueryRowContext(w.t.Context(), `SELECT (SELECT COUNT(*) FROM conflict) + (SELECT COUNT(*) FROM doubt)
		+ (SELECT COUNT(*) FROM usage_slot WHERE energy < 0)`).Scan(&odd); err != nil || odd != 0 {
		w.t.Errorf("%d readings are in doubt, contradict others or give energy back (%v)", odd, err)
	}
	out := map[string]int64{}
	for i, h := range w.town.Homes() {
		var sum int64
		if err := db.QueryRowContext(w.t.Context(), `SELECT COALESCE(SUM(energy), 0) FROM usage_slot WHERE family = $1`, string(w.settled.Families[i])).Scan(&sum); err != nil {
			w.t.Fatal(err)
		}
		out[h.Label] = sum
	}
	return out
}

package jobs_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	_ "modernc.org/sqlite" // driver "sqlite", to look at what is kept

	"foyer/alerts"
	"foyer/indicators"
	"foyer/ingest"
	"foyer/ingest/spool"
	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
	"foyer/internal/keyring"
	"foyer/internal/records"
	"foyer/internal/registry"
	"foyer/internal/series"
	"foyer/internal/tariff"
	"foyer/internal/testserver"
)

// What the parts promise each other.
var (
	_ jobs.Store  = (*records.DB)(nil)
	_ jobs.Series = (*series.SQLite)(nil)
	_ jobs.Series = (*series.Influx)(nil)
	_ jobs.Alerts = (*alerts.Engine)(nil)
)

var paris = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return zone
}()

// date reads "2026-10-25".
func date(s string) energy.Day {
	d, err := energy.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// at is a time of the clock in Paris.
func at(day string, hour, minute int) time.Time {
	d := date(day)
	return time.Date(d.Year, d.Month, d.Date, hour, minute, 0, 0, paris).UTC()
}

// A world is everything between a kept reading and a result, on real stores.
type world struct {
	tb       testing.TB
	keys     *keyring.Ring
	records  *records.DB
	series   readings
	registry *registry.Registry
	planner  *jobs.Planner
	sql      *sql.DB // beside it, to look at what is kept
	spool    *spool.Spool
	waiting  func() float64 // readings on their way to the series store
	now      atomic.Int64   // world clock, UTC milliseconds
	config   jobs.Config
	book     *tariff.Book         // nil: the tariffs that ship
	metrics  *prometheus.Registry // of the planner
}

// readings is a series store, open.
type readings interface {
	jobs.Series
	ingest.Series
	Close() error
}

func (w *world) clock() time.Time { return time.UnixMilli(w.now.Load()).UTC() }

func (w *world) set(t time.Time) { w.now.Store(t.UnixMilli()) }

// notUnderTheRaceDetector skips a long test whose goroutines are those of any other where
// tests are short, as under the race detector.
func notUnderTheRaceDetector(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("its goroutines are those of any")
	}
}

// openWorld opens empty stores at an instant. Readings are drained as they arrive.
func openWorld(tb testing.TB, now time.Time) *world {
	tb.Helper()
	return openWorldIn(tb, paris, now)
}

// openWorldIn does so for a pilot in another zone.
func openWorldIn(tb testing.TB, zone *time.Location, now time.Time) *world {
	tb.Helper()
	return openWorldOn(tb, zone, now, nil)
}

// empty holds stores of which nothing is known yet, and their keys.
var empty = testserver.Prepare(func(tb testing.TB, dir string) {
	tb.Helper()
	openStores(tb, dir, time.Now(), nil).close()
})

// openWorldOn does so on a series store; nil for one in a file of its own.
func openWorldOn(tb testing.TB, zone *time.Location, now time.Time, kept readings) *world {
	tb.Helper()
	dir := empty.Copy(tb)
	w := openStores(tb, dir, now, kept)
	tb.Cleanup(w.close)
	if err := w.registry.AddPilot(tb.Context(), household.Pilot{ID: "p", Name: "Pilot", Zone: zone.String()}); err != nil {
		tb.Fatal(err)
	}
	w.ingest(filepath.Join(dir, "spool.db"))
	return w
}

// openStores opens what is kept in a folder, as it is, with a planner that remembers
// nothing. Nothing is drained. The caller closes it.
func openStores(tb testing.TB, dir string, now time.Time, kept readings) *world {
	tb.Helper()
	w := &world{tb: tb, config: jobs.Config{Schedule: "@every 1h", Parallel: 2}, series: kept}
	w.set(now)
	var err error
	if w.keys, err = keyring.Open(tb.Context(), keyring.Defaults().In(dir), time.Now); err != nil {
		tb.Fatal(err)
	}
	if w.records, err = records.Open(tb.Context(), "sqlite://"+filepath.Join(dir, "records.db"), w.keys); err != nil {
		tb.Fatal(err)
	}
	if kept == nil {
		if w.series, err = series.OpenSQLite(tb.Context(), filepath.Join(dir, "series.db")); err != nil {
			tb.Fatal(err)
		}
	}
	if w.sql, err = sql.Open("sqlite", "file:"+filepath.Join(dir, "records.db")+"?_pragma=busy_timeout(5000)"); err != nil {
		tb.Fatal(err)
	}
	w.registry = registry.New(w.records, w.clock, time.Now, quiet())
	w.restart()
	return w
}

func (w *world) close() {
	w.sql.Close()
	w.series.Close()
	w.records.Close()
	w.keys.Close()
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// restart opens a planner that remembers nothing.
func (w *world) restart() {
	w.tb.Helper()
	engine, err := alerts.New(w.records, alerts.DefaultRules(), time.Time{}, quiet(), prometheus.NewRegistry())
	if err != nil {
		w.tb.Fatal(err)
	}
	w.planner = w.open(w.records, engine)
}

func (w *world) open(store jobs.Store, engine jobs.Alerts) *jobs.Planner {
	w.tb.Helper()
	book, err := w.book, error(nil)
	if book == nil {
		book, err = tariff.Shipped()
	}
	if err != nil {
		w.tb.Fatal(err)
	}
	w.metrics = prometheus.NewRegistry()
	p, err := jobs.New(store, w.series, book, engine, w.config, w.clock, quiet(), w.metrics)
	if err != nil {
		w.tb.Fatal(err)
	}
	return p
}

// states tells the drain what becomes of a meter's readings.
type states struct{ *registry.Registry }

func (s states) Lookup(context.Context, ingest.DeviceRef) (ingest.Meter, error) {
	panic("the drain looks nothing up")
}

func (s states) State(ctx context.Context, id energy.MeterID) (ingest.MeterState, time.Time, error) {
	state, kept, err := s.Registry.State(ctx, id)
	return ingest.MeterState(state), kept, err
}

// ingest opens the spool and drains it until the test ends.
func (w *world) ingest(path string) {
	w.tb.Helper()
	reg := prometheus.NewRegistry()
	c := spool.Defaults()
	c.Path = path
	var err error
	if w.spool, err = spool.Open(w.tb.Context(), c, w.keys, reg); err != nil {
		w.tb.Fatal(err)
	}
	w.waiting = func() float64 {
		families, err := reg.Gather()
		if err != nil {
			w.tb.Fatal(err)
		}
		for _, f := range families {
			if f.GetName() == "foyer_spool_readings" {
				return f.GetMetric()[0].GetGauge().GetValue()
			}
		}
		w.tb.Fatal("the spool does not say what waits")
		return 0
	}
	drain := ingest.NewDrain(ingest.DrainParts{
		Backlog: w.spool, Waiting: w.spool, Meters: states{w.registry}, Marks: w.records, Turn: w.records.Turn(w.spool.ID()), Series: w.series,
		Step: func(energy.MeterID, energy.Register) int64 { return 0 }, Now: w.clock, Log: quiet(), Metrics: prometheus.NewRegistry(),
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- drain.Run(ctx) }()
	w.tb.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			w.tb.Error(err)
		}
		w.spool.Close()
	})
}

// arrive returns once the series store has readings and they are marked.
func (w *world) arrive(rs []energy.Reading) {
	w.tb.Helper()
	if len(rs) == 0 {
		return
	}
	if err := w.spool.Append(w.tb.Context(), rs); err != nil {
		w.tb.Fatal(err)
	}
	testserver.Wait(w.tb, "the drain", func() bool { return w.waiting() == 0 })
}

// pass runs the jobs at an instant.
func (w *world) pass(now time.Time) jobs.Report {
	w.tb.Helper()
	w.set(now)
	r, err := w.planner.RunOnce(w.tb.Context())
	if err != nil || r.Failed != 0 {
		w.tb.Fatalf("pass at %s: %+v %v", now, r, err)
	}
	return r
}

// family takes in a family that agrees to see its figures.
func (w *world) family(label string, contracts ...household.Contract) household.FamilyID {
	w.tb.Helper()
	id := w.newcomer(label, contracts...)
	w.agrees(id)
	return id
}

// agrees has a family agree to see its figures.
func (w *world) agrees(id household.FamilyID) {
	w.tb.Helper()
	if err := w.registry.Bundle(w.tb.Context(), id, registry.Form{Notice: "n"}, true, consent.FamilyView); err != nil {
		w.tb.Fatal(err)
	}
}

// newcomer takes in a family that has agreed to nothing yet.
func (w *world) newcomer(label string, contracts ...household.Contract) household.FamilyID {
	w.tb.Helper()
	from := date("2025-02-01")
	for i := range contracts {
		if contracts[i].From == (energy.Day{}) {
			contracts[i].From = from
		}
	}
	id, err := w.registry.AddFamily(w.tb.Context(), household.File{
		Family:    household.Family{Pilot: "p", Label: label, Since: from.Start(paris)},
		Dwellings: []household.Dwelling{{From: from, Persons14: 2, PersonsUnder14: 1, AreaM2: 60}},
		Contracts: contracts,
		Incomes:   []household.Income{{From: from, Disposable: 1_800_000, Aid: 20_000}},
	})
	if err != nil {
		w.tb.Fatal(err)
	}
	return id
}

var (
	base = household.Contract{Tariff: "fr-bleu-base", PowerKVA: 6}
	peak = household.Contract{Tariff: "fr-bleu-hphc", PowerKVA: 6, OffPeak: "22:00-06:00"}
)

// meter makes a device a family's from an instant on; the pilot's for an outdoor one.
func (w *world) meter(device string, family household.FamilyID, role household.Role, from time.Time) energy.MeterID {
	w.tb.Helper()
	return w.meterBehind("gw", device, family, role, from)
}

// meterBehind does so for a device behind a gateway.
func (w *world) meterBehind(gateway, device string, family household.FamilyID, role household.Role, from time.Time) energy.MeterID {
	w.tb.Helper()
	m, err := w.registry.Lookup(w.tb.Context(), registry.DeviceRef{Gateway: gateway, Scheme: "tasmota", ID: device})
	if err != nil {
		w.tb.Fatal(err)
	}
	if err := w.registry.Claim(w.tb.Context(), registry.Claim{Meter: m.ID, Family: family, Role: role, From: from, MaxPower: 9_000_000}); err != nil {
		w.tb.Fatal(err)
	}
	return m.ID
}

// dump writes everything that is computed, by label, without what tells one run
// from another: ids, and when something was computed.
func (w *world) dump() string {
	w.tb.Helper()
	var lines []string
	for _, q := range []string{
		`SELECT 'slot', u.family, u.start_at, u.register, u.energy, u.seen || '/' || u.length, u.estimated + 2 * u.provision FROM usage_slot u`,
		`SELECT 'day', u.family, u.day, u.register, u.energy, u.seen || '/' || u.length, u.estimated + 2 * u.provision FROM usage_day u`,
		`SELECT 'month', u.family, u.month, u.register, u.energy, u.seen || '/' || u.length, u.estimated + 2 * u.provision FROM usage_month u`,
		`SELECT 'bill', u.family, u.month || ' ' || u.line || ' ' || u.start_at, u.label, u.quantity || ' ' || u.unit, u.price, u.cents || ' ' || u.estimated
			FROM bill_line u`,
		`SELECT 'weather', pilot, day, mean, seen, length, '' FROM weather_day`,
		`SELECT 'pulse', meter, interval_ms, '', '', '', '' FROM meter_pulse`,
	} {
		for _, row := range w.rows(q) {
			lines = append(lines, strings.Join(row, " | "))
		}
	}
	families, err := w.records.Families(w.tb.Context(), "")
	if err != nil {
		w.tb.Fatal(err)
	}
	var names []string // of what is random
	for _, f := range families {
		names = append(names, string(f.ID), f.Label)
		for _, i := range indicators.All() {
			results, err := w.records.Newest(w.tb.Context(), f.ID, []string{i.ID}, date("2000-01-01"), date("2100-01-01"))
			if err != nil {
				w.tb.Fatal(err)
			}
			for _, r := range results {
				lines = append(lines, fmt.Sprintf("result | %s | %s %s | %s %s | %s | %s %s | %s",
					r.Family, r.Indicator, r.Version, r.From, r.To, r.Status, r.Value, r.Unit, r.Detail))
			}
		}
	}
	for _, m := range w.meters() {
		for _, d := range m.Devices {
			names = append(names, string(m.ID), d.ID)
		}
	}
	dump := strings.NewReplacer(names...).Replace(strings.Join(lines, "\n"))
	lines = strings.Split(dump, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// meters returns every meter with its devices.
func (w *world) meters() []household.Meter {
	w.tb.Helper()
	all, err := w.records.Meters(w.tb.Context(), "", "")
	if err != nil {
		w.tb.Fatal(err)
	}
	return all
}

// meterOf returns the meter that a device is known as.
func (w *world) meterOf(device string) energy.MeterID {
	w.tb.Helper()
	for _, m := range w.meters() {
		for _, d := range m.Devices {
			if d.ID == device {
				return m.ID
			}
		}
	}
	w.tb.Fatalf("no meter of %s", device)
	return ""
}

// rows returns what a query finds, as text.
func (w *world) rows(query string, args ...any) [][]string {
	w.tb.Helper()
	rows, err := w.sql.QueryContext(w.tb.Context(), query, args...)
	if err != nil {
		w.tb.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		w.tb.Fatal(err)
	}
	var all [][]string
	for rows.Next() {
		row := make([]string, len(columns))
		to := make([]any, len(columns))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			w.tb.Fatal(err)
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		w.tb.Fatal(err)
	}
	return all
}

// number returns the only value of a query's only row.
func (w *world) number(query string, args ...any) (n int64) {
	w.tb.Helper()
	if err := w.sql.QueryRowContext(w.tb.Context(), query, args...).Scan(&n); err != nil {
		w.tb.Fatal(err)
	}
	return n
}

// settledMarks fails when anything is still to be computed.
func (w *world) settledMarks() {
	w.tb.Helper()
	if n := w.number(`SELECT COUNT(*) FROM stale`); n != 0 {
		w.tb.Errorf("%d stale spans are left", n)
	}
	if n := w.number(`SELECT COUNT(*) FROM dirty_day`); n != 0 {
		w.tb.Errorf("%d dirty days are left", n)
	}
}

// different returns the first lines two dumps differ in, "" when they are equal.
func different(got, want string) string {
	g, wa := strings.Split(got, "\n"), strings.Split(want, "\n")
	count := map[string]int{}
	for _, l := range wa {
		count[l]++
	}
	var out []string
	for _, l := range g {
		if count[l]--; count[l] < 0 {
			out = append(out, "only here:  "+l)
		}
	}
	for _, l := range wa {
		if count[l]--; count[l] >= 0 {
			out = append(out, "only there: "+l)
		}
	}
	if len(out) > 12 {
		out = append(out[:12], fmt.Sprintf("and %d more", len(out)-12))
	}
	return strings.Join(out, "\n")
}

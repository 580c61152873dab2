package jobs_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/alerts"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
	"foyer/internal/records"
	"foyer/internal/testserver"

	"github.com/prometheus/client_golang/prometheus"
)

// faulty is the real store, of which a test can make parts fail.
type faulty struct {
	*records.DB
	usage      func(household.FamilyID) error // before UsageDays
	stale      func()                         // after StaleSpans
	residences func()                         // before Residences
	file       func(household.FamilyID) error // before FileResults
}

func (f *faulty) UsageDays(ctx context.Context, family household.FamilyID, from, to energy.Day) ([]household.Usage, error) {
	if f.usage != nil {
		if err := f.usage(family); err != nil {
			return nil, err
		}
	}
	return f.DB.UsageDays(ctx, family, from, to)
}

func (f *faulty) Residences(ctx context.Context) ([]household.Residence, error) {
	if f.residences != nil {
		f.residences()
	}
	return f.DB.Residences(ctx)
}

func (f *faulty) StaleSpans(ctx context.Context, first, last household.FamilyID) (map[household.FamilyID][]household.Stale, error) {
	spans, err := f.DB.StaleSpans(ctx, first, last)
	if f.stale != nil {
		f.stale()
	}
	return spans, err
}

func (f *faulty) FileResults(ctx context.Context, filing household.Filing) error {
	if f.file != nil {
		if err := f.file(filing.Family); err != nil {
			return err
		}
	}
	return f.DB.FileResults(ctx, filing)
}

// spoken is a world with families whose meters spoke for some days of November.
func spoken(tb testing.TB, families int) (*world, []household.FamilyID) {
	tb.Helper()
	return spokenOn(tb, nil, families)
}

// spokenOn does so on a series store; nil for one in a file of its own.
func spokenOn(tb testing.TB, kept readings, families int) (*world, []household.FamilyID) {
	tb.Helper()
	from, to := date("2026-11-02"), date("2026-11-06")
	w := openWorldOn(tb, paris, from.Start(paris), kept)
	var ids []household.FamilyID
	var all []energy.Reading
	luck := rand.New(rand.NewPCG(11, 12))
	for i := range families {
		label := "Foyer " + string(rune('A'+i))
		f := w.family(label, base)
		c := count{meter: w.meter(label, f, household.Electricity, from.Start(paris)), register: "energy_import/base"}
		c.halfHours(luck, from, to)
		ids, all = append(ids, f), append(all, c.all...)
	}
	w.arrive(all)
	return w, ids
}

var errDisk = errors.New("disk on fire")

// TestAFamilyThatFailsFailsAlone has one family fail with an error, one with a
// panic and one while its results are kept; the others are computed, and those
// three by the next pass.
func TestAFamilyThatFailsFailsAlone(t *testing.T) {
	t.Parallel()
	w, ids := spoken(t, 5)
	store := &faulty{DB: w.records}
	store.usage = func(f household.FamilyID) error {
		switch f {
		case ids[1]:
			return errDisk
		case ids[2]:
			panic("index out of range")
		}
		return nil
	}
	store.file = func(f household.FamilyID) error {
		if f == ids[3] {
			return errDisk
		}
		return nil
	}
	w.planner = w.open(store, nil)
	w.set(at("2026-11-07", 6, 0))
	r, err := w.planner.RunOnce(t.Context())
	if err != nil || r.Rolled != 3 || r.Computed != 4 || r.Failed != 2+1 {
		t.Fatalf("%+v %v", r, err)
	}
	results := func(f household.FamilyID) int64 {
		return w.number(`SELECT COUNT(*) FROM result WHERE family = $1`, f)
	}
	for i, f := range ids {
		if fails := i >= 1 && i <= 3; fails != (results(f) == 0) {
			t.Errorf("family %d has %d results: %v", i, results(f), w.rows(`SELECT indicator, from_day FROM result WHERE family = $1`, f))
		}
	}
	runs, err := w.records.Runs(t.Context(), household.RunQuery{Limit: 10})
	if err != nil || len(runs) != 2 || runs[1].Job != "rollup" || runs[1].Done != 3 || runs[1].Failed != 2 ||
		runs[0].Job != "results" || runs[0].Done != 4 || runs[0].Failed != 1 || runs[0].Fault != household.FaultOther || runs[0].Finished.IsZero() {
		t.Errorf("runs %+v %v", runs, err)
	}
	store.usage, store.file = nil, nil
	if r := w.pass(at("2026-11-07", 6, 10)); r.Rolled != 2 || r.Computed != 3 {
		t.Errorf("the next pass %+v", r)
	}
	w.settledMarks()
	for i, f := range ids[1:] {
		if results(f) != results(ids[0]) {
			t.Errorf("family %d has %d results, the first %d", i+1, results(f), results(ids[0]))
		}
	}
}

// TestASharedMeterWaitsForAllWhoHadIt keeps the marks of a meter that went from one
// family to another until both are dealt with, whatever others do.
func TestASharedMeterWaitsForAllWhoHadIt(t *testing.T) {
	t.Parallel()
	w, ids := spoken(t, 2)
	other := w.family("other", base)
	m := w.meter("shared", ids[0], household.Electricity, at("2026-11-02", 0, 0))
	if err := w.registry.Release(t.Context(), m, at("2026-11-04", 0, 0)); err != nil {
		t.Fatal(err)
	}
	w.meter("shared", other, household.Electricity, at("2026-11-04", 0, 0))
	c := count{meter: m, register: "energy_import/base"}
	c.halfHours(rand.New(rand.NewPCG(1, 1)), date("2026-11-02"), date("2026-11-06"))
	w.arrive(c.all)
	store := &faulty{DB: w.records}
	broken := ids[1]
	store.usage = func(f household.FamilyID) error {
		if f == broken {
			return errDisk
		}
		return nil
	}
	w.planner = w.open(store, nil)
	marks := func() int64 { return w.number(`SELECT COUNT(*) FROM stale WHERE meter = $1`, m) }
	w.set(at("2026-11-07", 0, 0))
	if _, err := w.planner.RunOnce(t.Context()); err != nil || marks() != 0 {
		t.Errorf("%d marks wait for a family that never had the meter: %v", marks(), err)
	}
	late := count{meter: m, register: "energy_import/base", value: c.value}
	late.show(at("2026-11-03", 12, 1))
	w.arrive(late.all)
	broken = ids[0]
	if _, err := w.planner.RunOnce(t.Context()); err != nil || marks() != 1 {
		t.Errorf("%d marks, one family has not seen it yet: %v", marks(), err)
	}
	broken = ""
	w.pass(at("2026-11-07", 1, 0))
	w.settledMarks()
}

// TestAClaimDuringAPassIsNotLost claims a meter between the marks and the homes of a pass.
func TestAClaimDuringAPassIsNotLost(t *testing.T) {
	t.Parallel()
	w := openWorld(t, at("2026-11-02", 0, 0))
	f := w.family("Foyer 01", base)
	first := w.meter("linky", f, household.Electricity, at("2026-11-02", 0, 0))
	c := count{meter: first, register: "energy_import/base"}
	c.halfHours(rand.New(rand.NewPCG(1, 3)), date("2026-11-02"), date("2026-11-06"))
	w.arrive(c.all)
	w.set(at("2026-11-07", 0, 0))
	if err := w.registry.Release(t.Context(), first, at("2026-11-02", 0, 1)); err != nil {
		t.Fatal(err)
	}
	g := w.family("Foyer 02", base)
	store := &faulty{DB: w.records}
	store.stale = func() {
		store.stale = nil
		w.meter("linky", g, household.Electricity, at("2026-11-02", 0, 30))
	}
	w.planner = w.open(store, nil)
	w.pass(at("2026-11-07", 0, 0))
	w.pass(at("2026-11-07", 0, 10))
	if n := w.number(`SELECT COUNT(*) FROM usage_day WHERE family = $1`, g); n != 4 {
		t.Errorf("%d days of usage, want 4", n)
	}
}

// TestPassesDoNotOverlap calls for passes from all sides.
func TestPassesDoNotOverlap(t *testing.T) {
	t.Parallel()
	w, _ := spoken(t, 3)
	var inside, most atomic.Int64
	store := &faulty{DB: w.records}
	store.residences = func() {
		if n := inside.Add(1); n > most.Load() {
			most.Store(n)
		}
	}
	w.planner = w.open(store, &listener{gateways: func() { inside.Add(-1) }})
	w.set(at("2026-11-07", 0, 0))
	var g sync.WaitGroup
	for range 8 {
		g.Go(func() {
			if _, err := w.planner.RunOnce(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	g.Wait()
	if most.Load() != 1 {
		t.Errorf("%d passes at once", most.Load())
	}
}

// listener hears what is asked of alerts.
type listener struct {
	gateways func()
	family   func(household.FamilyID) error

	mu    sync.Mutex
	calls []string
}

func (l *listener) EvaluateGateways(context.Context, time.Time) error {
	l.hear("gateways")
	if l.gateways != nil {
		l.gateways()
	}
	return nil
}

func (l *listener) Evaluate(_ context.Context, f household.FamilyID, _ time.Time) error {
	l.hear(string(f))
	if l.family != nil {
		return l.family(f)
	}
	return nil
}

func (l *listener) hear(call string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, call)
}

// TestAlertsFollowResults asks for the gateways first, then for every family on
// each pass, also when some fail.
func TestAlertsFollowResults(t *testing.T) {
	t.Parallel()
	w, ids := spoken(t, 3)
	l := &listener{}
	l.family = func(f household.FamilyID) error {
		if n := w.number(`SELECT COUNT(*) FROM result WHERE family = $1`, f); n == 0 {
			t.Error("alerts are asked for before there are results")
		}
		switch f {
		case ids[0]:
			return errDisk
		case ids[1]:
			panic("no such rule")
		}
		return nil
	}
	w.planner = w.open(w.records, l)
	for i, want := range []int{2, 3} {
		if i == 1 {
			l.gateways = func() { panic("no such gateway") }
		}
		w.set(at("2026-11-06", i, 0))
		r, err := w.planner.RunOnce(t.Context())
		if err != nil || r.Failed != want {
			t.Fatalf("pass %d: %+v %v", i, r, err)
		}
		if l.calls[0] != "gateways" || len(l.calls) != 4 {
			t.Errorf("pass %d asked for %v", i, l.calls)
		}
		for _, f := range ids {
			if !slices.Contains(l.calls, string(f)) {
				t.Errorf("pass %d did not ask for family %s", i, f)
			}
		}
		l.calls = nil
	}
}

// TestRealAlertsAreDecidedOnResults wants a cold home to be called cold.
func TestRealAlertsAreDecidedOnResults(t *testing.T) {
	t.Parallel()
	from, to := date("2026-11-02"), date("2026-11-12")
	w := openWorld(t, from.Start(paris))
	f := w.family("Foyer 01")
	m := w.meter("indoor", f, household.Indoor, from.Start(paris))
	var all []energy.Reading
	for at := from.Start(paris); at.Before(to.Start(paris)); at = at.Add(20 * time.Minute) {
		all = append(all, energy.Reading{Meter: m, Register: "temperature", At: at, Value: 14_500, Source: energy.DeviceTime})
	}
	w.arrive(all)
	w.pass(to.Start(paris).Add(10 * time.Minute))
	if n := w.number(`SELECT COUNT(*) FROM alert WHERE family = $1 AND rule = 'cold_home' AND state = 'open'`, f); n != 1 {
		t.Errorf("%d alerts: %v", n, w.rows(`SELECT rule, state, reason FROM alert`))
	}
	before := w.number(`SELECT COUNT(*) FROM alert_event`)
	w.pass(to.Start(paris).Add(20 * time.Minute))
	if n := w.number(`SELECT COUNT(*) FROM alert_event`); n != before {
		t.Errorf("the same again adds %d steps", n-before)
	}
	// A family that declares someone fragile is cold below another temperature.
	if err := w.registry.ChangeDwelling(t.Context(), household.Dwelling{Family: f, From: from.Add(3), Persons14: 1, Fragile: true}); err != nil {
		t.Fatal(err)
	}
	w.pass(to.Start(paris).Add(30 * time.Minute))
	for day, want := range map[string]string{"2026-11-04": `"18"`, "2026-11-05": `"20"`, "2026-11-11": `"20"`} {
		detail := w.rows(`SELECT detail FROM result WHERE family = $1 AND indicator = 'cold_day' AND from_day = $2 ORDER BY id DESC`, f, day)[0][0]
		if !strings.Contains(detail, `"threshold_c":`+want) {
			t.Errorf("%s: %s", day, detail)
		}
	}
}

// TestAPassThatIsCutShortIsDoneAgain ends passes at ever later reads of the store.
func TestAPassThatIsCutShortIsDoneAgain(t *testing.T) {
	t.Parallel()
	calm, _ := spoken(t, 3)
	calm.pass(at("2026-11-07", 0, 0))
	w, _ := spoken(t, 3)
	for after := range int64(12) {
		ctx, cancel := context.WithCancel(t.Context())
		left := after
		store := &faulty{DB: w.records}
		store.usage = func(household.FamilyID) error {
			if atomic.AddInt64(&left, -1) < 0 {
				cancel()
			}
			return nil
		}
		w.set(at("2026-11-07", 0, 0))
		_, err := w.open(store, nil).RunOnce(ctx)
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		cancel()
	}
	w.restart()
	w.pass(at("2026-11-07", 0, 0))
	w.settledMarks()
	if d := different(w.dump(), calm.dump()); d != "" {
		t.Errorf("the figures differ:\n%s", d)
	}
}

// TestRunComputesAtOnceAndUntilTheEnd runs the planner on its schedule.
func TestRunComputesAtOnceAndUntilTheEnd(t *testing.T) {
	t.Parallel()
	w, ids := spoken(t, 2)
	w.config.Schedule = "@every 1s"
	engine, err := alerts.New(w.records, alerts.DefaultRules(), time.Time{}, quiet(), prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	store := &faulty{DB: w.records}
	var passes atomic.Int64
	store.residences = func() {
		if passes.Add(1) <= 2 {
			panic("the first passes do not end well")
		}
	}
	planner := w.open(store, engine)
	w.set(at("2026-11-07", 0, 0))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- planner.Run(ctx) }()
	testserver.Wait(t, "a pass after one that panicked", func() bool { return passes.Load() >= 4 })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for _, f := range ids {
		if w.number(`SELECT COUNT(*) FROM result WHERE family = $1`, f) == 0 {
			t.Errorf("family %s has no result", f)
		}
	}
	n := passes.Load()
	if err := planner.Run(ctx); err != nil || passes.Load() != n {
		t.Errorf("after its end it ran %d times: %v", passes.Load()-n, err)
	}
}

func TestSchedulesAreRead(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 25, 23, 50, 0, 0, time.UTC)
	for line, want := range map[string]time.Time{
		"*/10 * * * *":   start.Add(10 * time.Minute),
		"@every 10s":     start.Add(10 * time.Second),
		"30 2 * * *":     time.Date(2026, 11, 26, 2, 30, 0, 0, time.UTC),
		"@daily":         time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC),
		"15 3 29 2 *":    time.Date(2028, 2, 29, 3, 15, 0, 0, time.UTC),
		"0 4 * * MON-WE": {},
		"":               {},
		"60 * * * *":     {},
		"* * * *":        {},
		"* * * * * *":    {},
		"0 0 30 2 *":     {}, // never comes
		"@every never":   {},
		"@hourly-ish":    {},
		"every minute":   {},
	} {
		s, err := jobs.ParseSchedule(line)
		if want.IsZero() {
			if err == nil {
				t.Errorf("%q is a schedule", line)
			} else if !strings.Contains(err.Error(), line) {
				t.Errorf("%q: %v does not quote it", line, err)
			}
			continue
		}
		if err != nil || !s.Next(start).Equal(want) {
			t.Errorf("%q: next %v %v, want %v", line, s, err, want)
		}
	}
	w := openWorld(t, start)
	if _, err := jobs.New(w.records, w.series, nil, nil, jobs.Config{Schedule: "now and then"}, w.clock, quiet(), prometheus.NewRegistry()); err == nil {
		t.Error("a planner without a schedule opens")
	}
}

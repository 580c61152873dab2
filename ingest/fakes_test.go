package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/ingest/spool"
	"foyer/internal/energy"
	"foyer/internal/keyring"
)

var (
	noon      = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	errBroken = errors.New("the store does not answer")
)

// fakeMeters enrols every device as m-<id>.
type fakeMeters struct {
	mu     sync.Mutex
	kept   map[energy.MeterID]time.Time
	meters map[energy.MeterID]ingest.Meter
	refs   []ingest.DeviceRef
	broken bool
}

func (f *fakeMeters) Lookup(_ context.Context, ref ingest.DeviceRef) (ingest.Meter, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refs = append(f.refs, ref)
	if f.broken {
		return ingest.Meter{}, errBroken
	}
	id := energy.MeterID("m-" + ref.Gateway + "-" + strings.ToLower(ref.ID))
	m, ok := f.meters[id]
	if !ok {
		m = ingest.Meter{ID: id, State: ingest.Claimed, Since: noon.AddDate(-1, 0, 0)}
		f.meters[id] = m
	}
	m.Kept = f.kept[id]
	return m, nil
}

func (f *fakeMeters) State(_ context.Context, id energy.MeterID) (ingest.MeterState, time.Time, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken {
		return "", time.Time{}, errBroken
	}
	m, ok := f.meters[id]
	if !ok {
		return ingest.Ignored, time.Time{}, nil
	}
	return m.State, f.kept[id], nil
}

func (f *fakeMeters) set(m ingest.Meter) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.meters[m.ID] = m
}

type seriesKey struct {
	meter    energy.MeterID
	register energy.Register
	at       time.Time
}

// fakeSeries keeps readings in a map and complains of an overwritten value.
type fakeSeries struct {
	t       testing.TB
	mu      sync.Mutex
	all     map[seriesKey]energy.Reading
	broken  bool
	poison  func(energy.Reading) bool
	written int
	reads   int
}

type rejected struct{ rs []energy.Reading }

func (r *rejected) Error() string                      { return fmt.Sprint(len(r.rs), " rejected") }
func (r *rejected) RejectedReadings() []energy.Reading { return r.rs }

func (f *fakeSeries) Write(_ context.Context, rs []energy.Reading) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken {
		return errBroken
	}
	var bad rejected
	for _, r := range rs {
		if f.poison != nil && f.poison(r) {
			bad.rs = append(bad.rs, r)
			continue
		}
		k := seriesKey{r.Meter, r.Register, r.At}
		if old, ok := f.all[k]; ok && old.Value != r.Value {
			f.t.Errorf("%v overwrites %v", r, old)
		}
		f.all[k] = r
		f.written++
	}
	if bad.rs != nil {
		return &bad
	}
	return nil
}

func (f *fakeSeries) Read(_ context.Context, meter energy.MeterID, from, to time.Time) ([]energy.Reading, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken {
		return nil, errBroken
	}
	f.reads++
	var rs []energy.Reading
	for k, r := range f.all {
		if k.meter == meter && !k.at.Before(from) && k.at.Before(to) {
			rs = append(rs, r)
		}
	}
	return rs, nil
}

// content lists what is there, for comparison.
func (f *fakeSeries) content() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []string
	for _, r := range f.all {
		all = append(all, fmt.Sprint(r.Meter, " ", r.Register, " ", r.At.UnixMilli(), " ", r.Value, " ", r.Source))
	}
	slices.Sort(all)
	return all
}

// fakeMarks is the table latest and its neighbours, in memory.
type fakeMarks struct {
	mu        sync.Mutex
	at        map[[2]string]time.Time
	stale     []energy.Span
	conflicts map[string]energy.Conflict
	turns     map[string]bool // of ingesters, begun and not ended
	taken     map[seriesKey]string
	broken    bool
}

func (f *fakeMarks) Claim(_ context.Context, rs []energy.Reading) ([]energy.Reading, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken {
		return nil, errBroken
	}
	before := map[[2]string]time.Time{}
	for k, at := range f.at {
		before[k] = at
	}
	var late []energy.Reading
	for _, r := range rs {
		k := [2]string{string(r.Meter), string(r.Register)}
		if mark, ok := before[k]; ok && !r.At.After(mark) {
			late = append(late, r)
		}
		if mark, ok := f.at[k]; !ok || r.At.After(mark) {
			f.at[k] = r.At
		}
	}
	return late, nil
}

func (f *fakeMarks) Stale(_ context.Context, spans []energy.Span) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stale = append(f.stale, spans...)
	return nil
}

func (f *fakeMarks) Conflict(_ context.Context, conflicts []energy.Conflict) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range conflicts {
		f.conflicts[fmt.Sprint(c.First.Meter, c.First.Register, c.First.At.UnixMilli(), c.Second)] = c
	}
	return nil
}

// A fakeTurn is one ingester's on the same marks.
type fakeTurn struct {
	*fakeMarks
	ingester string
}

func (f fakeTurn) Exclusive(ctx context.Context, fn func(context.Context, bool) error) error {
	f.mu.Lock()
	broken := len(f.turns) > 0 && (len(f.turns) > 1 || !f.turns[f.ingester])
	f.turns[f.ingester] = true
	f.mu.Unlock()
	err := fn(ctx, broken)
	if err == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.turns, f.ingester)
	}
	return err
}

func (f fakeTurn) TakeOver(_ context.Context, rs []energy.Reading) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range rs {
		f.taken[seriesKey{r.Meter, r.Register, r.At}] = f.ingester
	}
	return nil
}

func (f fakeTurn) TakenOver(_ context.Context, s energy.Span) ([]energy.Reading, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var rs []energy.Reading
	for k, ingester := range f.taken {
		if ingester != f.ingester && k.meter == s.Meter && !k.at.Before(s.From) && k.at.Before(s.To) {
			rs = append(rs, energy.Reading{Meter: k.meter, Register: k.register, At: k.at})
		}
	}
	return rs, nil
}

// covered reports whether r's instant is inside a stale span.
func (f *fakeMarks) covered(r energy.Reading) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(f.stale, func(s energy.Span) bool {
		return s.Meter == r.Meter && !r.At.Before(s.From) && r.At.Before(s.To)
	})
}

// A house is everything a message passes through.
type house struct {
	t       testing.TB
	meters  *fakeMeters
	spool   *spool.Spool
	series  *fakeSeries
	marks   *fakeMarks
	memory  *fakeMemory
	handler *ingest.Handler
	cfg     spool.Config
	metrics *prometheus.Registry
	log     *slog.Logger

	mu  sync.Mutex
	now time.Time // world clock
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{
		t: t, now: noon, log: slog.New(slog.DiscardHandler),
		meters: &fakeMeters{meters: map[energy.MeterID]ingest.Meter{}},
		series: &fakeSeries{t: t, all: map[seriesKey]energy.Reading{}},
		marks: &fakeMarks{
			at: map[[2]string]time.Time{}, conflicts: map[string]energy.Conflict{},
			turns: map[string]bool{}, taken: map[seriesKey]string{},
		},
		memory: newMemory(),
	}
	cfg := spool.Defaults()
	cfg.Path, cfg.MinFreeBytes = filepath.Join(t.TempDir(), "spool.db"), 0
	h.open(cfg)
	return h
}

// open opens the spool and a handler on it.
func (h *house) open(cfg spool.Config) {
	h.t.Helper()
	h.metrics = prometheus.NewRegistry()
	h.cfg = cfg
	keys, err := keyring.Open(context.Background(), keyring.Defaults().In(filepath.Dir(cfg.Path)), time.Now)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { keys.Close() })
	s, err := spool.Open(context.Background(), cfg, keys, h.metrics)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { s.Close() })
	h.spool = s
	h.handler, err = ingest.NewHandler(context.Background(), ingest.Parts{
		Mounts: ingest.Mounts{{Topic: "shellies/#", Gateway: "g9"}},
		Meters: h.meters, Spool: s, Quarantine: s, Memory: h.memory, Zone: paris(h.t),
		Log: h.log, Metrics: h.metrics,
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func paris(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) drain(change ...func(*ingest.DrainParts)) *ingest.Drain {
	p := ingest.DrainParts{
		Backlog: h.spool, Waiting: h.spool, Meters: h.meters, Marks: h.marks, Turn: fakeTurn{h.marks, h.spool.ID()}, Series: h.series,
		Step: h.handler.Step, Now: h.clock, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	}
	for _, c := range change {
		c(&p)
	}
	return ingest.NewDrain(p)
}

// pass drains everything that is there.
func (h *house) pass() {
	h.t.Helper()
	d := h.drain()
	for {
		n, err := ingest.Pass(d, context.Background())
		if err != nil {
			h.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func (h *house) send(m ingest.Message) {
	h.t.Helper()
	if m.At.IsZero() {
		m.At = h.clock()
	}
	if err := h.handler.Handle(context.Background(), m); err != nil {
		h.t.Fatalf("%s: %v", m.Topic, err)
	}
}

func (h *house) waiting() []energy.Reading {
	h.t.Helper()
	b, err := h.spool.Take(context.Background(), 1e9)
	if err != nil {
		h.t.Fatal(err)
	}
	return b.Readings
}

func (h *house) cases() []ingest.Case {
	h.t.Helper()
	cs, err := h.spool.Cases(context.Background(), 0, 1e6)
	if err != nil {
		h.t.Fatal(err)
	}
	return cs
}

// tally adds up what the spool has counted of a meter, "" for all.
func (h *house) tally(meter energy.MeterID) (sum energy.Tally) {
	h.t.Helper()
	_, counts, damaged, err := h.spool.Tallied(context.Background(), 1e9)
	if err != nil || damaged != 0 {
		h.t.Fatal(damaged, err)
	}
	for _, c := range counts {
		if meter == "" || c.Meter == meter {
			sum[c.Fate] += c.N
		}
	}
	return sum
}

// counter returns a counter's value: counter("foyer_ingest_messages_total", "readings").
func (h *house) counter(name, label string) float64 {
	h.t.Helper()
	families, err := h.metrics.Gather()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && (label == "" || m.GetLabel()[0].GetValue() == label) {
				return m.GetCounter().GetValue()
			}
		}
	}
	h.t.Fatalf("no metric %s %s", name, label)
	return 0
}

// gauge returns a gauge's value: gauge("foyer_ingest_clocks", "good").
func (h *house) gauge(name, label string) float64 {
	h.t.Helper()
	families, err := h.metrics.Gather()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && m.GetLabel()[0].GetValue() == label {
				return m.GetGauge().GetValue()
			}
		}
	}
	h.t.Fatalf("no metric %s %s", name, label)
	return 0
}

// plug is a message of a Tasmota plug: with a time of its own.
func plug(gateway, device string, at time.Time, energyWh int64, watts int) ingest.Message {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	local := at.In(zone)
	return ingest.Message{
		Topic: "foyer/" + gateway + "/tele/" + device + "/SENSOR",
		Payload: fmt.Appendf(nil, `{"Time":"%s","ENERGY":{"Total":%d.%03d,"Power":%d}}`,
			local.Format("2006-01-02T15:04:05"), energyWh/1000, energyWh%1000, watts),
		At: at.Add(2 * time.Second),
	}
}

// sensor is a message of a Zigbee plug: without a time.
func sensor(gateway, device string, at time.Time, centikWh int64, watts int) ingest.Message {
	return ingest.Message{
		Topic:   "foyer/" + gateway + "/zigbee2mqtt/" + device,
		Payload: fmt.Appendf(nil, `{"energy":%d.%02d,"power":%d,"linkquality":80}`, centikWh/100, centikWh%100, watts),
		At:      at,
	}
}

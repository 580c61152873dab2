package series

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/testserver"
)

// store is what both backends are.
type store interface {
	Write(context.Context, []energy.Reading) error
	Read(ctx context.Context, meter energy.MeterID, from, to time.Time) ([]energy.Reading, error)
	Before(ctx context.Context, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error)
	After(ctx context.Context, meter energy.MeterID, register energy.Register, at time.Time, n int) ([]energy.Reading, error)
	Erase(context.Context, energy.MeterID) error
	EraseSpans(ctx context.Context, spans []energy.Span) error
	Ping(context.Context) error
	Close() error
}

func TestSQLite(t *testing.T) {
	exercise(t, func(t *testing.T) func() store {
		path := filepath.Join(t.TempDir(), "readings.db")
		return func() store { return openSQLite(t, path) }
	})
}

func TestInflux(t *testing.T) {
	exercise(t, func(t *testing.T) func() store {
		server := testserver.Influx(t)
		return func() store { return openInflux(t, server.URL()) }
	})
}

func openSQLite(t testing.TB, path string) *SQLite {
	t.Helper()
	s, err := OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func openInflux(t testing.TB, url string) *Influx {
	t.Helper()
	s, err := OpenInflux(t.Context(), InfluxConfig{URL: url, Database: testserver.Database})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// exercise holds a backend to what the callers of a series store count on. Each
// call of empty makes an empty store; what it returns opens that store again.
func exercise(t *testing.T, empty func(*testing.T) func() store) {
	for name, test := range map[string]func(*testing.T, func() store){
		"what is written is read, sorted":         readsSorted,
		"bounds are [from, to)":                   bounds,
		"integers are exact":                      exactIntegers,
		"twice is once":                           twice,
		"order and splitting change nothing":      orderAndSplitting,
		"registers of one instant stay apart":     oneInstant,
		"meters stay apart":                       metersApart,
		"neighbours":                              neighbours,
		"neighbours among other registers":        sparseNeighbours,
		"the clock of each instant survives":      sources,
		"unfit readings are rejected alone":       unfit,
		"odd names of registers":                  oddNames,
		"erased is gone, and can come back":       erased,
		"another store sees what this one writes": reopened,
		"many write at once":                      concurrent,
		"long ranges come whole":                  long,
		"a cancelled call says so":                cancelled,
	} {
		t.Run(name, func(t *testing.T) { test(t, empty(t)) })
	}
}

var origin = time.Date(2026, 10, 24, 22, 0, 0, 0, time.UTC)

const (
	hp   energy.Register = "energy_import/hp"
	hc   energy.Register = "energy_import/hc"
	temp energy.Register = "temperature"
)

// r is a reading of meter "m-1", minutes after origin, by the device's clock.
func r(register energy.Register, minute int, value int64) energy.Reading {
	return energy.Reading{
		Meter: "m-1", Register: register, At: origin.Add(time.Duration(minute) * time.Minute),
		Value: value, Source: energy.DeviceTime,
	}
}

func write(t testing.TB, s store, rs ...energy.Reading) {
	t.Helper()
	if err := s.Write(t.Context(), rs); err != nil {
		t.Fatal(err)
	}
}

func all(t testing.TB, s store, meter energy.MeterID) []energy.Reading {
	t.Helper()
	rs, err := s.Read(t.Context(), meter, time.Time{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

func want(t testing.TB, got []energy.Reading, want ...energy.Reading) {
	t.Helper()
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %d readings\n%v\nwant %d\n%v", len(got), head(got), len(want), head(want))
	}
}

func head(rs []energy.Reading) []energy.Reading { return rs[:min(len(rs), 20)] }

func order(rs []energy.Reading) []energy.Reading {
	rs = slices.Clone(rs)
	slices.SortFunc(rs, func(a, b energy.Reading) int {
		if a.Register != b.Register {
			if a.Register < b.Register {
				return -1
			}
			return 1
		}
		return a.At.Compare(b.At)
	})
	return slices.CompactFunc(rs, func(a, b energy.Reading) bool { return a == b })
}

func readsSorted(t *testing.T, open func() store) {
	s := open()
	want(t, all(t, s, "m-1"))
	rs := []energy.Reading{r(temp, 0, 18_500), r(hp, 10, 7), r(hc, 10, 9), r(hp, 0, 5), r(hc, 60*24*40, 11), r(temp, -1, -3_250)}
	write(t, s, rs...)
	want(t, all(t, s, "m-1"), order(rs)...)
	write(t, s) // nothing is no error
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func bounds(t *testing.T, open func() store) {
	s := open()
	for i := range 5 {
		write(t, s, r(hp, i, int64(i)))
	}
	for _, c := range []struct{ from, to, first, n int }{{1, 3, 1, 2}, {0, 5, 0, 5}, {4, 4, 0, 0}, {4, 2, 0, 0}, {-9, 1, 0, 1}, {9, 99, 0, 0}} {
		rs, err := s.Read(t.Context(), "m-1", r(hp, c.from, 0).At, r(hp, c.to, 0).At)
		if err != nil {
			t.Fatal(err)
		}
		var expect []energy.Reading
		for i := range c.n {
			expect = append(expect, r(hp, c.first+i, int64(c.first+i)))
		}
		want(t, rs, expect...)
	}
	at := origin.Add(1234 * time.Millisecond)
	late := energy.Reading{Meter: "m-1", Register: temp, At: at, Value: 1, Source: energy.DeviceTime}
	write(t, s, late)
	rs, err := s.Read(t.Context(), "m-1", at, at.Add(time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	want(t, rs, late)
}

func exactIntegers(t *testing.T, open func() store) {
	s := open()
	var rs []energy.Reading
	for i, v := range []int64{0, -1, 1<<53 - 1, 1 << 53, 1<<53 + 1, -(1<<53 + 1), math.MaxInt64, math.MaxInt64 - 1, math.MinInt64, math.MinInt64 + 1} {
		rs = append(rs, r(hp, i, v))
	}
	write(t, s, rs...)
	want(t, all(t, s, "m-1"), rs...)
	got, err := s.Before(t.Context(), "m-1", hp, r(hp, 99, 0).At, 99)
	if err != nil {
		t.Fatal(err)
	}
	want(t, got, rs...)
}

func twice(t *testing.T, open func() store) {
	s := open()
	rs := []energy.Reading{r(hc, 0, 1<<53+1), r(hp, 0, 2), r(hp, 0, 2), r(hp, 1, 3)}
	for range 3 {
		write(t, s, rs...)
		write(t, s, rs[3], rs[0])
	}
	want(t, all(t, s, "m-1"), order(rs)...)
	sub := r(temp, 7, 1)
	sub.At = sub.At.Add(999 * time.Microsecond) // a reading keeps milliseconds
	write(t, s, r(temp, 7, 1), sub)
	got, err := s.Before(t.Context(), "m-1", temp, r(temp, 99, 0).At, 9)
	if err != nil {
		t.Fatal(err)
	}
	want(t, got, r(temp, 7, 1))
}

func orderAndSplitting(t *testing.T, open func() store) {
	s := open()
	random := rand.New(rand.NewPCG(1, 2))
	var rs []energy.Reading
	for i := range 700 {
		rs = append(rs, r([]energy.Register{hp, hc, temp}[i%3], random.IntN(60*24*3), 0))
		rs[i].Value = int64(rs[i].At.Unix()) // one value for one instant
	}
	for range 3 {
		random.Shuffle(len(rs), func(i, j int) { rs[i], rs[j] = rs[j], rs[i] })
		for part := range slices.Chunk(rs, 1+random.IntN(300)) {
			write(t, s, part...)
		}
		want(t, all(t, s, "m-1"), order(rs)...)
	}
}

func oneInstant(t *testing.T, open func() store) {
	s := open()
	write(t, s, r(hp, 0, 1))
	write(t, s, r(hc, 0, 2))
	write(t, s, r(temp, 0, 3), r(temp, 1, 4))
	want(t, all(t, s, "m-1"), r(hc, 0, 2), r(hp, 0, 1), r(temp, 0, 3), r(temp, 1, 4))
}

func metersApart(t *testing.T, open func() store) {
	s := open()
	ids := []energy.MeterID{"m-1", "m-10", "m", "1", "-", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"}
	var rs []energy.Reading
	for i, id := range ids {
		one := r(hp, 0, int64(i))
		one.Meter = id
		rs = append(rs, one)
	}
	write(t, s, rs...)
	for i, id := range ids {
		want(t, all(t, s, id), rs[i])
	}
	for _, id := range []energy.MeterID{"m-2", "", "m' OR '1'='1", "m-1' OR \"meter\" = 'm", "%", "m-1\\"} {
		want(t, all(t, s, id))
	}
}

func neighbours(t *testing.T, open func() store) {
	s := open()
	var rs []energy.Reading
	for i := range 10 {
		rs = append(rs, r(hp, i*60*24*9, int64(i))) // nine days between two
	}
	write(t, s, rs...)
	for _, c := range []struct {
		minute, n   int
		before      [2]int
		after       [2]int
		description string
	}{
		{5 * 60 * 24 * 9, 2, [2]int{3, 5}, [2]int{5, 7}, "on a reading"},
		{5*60*24*9 + 1, 1, [2]int{5, 6}, [2]int{6, 7}, "between two"},
		{-1, 3, [2]int{}, [2]int{0, 3}, "before the first"},
		{60 * 24 * 999, 3, [2]int{7, 10}, [2]int{}, "after the last"},
		{2 * 60 * 24 * 9, 99, [2]int{0, 2}, [2]int{2, 10}, "more than there are"},
		{5 * 60 * 24 * 9, 0, [2]int{}, [2]int{}, "none asked"},
	} {
		at := r(hp, c.minute, 0).At
		b, err := s.Before(t.Context(), "m-1", hp, at, c.n)
		if err != nil {
			t.Fatal(c.description, err)
		}
		want(t, b, rs[c.before[0]:c.before[1]]...)
		a, err := s.After(t.Context(), "m-1", hp, at, c.n)
		if err != nil {
			t.Fatal(c.description, err)
		}
		want(t, a, rs[c.after[0]:c.after[1]]...)
	}
	for _, at := range []time.Time{{}, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		b, errB := s.Before(t.Context(), "m-1", hp, at, 99)
		a, errA := s.After(t.Context(), "m-1", hp, at, 99)
		if len(a)+len(b) != len(rs) || errA != nil || errB != nil {
			t.Fatal(at, len(b), len(a), errA, errB)
		}
	}
	for _, register := range []energy.Register{hc, "", `x" OR "y`, "energy_import/\\"} {
		b, err := s.Before(t.Context(), "m-1", register, r(hp, 60*24*999, 0).At, 9)
		if err != nil {
			t.Fatal(err)
		}
		want(t, b)
	}
}

func sparseNeighbours(t *testing.T, open func() store) {
	s := open()
	var rs []energy.Reading
	for i := range 3_000 {
		one := r(temp, i, int64(i))
		one.Source = energy.ArrivalTime
		rs = append(rs, one)
	}
	write(t, s, append(rs, r(hp, -5, 1), r(hp, 2_999, 2))...)
	b, err := s.Before(t.Context(), "m-1", hp, r(hp, 2_999, 0).At, 2)
	if err != nil {
		t.Fatal(err)
	}
	want(t, b, r(hp, -5, 1))
	a, err := s.After(t.Context(), "m-1", hp, r(hp, 0, 0).At, 2)
	if err != nil || len(a) != 1 || a[0].Value != 2 {
		t.Fatal(a, err)
	}

	// Some of the last week and some of the weeks before.
	const day = 24 * 60
	weeks := []energy.Reading{r(temp, 3000*day, 1), r(temp, 3040*day, 2), r(temp, 3043*day, 3), r(temp, 3050*day-1, 4), r(temp, 3050*day, 5)}
	write(t, s, weeks...)
	for n := range len(weeks) {
		got, err := s.Before(t.Context(), "m-1", temp, weeks[4].At, n)
		if err != nil {
			t.Fatal(err)
		}
		want(t, got, weeks[4-n:4]...)
	}
}

func sources(t *testing.T, open func() store) {
	s := open()
	arrived := []energy.Reading{r(temp, 1, 1), r(hp, 1, 2)}
	for i := range arrived {
		arrived[i].Source = energy.ArrivalTime
	}
	write(t, s, r(temp, 0, 5))
	write(t, s, arrived...)
	write(t, s, r(temp, 2, 6))
	want(t, all(t, s, "m-1"), arrived[1], r(temp, 0, 5), arrived[0], r(temp, 2, 6))
	a, err := s.After(t.Context(), "m-1", temp, origin, 9)
	if err != nil {
		t.Fatal(err)
	}
	want(t, a, r(temp, 0, 5), arrived[0], r(temp, 2, 6))
}

func unfit(t *testing.T, open func() store) {
	s := open()
	faults := []func(*energy.Reading){
		func(r *energy.Reading) { r.Meter = "" },
		func(r *energy.Reading) { r.Meter = "Linky" },
		func(r *energy.Reading) { r.Meter = "m\\" },
		func(r *energy.Reading) { r.Meter = "a,b=c d" },
		func(r *energy.Reading) { r.Register = "" },
		func(r *energy.Reading) { r.Register = "voltage" },
		func(r *energy.Reading) { r.Register = "temperature/a\nb" },
		func(r *energy.Reading) { r.Register = "temperature/a\\" },
		func(r *energy.Reading) { r.Register = "temperature/\xff" },
		func(r *energy.Reading) { r.At = time.Time{} },
		func(r *energy.Reading) { r.At = time.Date(2263, 1, 1, 0, 0, 0, 0, time.UTC) },
		func(r *energy.Reading) { r.Source = "" },
	}
	var rs, bad []energy.Reading
	for i, spoil := range faults {
		rs = append(rs, r(hp, i, 1))
		poor := r(hp, 100+i, 2)
		spoil(&poor)
		rs, bad = append(rs, poor), append(bad, poor)
	}
	err := s.Write(t.Context(), rs)
	var rejected *Rejected
	if !errors.As(err, &rejected) || rejected.Reason == "" {
		t.Fatal(err)
	}
	want(t, rejected.RejectedReadings(), bad...)
	if got := all(t, s, "m-1"); len(got) != len(faults) {
		t.Fatalf("%d of %d fit readings kept", len(got), len(faults))
	}
	if err := s.Write(t.Context(), bad); !errors.As(err, &rejected) {
		t.Fatal(err)
	}
}

func oddNames(t *testing.T, open func() store) {
	s := open()
	var rs []energy.Reading
	for _, name := range []string{"a b", "a,b=c", `salon "nord"`, "été ☀", "a/b", "'", "arrival", "time", "#", "%", "="} {
		rs = append(rs, r(energy.NewRegister(energy.Temperature, name), 0, int64(len(rs))))
	}
	write(t, s, rs...)
	want(t, all(t, s, "m-1"), order(rs)...)
	for _, one := range rs {
		got, err := s.After(t.Context(), "m-1", one.Register, one.At, 1)
		if err != nil {
			t.Fatal(err)
		}
		want(t, got, one)
	}
}

func reopened(t *testing.T, open func() store) {
	a, b := open(), open()
	write(t, a, r(hp, 0, 1))
	write(t, b, r(hp, 1, 2), r(temp, 1, 3))
	write(t, a, r(temp, 2, 4))
	for _, s := range []store{a, b, open()} {
		want(t, all(t, s, "m-1"), r(hp, 0, 1), r(hp, 1, 2), r(temp, 1, 3), r(temp, 2, 4))
	}
	if err := b.Erase(t.Context(), "m-1"); err != nil {
		t.Fatal(err)
	}
	write(t, a, r(hp, 0, 7)) // a must not count on what it knew
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	want(t, all(t, b, "m-1"), r(hp, 0, 7))
}

func concurrent(t *testing.T, open func() store) {
	s := open()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 20 {
				one := r(hp, i, int64(i))
				one.Meter = energy.MeterID(fmt.Sprintf("m-%d", w%4)) // two write the same
				if err := s.Write(t.Context(), []energy.Reading{one}); err != nil {
					t.Error(err)
				}
				if _, err := s.Read(t.Context(), one.Meter, origin, one.At); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for w := range 4 {
		if rs := all(t, s, energy.MeterID(fmt.Sprintf("m-%d", w))); len(rs) != 20 {
			t.Fatalf("%d of 20", len(rs))
		}
	}
}

func long(t *testing.T, open func() store) {
	s := open()
	var rs []energy.Reading
	for i := range 2*pagePoints + 1 {
		rs = append(rs, r(hp, i, int64(i)))
	}
	write(t, s, rs...)
	write(t, s, r(hc, pagePoints, 1))
	want(t, all(t, s, "m-1"), append([]energy.Reading{r(hc, pagePoints, 1)}, rs...)...)
}

func cancelled(t *testing.T, open func() store) {
	s := open()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, readErr := s.Read(ctx, "m-1", origin, origin.Add(time.Hour))
	for _, err := range []error{s.Write(ctx, []energy.Reading{r(hp, 0, 1)}), readErr, s.Ping(ctx), s.Erase(ctx, "m-1")} {
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

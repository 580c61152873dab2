package spool

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/internal/energy"
	"foyer/internal/keyring"
	"foyer/internal/testserver"
)

func start(t testing.TB, change ...func(*Config)) *Spool {
	t.Helper()
	cfg := Defaults()
	cfg.Path = filepath.Join(t.TempDir(), "spool.db")
	cfg.MinFreeBytes = 0
	for _, c := range change {
		c(&cfg)
	}
	return reopen(t, cfg)
}

// ring opens the keys beside a spool.
func ring(t testing.TB, cfg Config) *keyring.Ring {
	t.Helper()
	keys, err := keyring.Open(context.Background(), keyring.Defaults().In(filepath.Dir(cfg.Path)), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := keys.Close(); err != nil {
			t.Error(err)
		}
	})
	return keys
}

func reopen(t testing.TB, cfg Config) *Spool {
	t.Helper()
	s, err := Open(context.Background(), cfg, ring(t, cfg), prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func reading(meter, register string, second int, value int64) energy.Reading {
	return energy.Reading{
		Meter: energy.MeterID(meter), Register: energy.Register(register),
		At: time.Unix(1_700_000_000+int64(second), 0).UTC(), Value: value, Source: energy.DeviceTime,
	}
}

func take(t testing.TB, s *Spool, limit int) ingest.Batch {
	t.Helper()
	b, err := s.Take(t.Context(), limit)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEncodedReadingsComeBack(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		var all []energy.Reading
		var parts [][]byte
		for range random.IntN(5) {
			var rs []energy.Reading
			for range random.IntN(6) {
				r := reading(fmt.Sprint("m", random.IntN(3)), []string{"power", "energy_import/hc", ""}[random.IntN(3)], random.IntN(1e9)-5e8, int64(random.Uint64()))
				if random.IntN(2) == 0 {
					r.Source = energy.ArrivalTime
				}
				rs = append(rs, r)
			}
			all, parts = append(all, rs...), append(parts, encode(nil, rs))
		}
		got, err := decode(nil, seal(parts...), names{})
		if err != nil || !slices.Equal(got, all) {
			t.Fatalf("%v\nwant %v: %v", got, all, err)
		}
	}
}

func TestAnyChangedByteOfABodyIsNoticed(t *testing.T) {
	body := seal(encode(nil, []energy.Reading{reading("m1", "power", 1, 2), reading("m1", "energy_import/hc", 1, 3)}))
	for i := range body {
		for bit := range 8 {
			changed := slices.Clone(body)
			changed[i] ^= 1 << bit
			if _, err := decode(nil, changed, names{}); !errors.Is(err, errBody) {
				t.Fatalf("byte %d bit %d: %v", i, bit, err)
			}
		}
		if _, err := decode(nil, body[:i], names{}); !errors.Is(err, errBody) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
}

func FuzzBodiesNeverPanic(f *testing.F) {
	f.Add(encode(nil, []energy.Reading{reading("m1", "power", 1, 2)}))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = decode(nil, b, names{})
		_, _ = decode(nil, seal(b), names{})
	})
}

func TestAppendedReadingsAreTakenInOrderUntilSettled(t *testing.T) {
	s := start(t)
	var all []energy.Reading
	for i := range 10 {
		rs := []energy.Reading{reading("m1", "power", i, int64(i)), reading("m2", "power", i, int64(i))}
		if err := s.Append(t.Context(), rs); err != nil {
			t.Fatal(err)
		}
		all = append(all, rs...)
	}
	<-s.More()
	first := take(t, s, 4)
	if !slices.Equal(first.Readings, all[:4]) || first.Again {
		t.Fatalf("%+v", first)
	}
	if again := take(t, s, 4); !slices.Equal(again.Readings, all[:4]) || !again.Again {
		t.Fatalf("%+v", again)
	}
	if err := s.Settle(t.Context(), ingest.Settlement{Through: first.Through}); err != nil {
		t.Fatal(err)
	}
	rest := take(t, s, 1000)
	if !slices.Equal(rest.Readings, all[4:]) || rest.Again {
		t.Fatalf("%+v", rest)
	}
	if err := s.Settle(t.Context(), ingest.Settlement{Through: rest.Through}); err != nil {
		t.Fatal(err)
	}
	if none := take(t, s, 1000); none.Through != 0 || none.Again || len(none.Readings) != 0 {
		t.Fatalf("%+v", none)
	}
	if s.readings.Load() != 0 || s.bytes.Load() != 0 {
		t.Fatalf("an empty spool counts %d readings, %d bytes", s.readings.Load(), s.bytes.Load())
	}
}

func TestWhatADeadProcessLeftIsTakenAgain(t *testing.T) {
	s := start(t)
	if err := s.Append(t.Context(), []energy.Reading{reading("m1", "power", 1, 1)}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s.cfg)
	if s.readings.Load() != 1 || s.bytes.Load() == 0 {
		t.Fatal(s.readings.Load(), s.bytes.Load())
	}
	if b := take(t, s, 10); !b.Again || len(b.Readings) != 1 {
		t.Fatalf("%+v", b)
	}
	if err := s.Append(t.Context(), []energy.Reading{reading("m1", "power", 2, 1)}); err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(t.Context(), ingest.Settlement{Through: 1}); err != nil {
		t.Fatal(err)
	}
	if b := take(t, s, 10); b.Again || len(b.Readings) != 1 {
		t.Fatalf("%+v", b)
	}
}

func TestManyAppendsShareACommit(t *testing.T) {
	s := start(t)
	var group sync.WaitGroup
	for i := range 64 {
		group.Go(func() {
			for j := range 20 {
				if err := s.Append(t.Context(), []energy.Reading{reading(fmt.Sprint("m", i), "power", j, 1)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	var rows, readings int
	if err := s.read.QueryRow("SELECT COUNT(*), SUM(readings) FROM spool").Scan(&rows, &readings); err != nil || readings != 64*20 {
		t.Fatal(readings, err)
	}
	if rows > readings/4 {
		t.Errorf("%d commits for %d appends", rows, readings)
	}
}

func TestAFullSpoolTakesNothingIn(t *testing.T) {
	s := start(t, func(c *Config) { c.MaxBytes = 1 << 20 })
	rs := make([]energy.Reading, 1000)
	for i := range rs {
		rs[i] = reading("m1", "energy_import/hc", i, math.MaxInt64)
	}
	n := 0
	for ; n < 1000; n++ {
		if err := s.Append(t.Context(), rs); errors.Is(err, ErrFull) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if n == 0 || n == 1000 {
		t.Fatalf("%d appends", n)
	}
	if used := s.Used(); used < 0.9 || used > 1 {
		t.Errorf("%v of a full spool is used", used)
	}
	if !isolateOne(t, s, caseOf("x", time.Unix(1_700_000_000, 0))) {
		t.Error("a full spool has no room for a message that a person has to look at")
	}
	b := take(t, s, 1)
	if err := s.Settle(t.Context(), ingest.Settlement{Through: b.Through}); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), rs); err != nil {
		t.Fatalf("room again: %v", err)
	}
}

func TestAFullDiskTakesNothingInButLetsGo(t *testing.T) {
	s := start(t)
	if err := s.Append(t.Context(), []energy.Reading{reading("m1", "power", 1, 1)}); err != nil {
		t.Fatal(err)
	}
	s.cfg.MinFreeBytes = math.MaxInt64
	err := s.Append(t.Context(), []energy.Reading{reading("m1", "power", 2, 1)})
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "Make room") {
		t.Fatalf("a full disk is told as %v", err)
	}
	if _, err := s.Isolate(t.Context(), caseOf("x", time.Unix(1_700_000_000, 0))); !errors.Is(err, ErrFull) {
		t.Fatal(err)
	}
	counts := []ingest.Count{{Meter: "m1", Fate: energy.FateIgnored, N: 1}}
	if err := s.Tally(t.Context(), nil, counts); !errors.Is(err, ErrFull) {
		t.Fatal("counts fill the last bytes of the disk:", err)
	}
	if err := s.Settle(t.Context(), ingest.Settlement{Through: take(t, s, 1).Through, Counts: counts}); err != nil {
		t.Fatal(err)
	}
}

func TestOneBadOperationDoesNotSpoilTheOthers(t *testing.T) {
	s := start(t)
	entered, release := make(chan struct{}, 1), make(chan struct{})
	errs := make(chan error, 3)
	bad := errors.New("bad")
	go func() {
		errs <- s.change(t.Context(), func(context.Context, *sql.Tx, *delta) error {
			entered <- struct{}{}
			<-release
			return nil
		})
	}()
	<-entered
	go func() {
		errs <- s.change(t.Context(), func(context.Context, *sql.Tx, *delta) error { return bad })
	}()
	go func() { errs <- s.Append(t.Context(), []energy.Reading{reading("m1", "power", 1, 1)}) }()
	testserver.Wait(t, "two operations to queue", func() bool { return len(s.ops) == 2 })
	close(release)
	failures := 0
	for range 3 {
		if err := <-errs; errors.Is(err, bad) {
			failures++
		} else if err != nil {
			t.Error(err)
		}
	}
	if failures != 1 || len(take(t, s, 10).Readings) != 1 {
		t.Fatal(failures)
	}
	if err := s.change(t.Context(), func(context.Context, *sql.Tx, *delta) error { panic("a hole") }); err == nil {
		t.Fatal("a panic was acknowledged")
	}
	if err := s.Append(t.Context(), []energy.Reading{reading("m1", "power", 2, 1)}); err != nil {
		t.Fatal(err)
	}
}

func TestAClosedSpoolSaysSo(t *testing.T) {
	s := start(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), []energy.Reading{reading("m1", "power", 1, 1)}); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

func TestADamagedRowIsSetAside(t *testing.T) {
	s := start(t)
	for i := range 3 {
		if err := s.Append(t.Context(), []energy.Reading{reading("m1", "power", i, 1)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.write.Exec("UPDATE spool SET body = substr(body, 1, length(body) - 1) || x'07' WHERE id = 2"); err != nil {
		t.Fatal(err)
	}
	b := take(t, s, 100)
	if len(b.Readings) != 2 || b.Through != 3 {
		t.Fatalf("%+v", b)
	}
	cases, err := s.Cases(t.Context(), 0, 100)
	if err != nil || len(cases) != 1 || cases[0].Reason != "damaged on the disk" || !cases[0].At.IsZero() {
		t.Fatal(cases, err)
	}
	if err := s.Replay(t.Context(), cases[0].ID, nil); err == nil {
		t.Fatal("damaged readings were replayed")
	}
}

func TestHeldReadingsWaitForTheirMeter(t *testing.T) {
	s := start(t)
	at := time.Unix(1_700_000_000, 0).UTC()
	held := []energy.Reading{reading("m1", "power", 1, 1), reading("m2", "power", 1, 5), reading("m1", "power", 2, 2)}
	if err := s.Append(t.Context(), held); err != nil {
		t.Fatal(err)
	}
	if err := s.Settle(t.Context(), ingest.Settlement{Through: take(t, s, 10).Through, Held: held, At: at}); err != nil {
		t.Fatal(err)
	}
	list, err := s.Held(t.Context())
	if err != nil || len(list) != 2 || list[0].Readings != 2 || list[0].Last[0].Value != 2 || !list[0].Since.Equal(at) {
		t.Fatalf("%+v: %v", list, err)
	}
	if _, err := s.write.Exec("UPDATE held SET body = x'07' || body WHERE meter = 'm2'"); err != nil {
		t.Fatal(err)
	}
	if list, err := s.Held(t.Context()); err != nil || len(list) != 2 || len(list[0].Last)+len(list[1].Last) != 1 {
		t.Fatalf("one damaged meter hides the others: %+v %v", list, err)
	}
	if _, err := s.write.Exec("UPDATE held SET body = substr(body, 2) WHERE meter = 'm2'"); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Admit(t.Context(), "m1"); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if b := take(t, s, 10); !slices.Equal(b.Readings, []energy.Reading{held[0], held[2]}) {
		t.Fatalf("%+v", b)
	}
	if n, err := s.Expire(t.Context(), at); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := s.Expire(t.Context(), at.Add(1)); n != 0 || err != nil {
		t.Fatal("a part of a millisecond expired something", n, err)
	}
	if n, err := s.Expire(t.Context(), at.Add(time.Millisecond)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if meters, err := s.HeldMeters(t.Context()); len(meters) != 0 || err != nil {
		t.Fatal(meters, err)
	}
	if n, err := s.Dismiss(t.Context(), "m1", energy.FateIgnored); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	if s.held.Load() != 0 || s.readings.Load() != 2 {
		t.Fatal(s.held.Load(), s.readings.Load())
	}
}

// TestFactsOfBeforeAreHandedOverOnce: a spool of before holds facts of its own.
func TestFactsOfBeforeAreHandedOverOnce(t *testing.T) {
	s := start(t)
	_, err := s.write.Exec(`INSERT INTO fact (gateway, key, value) VALUES ('g1', 'k', 'a'), ('g2', 'k', 'b'), ('g1', 'l', 'c')`)
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]map[string]string{}
	keep := func(_ context.Context, gateway string, facts map[string]string) error {
		if gateway == "g2" && given["g2"] == nil {
			given["g2"] = map[string]string{}
			return errors.New("no records")
		}
		given[gateway] = facts
		return nil
	}
	if err := s.HandOver(t.Context(), keep); err == nil {
		t.Fatal("facts that could not be kept are forgotten")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s.cfg)
	if err := s.HandOver(t.Context(), keep); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(given); got != "map[g1:map[k:a l:c] g2:map[k:b]]" {
		t.Fatal(got)
	}
	err = s.HandOver(t.Context(), func(context.Context, string, map[string]string) error {
		t.Error("handed over twice")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, inFlight := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprint(inFlight, "_in_flight"), func(b *testing.B) {
			s := start(b)
			stop := settling(b, s)
			b.SetParallelism((inFlight + 1) / 2) // times GOMAXPROCS
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				rs := []energy.Reading{
					reading("m12345678901234567", "energy_import/total", 1, 123456789),
					reading("m12345678901234567", "power/total", 1, 1234000), reading("m12345678901234567", "apparent_power", 1, 1300000),
				}
				for pb.Next() {
					if err := s.Append(context.Background(), rs); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
			b.StopTimer()
			stop()
		})
	}
}

// settling lets go of what is appended, as a drain does.
func settling(b *testing.B, s *Spool) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-s.More():
			}
			batch, err := s.Take(ctx, 20000)
			if err != nil || batch.Through == 0 {
				continue
			}
			if err := s.Settle(ctx, ingest.Settlement{Through: batch.Through}); err != nil && ctx.Err() == nil {
				b.Error(err)
			}
		}
	}()
	return func() { cancel(); <-done }
}

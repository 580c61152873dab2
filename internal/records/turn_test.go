package records

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"foyer/internal/energy"
)

func TestIngestersTakeTurns(t *testing.T) {
	url := stores["postgres"](t)
	var inside, turns atomic.Int32
	done := make(chan error)
	for i := range 4 {
		db := open(t, url)
		go func() {
			var err error
			for range 10 {
				err = errors.Join(err, db.Turn(strconv.Itoa(i)).Exclusive(t.Context(), func(ctx context.Context, _ bool) error {
					if inside.Add(1) != 1 {
						err = errors.New("two at once")
					}
					_, claimErr := db.Claim(ctx, []energy.Reading{markReading("m1", "power", int(turns.Add(1)), 1)})
					inside.Add(-1)
					return claimErr
				}))
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestALostTurnIsAnError ends the connection that holds the lock while its owner works.
func TestALostTurnIsAnError(t *testing.T) {
	db := open(t, stores["postgres"](t))
	err := db.Turn("a").Exclusive(t.Context(), func(context.Context, bool) error {
		_, err := db.read.Exec(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
		return err
	})
	if err == nil {
		t.Fatal("a lost turn went unnoticed")
	}
	if err := db.Turn("a").Exclusive(t.Context(), func(context.Context, bool) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestAFailedTurnReturnsItsError(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		failed := errors.New("no series")
		if err := db.Turn("a").Exclusive(t.Context(), func(context.Context, bool) error { return failed }); !errors.Is(err, failed) {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.Turn("a").Exclusive(ctx, func(ctx context.Context, _ bool) error { return ctx.Err() }); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	})
}

// TestABrokenTurnIsKnownToOthers until it is had again: not to itself, and not for ever.
func TestABrokenTurnIsKnownToOthers(t *testing.T) {
	db := open(t, stores["postgres"](t))
	broken := func(ingester string) (broken bool) {
		t.Helper()
		if err := db.Turn(ingester).Exclusive(t.Context(), func(_ context.Context, b bool) error { broken = b; return nil }); err != nil {
			t.Fatal(err)
		}
		return broken
	}
	fail := func(context.Context, bool) error { return errors.New("killed") }
	if broken("a") || broken("b") {
		t.Fatal("broken before anything was")
	}
	if err := db.Turn("a").Exclusive(t.Context(), fail); err == nil {
		t.Fatal("no error")
	}
	for i, step := range []struct {
		ingester string
		want     bool
	}{{"b", true}, {"b", true}, {"a", false}, {"b", false}} {
		if got := broken(step.ingester); got != step.want {
			t.Fatalf("turn %d, of %s, is told %t", i, step.ingester, got)
		}
	}
	if err := db.Turn("a").Exclusive(t.Context(), fail); err == nil {
		t.Fatal("no error")
	}
	if _, err := db.write.Exec(`UPDATE turn SET began_at = began_at - $1`, brokenFor.Milliseconds()); err != nil {
		t.Fatal(err)
	}
	if broken("b") {
		t.Fatal("an ingester that never comes back is waited for")
	}
}

func TestTheLastWhoTookAReadingOverHasIt(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		a, b := db.Turn("a"), db.Turn("b")
		rs := make([]energy.Reading, 0, 700)
		for i := range cap(rs) {
			rs = append(rs, markReading("m1", "power", i, 1))
		}
		span := energy.Span{Meter: "m1", From: rs[0].At, To: rs[len(rs)-1].At.Add(time.Millisecond)}
		taken := func(turn Turn, s energy.Span) (all []time.Time) {
			t.Helper()
			others, err := turn.TakenOver(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range others {
				if r.Meter != "m1" || r.Register != "power" {
					t.Error(r)
				}
				all = append(all, r.At)
			}
			slices.SortFunc(all, time.Time.Compare)
			return all
		}
		for _, step := range []struct {
			turn Turn
			rs   []energy.Reading
		}{{a, rs}, {b, rs[:300]}, {a, rs[:1]}} {
			if err := step.turn.TakeOver(t.Context(), step.rs); err != nil {
				t.Fatal(err)
			}
		}
		if got := taken(a, span); len(got) != 299 || !got[0].Equal(rs[1].At) || !got[298].Equal(rs[299].At) {
			t.Errorf("b has %d", len(got))
		}
		if got := taken(b, span); len(got) != 401 || !got[0].Equal(rs[0].At) {
			t.Errorf("a has %d", len(got))
		}
		if got := taken(b, energy.Span{Meter: "m1", From: rs[0].At, To: rs[300].At}); len(got) != 1 {
			t.Errorf("a has %d of the first 300", len(got))
		}
		if got := taken(a, energy.Span{Meter: "m2", From: span.From, To: span.To}); len(got) != 0 {
			t.Errorf("%d of another meter", len(got))
		}
		if _, err := db.write.Exec(`UPDATE taken_over SET noted_at = noted_at - $1 WHERE ingester = 'b'`, 2*brokenFor.Milliseconds()); err != nil {
			t.Fatal(err)
		}
		if err := b.TakeOver(t.Context(), rs[699:]); err != nil {
			t.Fatal(err)
		}
		if got := taken(a, span); len(got) != 1 || !got[0].Equal(rs[699].At) {
			t.Errorf("b has %d after a month", len(got))
		}
	})
}

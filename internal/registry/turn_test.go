package registry

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// asked is a store that knows every meter but "gone", takes a moment to answer, and
// notes what it was asked.
type asked struct {
	Store
	mu        sync.Mutex
	questions [][]energy.MeterID
	err       error
}

func (a *asked) MetersByID(_ context.Context, ids []energy.MeterID) ([]household.Meter, error) {
	time.Sleep(10 * time.Millisecond)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.questions = append(a.questions, slices.Clone(ids))
	var all []household.Meter
	for _, id := range ids {
		if id != "gone" {
			all = append(all, household.Meter{ID: id, State: household.Claimed, Zone: "Europe/Paris"})
		}
	}
	return all, a.err
}

func ask(ctx context.Context, t *testing.T, r *Registry, id energy.MeterID) {
	t.Helper()
	want := household.Claimed
	if id == "gone" {
		want = household.Ignored
	}
	if got, _, err := r.State(ctx, id); err != nil || got != want {
		t.Errorf("%s: %q %v", id, got, err)
	}
}

func TestMetersAskedForAtOnceAreOneQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(asked)
		r := New(store, time.Now, time.Now, slog.New(slog.DiscardHandler))
		var group sync.WaitGroup
		group.Go(func() { ask(t.Context(), t, r, "m0") })
		synctest.Wait() // the store is being asked
		for i := range 50 {
			group.Go(func() { ask(t.Context(), t, r, energy.MeterID(fmt.Sprint("m", i%10))) })
		}
		group.Go(func() { ask(t.Context(), t, r, "gone") })
		group.Wait()
		if len(store.questions) != 2 || len(store.questions[0]) != 1 || len(store.questions[1]) != 11 {
			t.Errorf("%d questions: %v", len(store.questions), store.questions)
		}
	})
}

func TestMetersAskedForAllTheTimeAreReadTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(asked)
		r := New(store, time.Now, time.Now, slog.New(slog.DiscardHandler))
		ids := []energy.MeterID{"m1", "m2", "m3"}
		for range 2 {
			for _, id := range ids {
				ask(t.Context(), t, r, id) // the second time from memory
			}
		}
		time.Sleep(fresh)
		store.questions = nil
		ask(t.Context(), t, r, "m1")
		ask(t.Context(), t, r, "m2")
		ask(t.Context(), t, r, "m3")
		if len(store.questions) != 1 || !slices.Equal(store.questions[0], ids) {
			t.Errorf("asked %v", store.questions)
		}
		time.Sleep(time.Hour)
		ask(t.Context(), t, r, "m4")
		ask(t.Context(), t, r, "m4")
		time.Sleep(fresh)
		ask(t.Context(), t, r, "m4")
		if last := store.questions[len(store.questions)-1]; !slices.Equal(last, []energy.MeterID{"m4"}) {
			t.Errorf("asked %v, nobody wants the others", last)
		}
	})
}

func TestWhoAskedForOthersMayGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(new(asked), time.Now, time.Now, slog.New(slog.DiscardHandler))
		ctx, gone := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() { _, _, _ = r.State(ctx, "m1") })
		synctest.Wait()
		group.Go(func() { _, _, _ = r.State(ctx, "m2") })
		group.Go(func() { ask(t.Context(), t, r, "m3") })
		synctest.Wait()
		gone()
		group.Wait()
	})
}

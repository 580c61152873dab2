package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"foyer/internal/household"
	"foyer/internal/jobs"
	"foyer/internal/records"
)

// page is how many homes a pass may hold, as docs/explanation/performance.md says.
const page = 256

// A counting store counts what a pass asks for, home by home.
type counting struct {
	*records.DB
	homes func() // before Homes

	mu    sync.Mutex
	most  int // homes that were asked for at once
	filed map[household.FamilyID]int
	file  func(n int) // with how many were filed
}

func (c *counting) Homes(ctx context.Context, of []household.Residence) ([]household.Home, error) {
	if c.homes != nil {
		c.homes()
	}
	c.most = max(c.most, len(of))
	return c.DB.Homes(ctx, of)
}

func (c *counting) FileResults(ctx context.Context, f household.Filing) error {
	if err := c.DB.FileResults(ctx, f); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.filed[f.Family]++
	if c.file != nil {
		c.file(len(c.filed))
	}
	return nil
}

// TestAPassGoesThroughHomesInPages has two pages and a half of homes, of which the first
// and the last had one meter after the other. A pass is cut short among them, and a home
// comes while the next one runs: each is looked at once, that one by the pass after it.
func TestAPassGoesThroughHomesInPages(t *testing.T) {
	t.Parallel()
	from, to := date("2026-11-02"), date("2026-11-06")
	w := openWorld(t, from.Start(paris))
	const homes = 2*page + page/2
	for i := range homes {
		w.newcomer(fmt.Sprintf("Foyer %05d", i), base)
	}
	all, err := w.records.Residences(t.Context())
	if err != nil || len(all) != homes {
		t.Fatalf("%d homes: %v", len(all), err)
	}
	first, last := all[0].Family, all[homes-1].Family
	w.agrees(first)
	w.agrees(last)
	m := w.meter("shared", first, household.Electricity, from.Start(paris))
	if err := w.registry.Release(t.Context(), m, date("2026-11-04").Start(paris)); err != nil {
		t.Fatal(err)
	}
	w.meter("shared", last, household.Electricity, date("2026-11-04").Start(paris))
	c := count{meter: m, register: "energy_import/base"}
	c.halfHours(rand.New(rand.NewPCG(1, 2)), from, to)
	w.arrive(c.all)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	store := &counting{DB: w.records, filed: map[household.FamilyID]int{}}
	store.file = func(n int) {
		if n == page+page/2 {
			cancel()
		}
	}
	l := &listener{}
	w.planner = w.open(store, l)
	w.set(at("2026-11-07", 0, 0))
	if _, err := w.planner.RunOnce(ctx); !errors.Is(err, context.Canceled) || len(l.calls) != 0 {
		t.Fatalf("cut short, with %d alerts: %v", len(l.calls), err)
	}
	var comes household.FamilyID
	store.file, store.homes = nil, func() {
		if comes == "" {
			comes = w.newcomer("comes later", base)
		}
	}
	r := w.pass(at("2026-11-07", 0, 0))
	if r.Computed == 0 || r.Computed > homes-page || len(l.calls) != 1+homes {
		t.Errorf("after a pass that was cut short %+v, with %d alerts", r, len(l.calls))
	}
	for _, home := range all {
		if n := store.filed[home.Family]; n != 1 {
			t.Errorf("a home was looked at %d times", n)
		}
	}
	if store.filed[comes] != 0 {
		t.Error("who comes while a pass runs is a part of it")
	}
	if r := w.pass(at("2026-11-07", 0, 0)); r.Computed != 1 || store.filed[comes] != 1 {
		t.Errorf("the next pass %+v", r)
	}
	w.pass(at("2026-11-08", 0, 0))
	if store.most != page {
		t.Errorf("%d homes were asked for at once", store.most)
	}
	w.settledMarks()
	for _, f := range []household.FamilyID{first, last} {
		if n := w.number(`SELECT COUNT(*) FROM usage_day WHERE family = $1`, f); n != 2 {
			t.Errorf("%d days of a meter that went from one family to another, want 2", n)
		}
	}
	if v, differ := w.verified(jobs.Order{}); len(differ) != 0 || v.Families != homes+1 {
		t.Errorf("%+v %v", v, differ)
	}
}

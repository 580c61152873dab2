package registry

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// crowded is a store whose gateway "full" has too many unclaimed meters, all but "known".
type crowded struct {
	Store
	enrolments, queries int
}

func (c *crowded) DeviceMeters(_ context.Context, _, _ string, ids []string) (map[string]energy.MeterID, error) {
	c.queries++
	if ids[0] == "known" {
		return map[string]energy.MeterID{"known": "m1"}, nil
	}
	return nil, nil
}

func (c *crowded) EnrolMeter(context.Context, string, string, []string, energy.MeterID, time.Time, household.Room) (bool, error) {
	c.enrolments++
	return false, nil
}

func (c *crowded) MetersByID(_ context.Context, ids []energy.MeterID) ([]household.Meter, error) {
	return []household.Meter{{ID: ids[0], State: household.Claimed, Zone: "Europe/Paris"}}, nil
}

// TestAFullGatewayCostsNoTransactionForEachMessage: its further devices are refused
// from memory for a while, and those that are known are heard all the same.
func TestAFullGatewayCostsNoTransactionForEachMessage(t *testing.T) {
	wall, store := time.Now(), new(crowded)
	clock := func() time.Time { return wall }
	r := New(store, clock, clock, slog.New(slog.DiscardHandler))
	look := func(id string, want household.MeterState) {
		t.Helper()
		if m, err := r.Lookup(t.Context(), DeviceRef{Gateway: "full", Scheme: "s", ID: id}); err != nil || m.State != want {
			t.Errorf("%s: %+v %v", id, m, err)
		}
	}
	for i := range 100 {
		look(fmt.Sprint("d", i), household.Ignored)
	}
	look("known", household.Claimed)
	if store.enrolments != 1 {
		t.Errorf("%d transactions", store.enrolments)
	}
	queries := store.queries
	look("d7", household.Ignored)
	look("known", household.Claimed)
	if store.queries != queries {
		t.Errorf("%d queries for devices that were looked for just now", store.queries-queries)
	}
	wall = wall.Add(fresh)
	look("d0", household.Ignored)
	if store.enrolments != 2 {
		t.Error("room that there is again is never seen")
	}
}

// TestTheOperatorIsToldOnceThatThereIsNoRoom, however many gateways somebody makes up,
// and again when something has changed.
func TestTheOperatorIsToldOnceThatThereIsNoRoom(t *testing.T) {
	var told strings.Builder
	r := New(new(crowded), time.Now, time.Now, slog.New(slog.NewTextHandler(&told, nil)))
	flood := func(want int) {
		t.Helper()
		for i := range 2 * mostAbsent {
			if _, err := r.Lookup(t.Context(), DeviceRef{Gateway: fmt.Sprint("g", i), Scheme: "s", ID: "d"}); err != nil {
				t.Fatal(err)
			}
		}
		if n := strings.Count(told.String(), "too many devices"); n != want || strings.Contains(told.String(), "g7") {
			t.Errorf("told %d times, want %d: %s", n, want, told.String())
		}
	}
	flood(1)
	r.known.forget()
	flood(2)
}

package records

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/registry"
)

func TestTwoCaseworkersTakeAnAlertAndOneWins(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		db.Tell([]household.Route{{Channel: "webhook:coop", Recipient: "cooperative", Steps: []household.Step{household.StepAcknowledged, household.StepResolved}}})
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.agrees(t, id, consent.Alert)
		alert := fmt.Sprintf("a-%s-cold_home", id)
		people := make([]disclosure.Audience, 8)
		for i := range people {
			people[i] = w.staff(t, "p", "caseworker")
		}
		type result struct {
			who int
			got disclosure.Alert
			err error
		}
		results := make([]result, len(people))
		var wg sync.WaitGroup
		for i, aud := range people {
			wg.Go(func() {
				got, err := w.gate.Acknowledge(t.Context(), aud, alert, 1)
				results[i] = result{i, got, err}
			})
		}
		wg.Wait()
		winner := slices.IndexFunc(results, func(r result) bool { return r.err == nil })
		if winner < 0 {
			t.Fatal(results)
		}
		name := people[winner].Name()
		for i, r := range results {
			var stale disclosure.ErrStale
			switch {
			case i == winner:
				if r.got.State != household.Acknowledged || r.got.By != name || r.got.Version != 2 || len(r.got.History) != 2 {
					t.Errorf("%+v", r.got)
				}
			case !errors.As(r.err, &stale) || stale.By != name || stale.Version != 2 || stale.State != household.Acknowledged:
				t.Errorf("%d: %+v %v", i, stale, r.err)
			}
		}
		if n := w.count(t, `SELECT COUNT(*) FROM outbox WHERE channel = 'webhook:coop'`); n != 1 {
			t.Errorf("%d messages", n)
		}
		if n := w.count(t, `SELECT COUNT(*) FROM alert_event WHERE step = 'acknowledged'`); n != 1 {
			t.Errorf("%d events", n)
		}
	})
}

func TestAnAlertIsClosedWithAnOutcome(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.agrees(t, id, consent.Alert)
		alert, ctx := fmt.Sprintf("a-%s-cold_home", id), t.Context()
		if _, err := w.gate.Resolve(ctx, w.caseworker, alert, 1, "", "x"); !errors.Is(err, disclosure.ErrOutcome) {
			t.Error(err)
		}
		if _, err := w.gate.Resolve(ctx, w.caseworker, alert, 1, "visit", string(make([]byte, disclosure.MaxNote+1))); !errors.Is(err, disclosure.ErrNote) {
			t.Error(err)
		}
		a, err := w.gate.Resolve(ctx, w.caseworker, alert, 1, "visit", "Kit remis.")
		if err != nil || a.State != household.Resolved || a.By != w.caseworker.Name() || !a.Changed.Equal(noon) {
			t.Fatalf("%+v %v", a, err)
		}
		last := a.History[len(a.History)-1]
		if last.Outcome != "visit" || last.Note != "Kit remis." || last.By != w.caseworker.Name() || last.Step != household.StepResolved {
			t.Errorf("%+v", last)
		}
		var stale disclosure.ErrStale
		if _, err := w.gate.Resolve(ctx, w.caseworker, alert, 2, "visit", ""); !errors.As(err, &stale) {
			t.Error("closed twice:", err)
		}
		if _, err := w.gate.Acknowledge(ctx, w.caseworker, alert, 2); !errors.As(err, &stale) {
			t.Error("taken after it was closed:", err)
		}
		page, err := w.gate.Alerts(ctx, w.caseworker, disclosure.AlertQuery{States: []household.AlertState{household.Resolved, household.Pending}})
		if err != nil || len(page.Alerts) != 1 || page.Alerts[0].ID != alert {
			t.Errorf("%+v %v", page, err)
		}
	})
}

func TestNobodyTakesAnAlertThatWasWithdrawn(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.agrees(t, id, consent.Alert)
		if err := w.registry.WithdrawAll(t.Context(), id, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		alert := fmt.Sprintf("a-%s-cold_home", id)
		if _, err := w.gate.Acknowledge(t.Context(), w.caseworker, alert, 1); !errors.Is(err, disclosure.ErrWithheld) {
			t.Error(err)
		}
		if n := w.count(t, `SELECT COUNT(*) FROM alert WHERE id = $1 AND state = 'open' AND version = 1`, alert); n != 1 {
			t.Error("it moved all the same")
		}
	})
}

func TestColdHomesComeFirstAndPagesMissNothing(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		var want []string
		for i := range 5 {
			id := w.family(t, fmt.Sprintf("Foyer %02d", i))
			w.agrees(t, id, consent.Alert)
			want = append(want, fmt.Sprintf("a-%s-cold_home", id))
		}
		slices.Sort(want) // opened at the same instant: by id
		for _, limit := range []int{1, 2, 3, 200, 0} {
			var got []disclosure.Alert
			q := disclosure.AlertQuery{Limit: limit}
			for range 20 {
				page, err := w.gate.Alerts(t.Context(), w.caseworker, q)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, page.Alerts...)
				if q.Cursor = page.Next; q.Cursor == "" {
					break
				}
			}
			if len(got) != 10 {
				t.Fatalf("limit %d: %d alerts", limit, len(got))
			}
			for i, a := range got {
				if (a.Rule == "cold_home") != (i < 5) || i < 5 && a.ID != want[i] {
					t.Errorf("limit %d, %d: %s", limit, i, a.ID)
				}
				if a.Reason.Key != "alert."+a.Rule || a.Reason.Args["days"] != "3" || a.Gateway != "" || a.History != nil {
					t.Errorf("%+v", a)
				}
			}
		}
		for _, cursor := range []string{"x", "eA", "!!", "MS4yLg"} {
			if _, err := w.gate.Alerts(t.Context(), w.caseworker, disclosure.AlertQuery{Cursor: cursor}); !errors.Is(err, disclosure.ErrCursor) {
				t.Errorf("%q: %v", cursor, err)
			}
		}
	})
}

func TestChangesAreToldOnceAndAsTheyMayBeSeenNow(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		one, two := w.family(t, "Foyer 01"), w.family(t, "Foyer 02")
		w.agrees(t, one, consent.Alert)
		w.agrees(t, two, consent.Alert)
		ctx := t.Context()
		at, err := w.gate.Position(ctx, w.caseworker)
		start := at.Step
		if err != nil || start == 0 {
			t.Fatal(at, err)
		}
		if _, err := w.gate.Acknowledge(ctx, w.machine, fmt.Sprintf("a-%s-cold_home", one), 1); err != nil {
			t.Fatal(err)
		}
		if _, err := w.gate.Acknowledge(ctx, w.caseworker, fmt.Sprintf("a-%s-spending", two), 1); err != nil {
			t.Fatal(err)
		}
		changes, err := w.gate.Changes(ctx, w.caseworker, start)
		if err != nil || len(changes) != 2 || changes[0].Alert.By != "CRM" || changes[0].Step != household.StepAcknowledged || changes[0].Alert.Label != "Foyer 01" {
			t.Fatalf("%+v %v", changes, err)
		}
		if later, err := w.gate.Changes(ctx, w.caseworker, changes[0].Seq); err != nil || len(later) != 1 || later[0].Alert.Label != "Foyer 02" {
			t.Errorf("%+v %v", later, err)
		}
		if err := w.registry.WithdrawAll(ctx, one, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		if left, err := w.gate.Changes(ctx, w.caseworker, start); err != nil || len(left) != 1 || left[0].Alert.Label != "Foyer 02" {
			t.Errorf("%+v %v", left, err)
		}
		if all, err := w.gate.Changes(ctx, w.operator, 0); err != nil || len(all) > 0 {
			t.Errorf("%+v %v", all, err)
		}
	})
}

func TestIncidentsOfGatewaysNameNoFamily(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		a := household.Alert{
			ID: "incident", Pilot: "p", Gateway: "gw-7", Rule: "silent_gateway", Category: "consumption", Severity: household.High,
			State: household.Open, Reason: []byte(`{"key":"alert.silent_gateway","args":{}}`), Since: noon, OpenedAt: noon, Changed: noon,
		}
		if err := db.Transit(t.Context(), household.Transition{Alert: a, Step: household.StepOpened, At: noon}); err != nil {
			t.Fatal(err)
		}
		for aud, gateway := range map[disclosure.Audience]string{w.operator: "gw-7", w.caseworker: "", w.machine: ""} {
			page, err := w.gate.Alerts(t.Context(), aud, disclosure.AlertQuery{})
			if err != nil || len(page.Alerts) != 1 || page.Alerts[0].Family != "" || page.Alerts[0].Gateway != gateway {
				t.Errorf("%s: %+v %v", aud.Name(), page, err)
			}
		}
		if _, err := w.gate.Acknowledge(t.Context(), w.operator, "incident", 1); err != nil {
			t.Error(err)
		}
		if a, err := w.gate.Send(t.Context(), "incident", consent.ToCooperative); err != nil || a.Gateway != "" {
			t.Errorf("%+v %v", a, err)
		}
		if _, err := w.gate.Send(t.Context(), "incident", consent.ToFamily); !errors.Is(err, disclosure.ErrWithheld) {
			t.Error(err)
		}
		if _, err := w.gate.Alert(t.Context(), w.staff(t, "q", "operator"), "incident"); !errors.Is(err, disclosure.ErrWithheld) {
			t.Error("another pilot's operator:", err)
		}
		if n := w.count(t, `SELECT COUNT(*) FROM access WHERE family <> ''`); n != 0 {
			t.Error(n)
		}
	})
}

func TestPendingAndDroppedAlertsAreNobodysBusiness(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id, err := w.registry.AddFamily(t.Context(), household.File{Family: household.Family{Pilot: "p", Label: "Foyer 01"}})
		if err != nil {
			t.Fatal(err)
		}
		w.agrees(t, id, consent.Alert, consent.FamilyView)
		a := household.Alert{
			ID: "quiet", Pilot: "p", Family: id, Rule: "cold_home", Category: "indoor_climate", Severity: household.High,
			State: household.Pending, Reason: []byte(`{"key":"k"}`), Since: noon, Changed: noon,
		}
		states := []household.AlertState{household.Pending, household.Open, household.Acknowledged, household.Resolved}
		for _, step := range []household.Step{household.StepPending, household.StepDropped} {
			if err := db.Transit(t.Context(), household.Transition{Alert: a, Step: step, At: noon}); err != nil {
				t.Fatal(err)
			}
			a.Version, a.State = 1, household.Resolved
			page, err := w.gate.Alerts(t.Context(), w.caseworker, disclosure.AlertQuery{States: states})
			changes, err2 := w.gate.Changes(t.Context(), w.caseworker, 0)
			_, err3 := w.gate.Alert(t.Context(), w.caseworker, "quiet")
			if err != nil || err2 != nil || !errors.Is(err3, disclosure.ErrWithheld) || len(page.Alerts)+len(changes) > 0 || w.sent(t, id, consent.ToCooperative) {
				t.Error(step, page, changes, err, err2, err3)
			}
		}
	})
}

// Steps are numbered in the order in which they can be read, so that who follows
// along misses none.
func TestFollowersMissNoStep(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		var ids []string
		for i := range 6 {
			id := w.family(t, fmt.Sprintf("Foyer %02d", i))
			w.agrees(t, id, consent.Alert)
			ids = append(ids, fmt.Sprintf("a-%s-cold_home", id), fmt.Sprintf("a-%s-spending", id))
		}
		start, err := w.gate.Position(t.Context(), w.caseworker)
		if err != nil {
			t.Fatal(err)
		}
		at := start.Step
		var wg sync.WaitGroup
		for _, id := range ids {
			wg.Go(func() {
				if _, err := w.gate.Acknowledge(t.Context(), w.caseworker, id, 1); err != nil {
					t.Error(err)
				}
			})
		}
		seen := map[string]bool{}
		for deadline := time.Now().Add(30 * time.Second); len(seen) < len(ids) && time.Now().Before(deadline); {
			changes, err := w.gate.Changes(t.Context(), w.caseworker, at)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range changes {
				at = c.Seq
				seen[c.Alert.ID] = true
			}
		}
		wg.Wait()
		if len(seen) != len(ids) {
			t.Errorf("%d of %d steps seen", len(seen), len(ids))
		}
	})
}

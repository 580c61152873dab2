package records

import (
	"errors"
	"testing"
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// TestOnlyAnOperatorSeesWhatBecameOfMessages goes through the Gate, as the interface
// does, in two pilots: what is nobody's is then shown to nobody.
func TestOnlyAnOperatorSeesWhatBecameOfMessages(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w, ctx := newTown(t, db), t.Context()
		if _, err := w.registry.AddGateway(ctx, "p", "gw-1"); err != nil {
			t.Fatal(err)
		}
		m, err := w.registry.Lookup(ctx, registry.DeviceRef{Gateway: "gw-1", Scheme: "tasmota", ID: "linky"})
		if err != nil {
			t.Fatal(err)
		}
		day := energy.DayOf(noon, time.UTC)
		var stored, waiting energy.Tally
		stored[energy.FateStored], waiting[energy.FateQuarantined] = 144, 3
		if err := db.Enter(ctx, "i", 0, 1, []energy.Account{
			{Meter: m.ID, Day: day, Tally: stored}, {Gateway: "gw-1", Day: day, Tally: waiting}, {Day: day, Tally: waiting}, {Gateway: "gw-9", Day: day, Tally: waiting},
		}); err != nil {
			t.Fatal(err)
		}
		start := day.Start(time.UTC)
		call := household.RollCall{
			Meter: m.ID, From: day, Start: start, Every: 10 * time.Minute,
			Days: []energy.Attendance{{Day: day, Heard: 140, Missing: 4}},
			Gaps: []energy.Gap{
				{From: start.Add(-time.Hour), To: start.Add(time.Hour), Missing: 11, Every: 10 * time.Minute},
				{From: start.Add(20 * time.Hour), Missing: 2, Every: 10 * time.Minute},
			},
		}
		for range 2 { // as each day
			if err := db.SaveRollCalls(ctx, []household.RollCall{call}); err != nil {
				t.Fatal(err)
			}
		}
		if at, err := db.OpenGap(ctx, m.ID); err != nil || !at.Equal(start.Add(20*time.Hour)) {
			t.Errorf("open since %s: %v", at, err)
		}
		days, err := w.gate.Ledger(ctx, w.operator, disclosure.LedgerQuery{})
		if err != nil || len(days.Days) != 2 || days.Days[0].Meter != "" || days.Days[0].Tally != waiting || days.Days[0].Looked {
			t.Fatalf("%+v: %v", days, err)
		}
		if l := days.Days[1]; l.Meter != m.ID || l.Gateway != "gw-1" || l.Tally != stored || l.Heard != 140 || l.Missing != 4 || l.Every != 10*time.Minute || !l.Looked {
			t.Errorf("%+v", l)
		}
		gaps, err := w.gate.Gaps(ctx, w.operator, disclosure.GapQuery{Gateway: "gw-1"})
		if err != nil || len(gaps.Gaps) != 2 || !gaps.Gaps[0].To.IsZero() || gaps.Gaps[1].Missing != 11 || gaps.Gaps[1].Meter != m.ID {
			t.Errorf("%+v: %v", gaps, err)
		}
		other := w.staff(t, "q", "operator")
		days, err = w.gate.Ledger(ctx, other, disclosure.LedgerQuery{})
		if gaps, err2 := w.gate.Gaps(ctx, other, disclosure.GapQuery{}); err != nil || err2 != nil || len(days.Days)+len(gaps.Gaps) != 0 {
			t.Errorf("another pilot's operator sees %+v %+v: %v %v", days, gaps, err, err2)
		}
		for _, aud := range []disclosure.Audience{w.caseworker, w.machine, w.phone(t, w.family(t, "Foyer 01")), {}} {
			_, err := w.gate.Ledger(ctx, aud, disclosure.LedgerQuery{})
			if _, err2 := w.gate.Gaps(ctx, aud, disclosure.GapQuery{}); !errors.Is(err, disclosure.ErrWithheld) || !errors.Is(err2, disclosure.ErrWithheld) {
				t.Errorf("%s: %v %v", aud.Kind(), err, err2)
			}
		}
		var reads int
		if err := db.read.QueryRow(`SELECT COUNT(*) FROM access WHERE view IN ('ledger', 'gaps') AND audience = 'staff'`).Scan(&reads); err != nil || reads != 4 {
			t.Errorf("%d reads are written down: %v", reads, err)
		}
		if err := db.SaveRollCalls(ctx, []household.RollCall{{Meter: m.ID, From: day.Add(1), Start: day.Add(1).Start(time.UTC)}}); err != nil {
			t.Fatal(err)
		}
		gaps, err = w.gate.Gaps(ctx, w.operator, disclosure.GapQuery{})
		if err != nil || len(gaps.Gaps) != 1 || gaps.Gaps[0].Missing != 11 {
			t.Errorf("after a day on which nothing is missing: %+v: %v", gaps, err)
		}
		if err := db.TrimLedger(ctx, day.Add(2)); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"ledger", "attendance", "gap"} {
			var left int
			if err := db.read.QueryRow(`SELECT COUNT(*) FROM ` + table).Scan(&left); err != nil || left != 0 {
				t.Errorf("%d rows of %s are left: %v", left, table, err)
			}
		}
	})
}

// The roll is called of many meters at once; a family may be erased meanwhile. Of its meter
// nothing is written then, and of the others all.
func TestTheRollOfAnErasedMeterIsNotKept(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w, ctx := newTown(t, db), t.Context()
		if _, err := w.registry.AddGateway(ctx, "p", "gw-1"); err != nil {
			t.Fatal(err)
		}
		day := energy.DayOf(noon, time.UTC)
		var calls []household.RollCall
		for _, device := range []string{"gone", "stays"} {
			m, err := w.registry.Lookup(ctx, registry.DeviceRef{Gateway: "gw-1", Scheme: "tasmota", ID: device})
			if err != nil {
				t.Fatal(err)
			}
			calls = append(calls, household.RollCall{
				Meter: m.ID, From: day, Start: day.Start(time.UTC), Every: time.Hour,
				Days: []energy.Attendance{{Day: day, Heard: 20, Missing: 4}},
				Gaps: []energy.Gap{{From: day.Start(time.UTC), Missing: 4, Every: time.Hour}},
			})
		}
		for _, rows := range []string{"meter_alias WHERE meter = $1", "meter WHERE id = $1"} {
			w.exec(t, `DELETE FROM `+rows, string(calls[0].Meter))
		}
		if err := db.SaveRollCalls(ctx, calls); err != nil {
			t.Fatal(err)
		}
		for i, want := range []int{0, 2} {
			if got := w.count(t, `SELECT (SELECT COUNT(*) FROM attendance WHERE meter = $1) + (SELECT COUNT(*) FROM gap WHERE meter = $1)`, string(calls[i].Meter)); int(got) != want {
				t.Errorf("meter %d: %d rows, want %d", i, got, want)
			}
		}
	})
}

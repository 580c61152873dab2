package records

import (
	"testing"
	"time"

	"foyer/internal/charter"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/journal"
)

// TestDecayGoesToTheBorderAndNoFurther keeps things on either side of it, of two families.
func TestDecayGoesToTheBorderAndNoFurther(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		old, other := w.family(t, "Foyer 01"), w.family(t, "Foyer 02")
		day := energy.Day{Year: 2026, Month: 10, Date: 25} // of 25 hours
		border, first := day.Start(paris), energy.Day{Year: 2023, Month: 11, Date: 26}
		for _, table := range []string{"usage_slot", "usage_day", "usage_month", "bill_line", "result"} { // of the town
			w.exec(t, `DELETE FROM `+table)
		}
		w.exec(t, `INSERT INTO meter (id, gateway, first_seen) VALUES ('m-old', 'g', 0)`)
		w.exec(t, `INSERT INTO attachment (meter, family, from_at) VALUES ('m-old', $1, 0)`, string(old))
		for _, f := range []household.FamilyID{old, other} {
			for _, at := range []time.Time{border.Add(-energy.SlotLength), border} {
				w.exec(t, `INSERT INTO usage_slot (family, start_at, register, energy, seen, length, estimated, provision) VALUES ($1, $2, 'energy_import', 1, 1, 1, 0, 0)`, string(f), at.UnixMilli())
			}
			for _, d := range []energy.Day{first.Add(-1), first} {
				w.exec(t, `INSERT INTO usage_day (family, day, register, start_at, energy, seen, length, estimated, provision) VALUES ($1, $2, 'energy_import', 0, 1, 1, 1, 0, 0)`, string(f), d.String())
				w.exec(t, `INSERT INTO result (family, indicator, from_day, to_day, start_at, version, status, value, unit, detail, category, granularity, computed_at)
					VALUES ($1, 'cost_day', $2, $3, 0, '1', 'ok', '1', 'EUR', '{}', 'cost', 3, 0)`, string(f), d.String(), d.Add(1).String())
			}
			for _, month := range []string{"2023-10", "2023-11"} {
				w.exec(t, `INSERT INTO usage_month (family, month, register, start_at, energy, seen, length, estimated, provision) VALUES ($1, $2, 'energy_import', 0, 1, 1, 1, 0, 0)`, string(f), month)
				w.exec(t, `INSERT INTO bill_line (family, month, line, start_at, label, quantity, unit, price, cents) VALUES ($1, $2, 1, 0, 'x', '1', 'kWh', '1', 1)`, string(f), month)
			}
		}
		for _, iv := range []struct{ from, to time.Time }{
			{border.Add(-time.Hour), border.Add(-energy.SlotLength)},                                                           // a half-hour that goes
			{border.Add(-energy.SlotLength), border.Add(energy.SlotLength)},                                                    // one that reaches over
			{day.Add(-2).Start(paris), day.Add(-1).Start(paris)},                                                               // a day
			{energy.Day{Year: 2026, Month: 3, Date: 29}.Start(paris), energy.Day{Year: 2026, Month: 3, Date: 30}.Start(paris)}, // a day of 23 hours
			{first.Add(-1).Start(paris), first.Start(paris)},                                                                   // one that goes
		} {
			w.exec(t, `INSERT INTO usage_interval (meter, register, from_at, to_at, energy) VALUES ('m-old', 'energy_import', $1, $2, 1)`, iv.from.UnixMilli(), iv.to.UnixMilli())
		}
		fine, err := db.FineDays(t.Context(), old, border, paris)
		if err != nil || len(fine) != 2 || !fine[day.Add(-1)] || !fine[day] { // the one that reaches over touches both
			t.Errorf("%v %v", fine, err)
		}
		x := household.Decay{Family: old, HalfHours: border, Days: first, DaysAt: first.Start(paris), Closed: map[energy.Day]household.Closed{
			day.Add(-1): {
				Uses:  []household.ClosedUse{{Fuel: "electricity", Tariff: "t", OffPeak: "22:00-06:00", Periods: []household.ClosedPeriod{{Period: "hp", Energy: 7, Estimated: true}}}},
				Learn: &household.ClosedLearn{Tariff: "t", Means: map[energy.Register]string{"energy_import/f01": "hc"}},
			},
		}}
		const goes = 7 // a half-hour, two imported periods, a day, its result, a month, its bill
		counted, err := db.Expired(t.Context(), x)
		if err != nil || counted != goes {
			t.Errorf("%d are counted: %v", counted, err)
		}
		for _, want := range []int64{goes, 0} { // the second time there is nothing left
			if n, err := db.Decay(t.Context(), x); err != nil || n != want {
				t.Errorf("%d go, want %d: %v", n, want, err)
			}
		}
		for query, want := range map[string]int{
			`SELECT COUNT(*) FROM usage_slot`: 3, `SELECT COUNT(*) FROM usage_day`: 3, `SELECT COUNT(*) FROM result`: 3,
			`SELECT COUNT(*) FROM usage_month`: 3, `SELECT COUNT(*) FROM bill_line`: 3, `SELECT COUNT(*) FROM usage_interval`: 3,
		} {
			if n := w.count(t, query); n != want {
				t.Errorf("%s: %d, want %d", query, n, want)
			}
		}
		if err := db.MoveBorders(t.Context(), household.Borders{Pilot: "p", HalfHours: day, Days: first, Alerts: first, Proofs: first, Done: day}); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Decayed(t.Context(), old, first, day.Add(-1)); err != nil || len(got.Closed) != 0 || got.Days != first {
			t.Errorf("before the closed day: %+v %v", got, err)
		}
		got, err := db.Decayed(t.Context(), old, day.Add(-1), day)
		if kept := got.Closed[day.Add(-1)]; err != nil || got.HalfHours != day || got.Days != first || len(kept.Uses) != 1 ||
			kept.Uses[0].Periods[0] != (household.ClosedPeriod{Period: "hp", Energy: 7, Estimated: true}) || kept.Learn.Means["energy_import/f01"] != "hc" {
			t.Errorf("%+v %v", got, err)
		}
	})
}

// TestProofsGoAfterTheirTimeAndTheJournalStillHolds removes who read, and what was agreed
// to and withdrawn; what is in force stays.
func TestProofsGoAfterTheirTimeAndTheJournalStillHolds(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newToldTown(t, db)
		w.keep(t)
		var ended int64
		if err := db.read.QueryRowContext(t.Context(), `SELECT MAX(valid_to) FROM "grant" WHERE valid_to <= (SELECT now FROM wall)`).Scan(&ended); err != nil {
			t.Fatal(err)
		}
		said, agreed := w.count(t, `SELECT COUNT(*) FROM consent`), w.count(t, `SELECT COUNT(*) FROM "grant" WHERE valid_to > $1`, ended)
		stand := `SELECT COUNT(*) FROM consent WHERE at = $1 AND state <> 'given'`
		if _, err := db.DecayProofs(t.Context(), instant(ended)); err != nil || w.count(t, stand, ended) == 0 {
			t.Fatalf("what ended at the border is gone: %v", err)
		}
		later := instant(ended).Add(time.Millisecond)
		if later.Before(time.Now().Add(time.Second)) {
			later = time.Now().Add(time.Second)
		}
		counted, err := db.ExpiredProofs(t.Context(), later)
		rows, again := db.DecayProofs(t.Context(), later)
		if err != nil || again != nil || rows != counted || rows == 0 {
			t.Fatalf("%d of %d go: %v, %v", rows, counted, err, again)
		}
		if n := w.count(t, `SELECT COUNT(*) FROM access`); n != 0 {
			t.Errorf("%d reads are left", n)
		}
		if n := w.count(t, `SELECT COUNT(*) FROM consent`); n != agreed || n >= said {
			t.Errorf("of what was said %d are left of %d, and %d are in force", n, said, agreed)
		}
		if n := w.count(t, `SELECT COUNT(*) FROM "grant"`); n != agreed {
			t.Errorf("%d grants, %d were in force", n, agreed)
		}
		b := household.Borders{Pilot: "p", HalfHours: energy.DayOf(later, paris), Days: energy.DayOf(later, paris), Alerts: energy.DayOf(later, paris), Proofs: energy.DayOf(later, paris)}
		b.Done = b.Proofs
		if err := db.MoveBorders(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		b.At = later
		if err := db.EndRetention(t.Context(), b, household.Promise{HalfHourDays: 90}, true, rows); err != nil {
			t.Fatal(err)
		}
		report, waiting, err := w.report(t)
		if err != nil || waiting != 0 || report.Kinds[journal.Removal] == 0 || report.Kinds[journal.Retention] != 1 {
			t.Fatalf("%+v, %d wait: %v", report, waiting, err)
		}
		if all, err := db.Borders(t.Context()); err != nil || len(all) != 1 || all[0].Moving || all[0].Done != b.Done || !all[0].At.Equal(later.Truncate(time.Millisecond)) {
			t.Errorf("%+v %v", all, err)
		}
	})
}

// TestThePromiseIsTheOneOfTheCharterInForce changes it, now and later.
func TestThePromiseIsTheOneOfTheCharterInForce(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		for _, x := range []charter.Change{
			{Name: charter.HalfHours, Value: "40", By: "x", Why: "y"},
			{Name: charter.Months, Value: "1", By: "x", Why: "y", From: time.Now().Add(time.Hour)},
		} {
			if _, _, err := w.registry.Amend(t.Context(), x); err != nil {
				t.Fatal(err)
			}
		}
		if p, err := db.Promise(t.Context()); err != nil || p != (household.Promise{HalfHourDays: 40, MonthYears: 3, AlertYears: 3, ProofYears: 5}) {
			t.Errorf("%+v %v", p, err)
		}
	})
}

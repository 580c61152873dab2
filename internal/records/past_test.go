package records

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// computed files the bill of October as a pass at an instant would have.
func (w town) computed(t *testing.T, id household.FamilyID, at time.Time, eur string) {
	t.Helper()
	from, to := day(t, "2026-10-01"), day(t, "2026-11-01")
	err := w.db.FileResults(t.Context(), household.Filing{Family: id, Results: []household.Filed{{
		Result: household.Result{
			Family: id, Indicator: "cost_month", From: from, To: to, Version: "1", Status: household.OK, Value: eur,
			Unit: "EUR", Detail: []byte("{}"), At: at,
		},
		Category: "cost", Granularity: int(consent.Monthly), Start: from.Start(paris),
	}}})
	if err != nil {
		t.Fatal(err)
	}
}

// octoberAsOf returns the bill of October as it stood at an instant, "" for none.
func (w town) octoberAsOf(t *testing.T, id household.FamilyID, at time.Time) string {
	t.Helper()
	s, err := w.gate.FamilyAsOf(t.Context(), w.caseworker, id, at)
	if err != nil {
		t.Fatal(err)
	}
	if s.LastMonth == nil || s.LastMonth.Cost == nil {
		return ""
	}
	return s.LastMonth.Cost.String()
}

func TestAsOfAnswersWhatHeldThen(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.exec(t, `DELETE FROM result WHERE family = $1 AND indicator = 'cost_month'`, id)
		w.agrees(t, id, consent.CooperativeSummary, consent.Alert)
		at := func(d, h int) time.Time { return time.Date(2026, 11, d, h, 0, 0, 0, time.UTC) }
		w.computed(t, id, at(2, 3), "10.00")
		w.computed(t, id, at(30, 3), "99.00") // by a clock that was ahead for a while
		w.computed(t, id, at(3, 3), "20.00")
		w.computed(t, id, at(3, 3), "30.00") // twice in one millisecond: the last holds
		w.computed(t, id, at(20, 3), "40.00")
		*w.now = at(30, 12)
		for _, c := range []struct {
			at   time.Time
			want string
		}{
			{at(2, 2), ""},
			{at(2, 3).Add(-time.Millisecond), ""},
			{at(2, 3), "10.00"},
			{at(3, 3).Add(-time.Millisecond), "10.00"},
			{at(3, 3), "30.00"},
			{at(3, 3).In(paris), "30.00"},
			{at(20, 2), "30.00"},
			{at(20, 4), "40.00"},
			{at(30, 4), "40.00"},
		} {
			if got := w.octoberAsOf(t, id, c.at); got != c.want {
				t.Errorf("as of %s: %q, want %q", c.at, got, c.want)
			}
		}
		now, err := w.gate.Family(t.Context(), w.caseworker, id)
		if err != nil || now.LastMonth.Cost.String() != "40.00" || now.OpenAlerts == nil {
			t.Errorf("%+v %v", now.LastMonth, err)
		}
		// Nothing of today is given as if it were of then.
		then, err := w.gate.FamilyAsOf(t.Context(), w.caseworker, id, at(20, 4))
		if err != nil || then.OpenAlerts != nil || !then.LastData.IsZero() || then.LastMonth.Energy != nil || then.Month != nil {
			t.Errorf("%+v %v", then, err)
		}
		list, err := w.gate.FamiliesAsOf(t.Context(), w.caseworker, at(3, 4))
		if err != nil || len(list) != 1 || list[0].LastMonth.Cost.String() != "30.00" {
			t.Errorf("%+v %v", list, err)
		}
	})
}

func TestAsOfGoesByTheDayOfThePilot(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.exec(t, `DELETE FROM result WHERE family = $1`, id)
		w.agrees(t, id, consent.CooperativeSummary)
		w.computed(t, id, time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC), "10.00")
		midnight := day(t, "2026-11-01").Start(paris) // 23:00 UTC of 31 October
		// October still runs: days were not agreed to, and days of a past month tell as much.
		if got := w.octoberAsOf(t, id, midnight.Add(-time.Millisecond)); got != "" {
			t.Errorf("the month that ran then leaves: %q", got)
		}
		if s, err := w.gate.FamilyAsOf(t.Context(), w.caseworker, id, midnight.Add(-time.Millisecond)); err != nil || s.Month != nil {
			t.Errorf("%+v %v", s.Month, err)
		}
		if got := w.octoberAsOf(t, id, midnight); got != "10.00" {
			t.Errorf("a month that was over then is %q", got)
		}
	})
}

func TestAsOfAsksForTheConsentOfNow(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		at := noon.Add(-time.Hour)
		withheld := func(what string) {
			t.Helper()
			one, err := w.gate.FamilyAsOf(t.Context(), w.caseworker, id, at)
			none, unknown := w.gate.FamilyAsOf(t.Context(), w.caseworker, "faaaaaaaaaaaaaaaa", at)
			if !errors.Is(err, disclosure.ErrWithheld) || err.Error() != unknown.Error() || one.Label != none.Label {
				t.Errorf("%s: %v, unknown %v", what, err, unknown)
			}
			if all, err := w.gate.FamiliesAsOf(t.Context(), w.caseworker, at); err != nil || len(all) > 0 {
				t.Errorf("%s: %v %v", what, all, err)
			}
		}
		withheld("not agreed")
		w.agrees(t, id, consent.CooperativeSummary) // after at: what counts is now
		if _, err := w.gate.FamilyAsOf(t.Context(), w.caseworker, id, at); err != nil {
			t.Error(err)
		}
		if n := w.count(t, `SELECT COUNT(*) FROM access WHERE family = $1 AND view = 'summary_past@2026-11-25T10:00:00Z'`, id); n != 1 {
			t.Errorf("%d accesses say which instant was read", n)
		}
		if _, err := w.gate.FamilyAsOf(t.Context(), w.operator, id, at); !errors.Is(err, disclosure.ErrWithheld) {
			t.Error(err)
		}
		own, err := w.gate.Agreements(t.Context(), w.phone(t, id))
		if err != nil || len(own.Reads) == 0 || own.Reads[0].View != "summary_past" {
			t.Errorf("%+v %v", own.Reads, err)
		}
		if err := w.registry.Withdraw(t.Context(), id, consent.Offer(consent.CooperativeSummary), registry.Form{}); err != nil {
			t.Fatal(err)
		}
		withheld("withdrawn")
		for _, bad := range []time.Time{{}, noon.Add(time.Millisecond)} {
			if _, err := w.gate.FamilyAsOf(t.Context(), w.caseworker, id, bad); !errors.Is(err, disclosure.ErrAsOf) {
				t.Errorf("as of %s: %v", bad, err)
			}
		}
	})
}

// A reader who may see months only may not see, as of a past date either, a result
// that is finer; that it once was coarser does not bring the coarse one back.
func TestAsOfShowsNoResultThatAFinerOneReplaced(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.agrees(t, id, consent.CooperativeSummary)
		w.exec(t, `DELETE FROM result WHERE family = $1`, id)
		w.computed(t, id, time.Date(2026, 11, 2, 3, 0, 0, 0, time.UTC), "10.00")
		from := day(t, "2026-10-01")
		w.result(t, id, "cost_month", from, energy.DayOf(from.Start(time.UTC).AddDate(0, 1, 0), time.UTC), "20.00", "cost", consent.HalfHourly, household.CostMonth{})
		if got := w.octoberAsOf(t, id, noon.Add(-time.Hour)); got != "10.00" {
			t.Errorf("before it was replaced: %q", got)
		}
		if got := w.octoberAsOf(t, id, noon); got != "" {
			t.Errorf("once it was: %q", got)
		}
	})
}

// What other tariffs would have cost is told of the twelve months before the instant, as it
// was last compared then.
func TestWhatOtherTariffsCostAsOfAPastDateIsWhatWasStoredThen(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		at := func(month time.Month, d int) time.Time { return time.Date(2026, month, d, 3, 0, 0, 0, time.UTC) }
		compare := func(months int, cost string, at time.Time) {
			t.Helper()
			var filed []household.Filed
			for n := range months {
				from := energy.Day{Year: 2025, Month: time.Month(10 + n), Date: 1}
				if n >= 3 {
					from.Year, from.Month = 2026, time.Month(n-2)
				}
				to := from.Add(31)
				to.Date = 1
				detail, err := json.Marshal(household.OtherTariffs{Offers: []household.OtherTariff{
					{Fuel: "electricity", Own: "a", Tariff: "b", Known: to.Sub(from), OwnCost: "10.00", Cost: cost},
				}})
				if err != nil {
					t.Fatal(err)
				}
				filed = append(filed, household.Filed{
					Result:   household.Result{Family: id, Indicator: "other_tariffs", From: from, To: to, Version: "1", Status: household.OK, Value: cost, Unit: "EUR", Detail: detail, At: at},
					Category: "cost", Granularity: int(consent.Monthly), Start: from.Start(paris),
				})
			}
			if err := w.db.FileResults(t.Context(), household.Filing{Family: id, Results: filed}); err != nil {
				t.Fatal(err)
			}
		}
		compare(12, "9.00", at(10, 2))  // to September
		compare(12, "8.00", at(10, 20)) // a price was corrected
		compare(13, "7.00", at(11, 2))  // and October, and all again
		phone := w.phone(t, id)
		if _, err := w.gate.WhatIfAsOf(t.Context(), phone, at(10, 10)); !errors.Is(err, disclosure.ErrWithheld) {
			t.Errorf("before it agreed: %v", err)
		}
		w.agrees(t, id, consent.FamilyView)
		for _, c := range []struct {
			at       time.Time
			to, cost string
		}{
			{at(10, 1), "2026-10-01", ""},
			{at(10, 10), "2026-10-01", "108.00"},
			{at(10, 21), "2026-10-01", "96.00"},
			{at(11, 1), "2026-11-01", "88.00"}, // eleven months of twelve: October was not compared yet
			{at(11, 3), "2026-11-01", "84.00"},
		} {
			x, err := w.gate.WhatIfAsOf(t.Context(), phone, c.at)
			cost := ""
			if len(x.Tariffs) == 1 && x.Tariffs[0].Cost != nil {
				cost = x.Tariffs[0].Cost.String()
			}
			if err != nil || x.To.String() != c.to || cost != c.cost || !x.At.Equal(c.at) {
				t.Errorf("as of %s: %q to %s, %v", c.at, cost, x.To, err)
			}
		}
		for _, bad := range []time.Time{{}, noon.Add(time.Millisecond)} {
			if _, err := w.gate.WhatIfAsOf(t.Context(), phone, bad); !errors.Is(err, disclosure.ErrAsOf) {
				t.Errorf("as of %s: %v", bad, err)
			}
		}
		if _, err := w.gate.WhatIfAsOf(t.Context(), w.caseworker, at(10, 10)); !errors.Is(err, disclosure.ErrWithheld) {
			t.Errorf("a caseworker: %v", err)
		}
		if n := w.count(t, `SELECT COUNT(*) FROM access WHERE family = $1 AND view = 'what_if_past@2026-10-10T03:00:00Z'`, id); n != 1 {
			t.Errorf("%d accesses say which instant was read", n)
		}
	})
}

package records

import (
	"errors"
	"slices"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// billed files the bill of October with its result as a pass at an instant would have.
func (w town) billed(t *testing.T, id household.FamilyID, at time.Time, cents int64) {
	t.Helper()
	from, to := day(t, "2026-10-01"), day(t, "2026-11-01")
	detail := `{"seen_ms":2678400000,"of_ms":2682000000}`
	err := w.db.FileResults(t.Context(), household.Filing{
		Family: id, At: at,
		Results: []household.Filed{{
			Result:   household.Result{Family: id, Indicator: "cost_month", From: from, To: to, Version: "1", Status: household.OK, Value: disclosure.Cents(cents).String(), Unit: "EUR", Detail: []byte(detail), At: at},
			Category: "cost", Granularity: int(consent.Monthly), Start: from.Start(paris),
		}},
		Bills: []household.Bill{{Month: "2026-10", Over: true, Lines: []household.BillLine{
			{Start: from.Start(paris), Fuel: "electricity", Label: "bill.standing", Quantity: "31", Unit: "day", Price: "0.5", Cents: 1550},
			{Start: from.Start(paris), Fuel: "electricity", Label: "bill.energy.base", Quantity: "100", Unit: "kWh", Price: "0.2", Cents: cents - 1550, Estimated: true},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w town) settled(t *testing.T, id household.FamilyID, month, end, ahead string) {
	t.Helper()
	w.result(t, id, "settlement", day(t, month), day(t, end), ahead, "cost", consent.Monthly, household.Settlement{Contracts: []household.Balance{{
		Fuel: "electricity", From: "2026-06-01", To: "2027-06-01", Elapsed: 150, Known: 140, Paid: "375.00", Aid: "48.00", Cost: "380.00", Ahead: ahead,
		Due: new("-20.00"), DueLow: new("-60.00"), DueHigh: new("20.00"), Forecast: new("900.00"), ForecastLow: new("860.00"), ForecastHigh: new("940.00"),
	}}})
}

// paid writes an amount down at an instant and returns its id.
func (w town) paid(t *testing.T, id household.FamilyID, at time.Time, kind household.EntryKind, cents int64) string {
	t.Helper()
	*w.now = at
	ids, err := w.registry.AddMoney(t.Context(), []household.Entry{{Family: id, Kind: kind, Day: day(t, "2026-11-02"), Cents: cents, Source: "source of " + string(kind), By: "A. Roy"}})
	if err != nil {
		t.Fatal(err)
	}
	return ids[0]
}

func kinds(m disclosure.Money) (all []string) {
	for _, e := range m.Amounts {
		all = append(all, string(e.Kind)+" "+disclosure.Cents(e.Cents).String()+" "+e.Source)
	}
	slices.Sort(all)
	return all
}

func TestMoneyGoesToWhoMaySeeCost(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.exec(t, `DELETE FROM result WHERE family = $1`, id)
		w.billed(t, id, noon.Add(-time.Hour), 3550)
		w.settled(t, id, "2026-10-01", "2026-11-01", "43.00")
		w.settled(t, id, "2026-11-01", "2026-12-01", "39.00")
		w.paid(t, id, noon, household.Voucher, 4800)
		w.paid(t, id, noon, household.Instalment, 7500)
		phone := w.phone(t, id)
		withheld := func(who string, aud disclosure.Audience) {
			t.Helper()
			m, err := w.gate.Money(t.Context(), aud, id)
			none, unknown := w.gate.Money(t.Context(), aud, "faaaaaaaaaaaaaaaa")
			if !errors.Is(err, disclosure.ErrWithheld) || err.Error() != unknown.Error() || m.Label != none.Label || len(m.Amounts)+len(m.Bills)+len(m.Accounts) > 0 {
				t.Errorf("%s: %+v, %v", who, m, err)
			}
		}
		for who, aud := range map[string]disclosure.Audience{"caseworker": w.caseworker, "operator": w.operator, "machine": w.machine, "phone": phone} {
			withheld(who, aud)
		}
		w.agrees(t, id, consent.FamilyView, consent.CooperativeSummary)
		own, err := w.gate.Money(t.Context(), phone, id)
		if err != nil || !slices.Equal(kinds(own), []string{"instalment 75.00 source of instalment", "voucher 48.00 source of voucher"}) {
			t.Errorf("the family sees %v, %v", kinds(own), err)
		}
		if len(own.Accounts) != 1 || own.Accounts[0].Ahead.String() != "39.00" || own.Through != day(t, "2026-11-25") {
			t.Errorf("the family sees %+v through %s", own.Accounts, own.Through)
		}
		if len(own.Bills) != 1 || own.Bills[0].Total.String() != "35.50" || !own.Bills[0].Estimated || own.Bills[0].Before != nil || own.Bills[0].Seen >= own.Bills[0].Of {
			t.Errorf("the family sees %+v", own.Bills)
		}
		// A voucher tells what a family lives on, the running month its days: neither was agreed to.
		one, err := w.gate.Money(t.Context(), w.caseworker, id)
		if err != nil || !slices.Equal(kinds(one), []string{"aid 48.00 ", "instalment 75.00 source of instalment"}) || one.Label != "Foyer 01" {
			t.Errorf("the caseworker sees %v, %v", kinds(one), err)
		}
		if len(one.Accounts) != 1 || one.Accounts[0].Ahead.String() != "43.00" || one.Through != day(t, "2026-10-31") {
			t.Errorf("the caseworker sees %+v through %s", one.Accounts, one.Through)
		}
		withheld("operator", w.operator)
		if n := w.count(t, `SELECT COUNT(*) FROM access WHERE family = $1 AND view = 'money'`, id); n != 2 {
			t.Errorf("%d accesses are written down", n)
		}
		// Consumption alone is not cost.
		limits := consent.Limits{Purpose: consent.CooperativeSummary, Categories: []consent.Category{consent.Consumption}}
		if _, err := w.registry.Narrow(t.Context(), id, limits, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		withheld("caseworker of who shares no cost", w.caseworker)
		if s, err := w.gate.Family(t.Context(), w.caseworker, id); err != nil || s.Spends {
			t.Errorf("%+v %v", s, err)
		}
	})
}

func TestMoneyAsOfAPastDateIsWhatWasStoredThen(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.exec(t, `DELETE FROM result WHERE family = $1`, id)
		at := func(d int) time.Time { return time.Date(2026, 11, d, 3, 0, 0, 0, time.UTC) }
		w.billed(t, id, at(2), 3550)
		w.billed(t, id, at(20), 3610)
		wrong := w.paid(t, id, at(5), household.Instalment, 7500)
		w.paid(t, id, at(8), household.Grant, 10000)
		*w.now = at(12)
		if err := w.registry.TakeBackMoney(t.Context(), wrong, registry.Word{By: "A. Roy", Why: "twice"}); err != nil {
			t.Fatal(err)
		}
		*w.now = at(25)
		w.agrees(t, id, consent.FamilyView, consent.CooperativeSummary)
		phone := w.phone(t, id)
		for _, c := range []struct {
			day           int
			total, before string
			amounts       []string
		}{
			{1, "", "", nil},
			{2, "35.50", "", nil},
			{6, "35.50", "", []string{"instalment 75.00 source of instalment"}},
			{10, "35.50", "", []string{"grant 100.00 source of grant", "instalment 75.00 source of instalment"}},
			{19, "35.50", "", []string{"grant 100.00 source of grant"}},
			{21, "36.10", "35.50", []string{"grant 100.00 source of grant"}},
		} {
			m, err := w.gate.MoneyAsOf(t.Context(), phone, id, at(c.day))
			if err != nil {
				t.Fatal(err)
			}
			total, before := "", ""
			if len(m.Bills) == 1 {
				total = m.Bills[0].Total.String()
				if m.Bills[0].Before != nil {
					before = m.Bills[0].Before.String()
				}
			}
			if total != c.total || before != c.before || !slices.Equal(kinds(m), c.amounts) {
				t.Errorf("as of %d: %s after %s, %v", c.day, total, before, kinds(m))
			}
		}
		if _, err := w.gate.MoneyAsOf(t.Context(), phone, id, at(26)); !errors.Is(err, disclosure.ErrAsOf) {
			t.Error(err)
		}
		if n := w.count(t, `SELECT COUNT(*) FROM access WHERE family = $1 AND view = 'money_past@2026-11-06T03:00:00Z'`, id); n != 1 {
			t.Errorf("%d accesses say which instant was read", n)
		}
	})
}

// A contract's year that began before what was agreed to would tell of before.
func TestMoneyOfAYearThatBeganBeforeIsLeftOut(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.exec(t, `DELETE FROM result WHERE family = $1`, id)
		w.settled(t, id, "2026-10-01", "2026-11-01", "43.00")
		form := registry.Form{Notice: "1", Medium: "paper", DataFrom: day(t, "2026-09-01").Start(paris)}
		if err := w.registry.Bundle(t.Context(), id, form, false, consent.CooperativeSummary); err != nil {
			t.Fatal(err)
		}
		m, err := w.gate.Money(t.Context(), w.caseworker, id)
		if err != nil || m.Status != household.OK || len(m.Accounts) != 0 {
			t.Errorf("%+v %v", m, err)
		}
	})
}

package records

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
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

// paid writes an amount of 2 November down at an instant and returns its id.
func (w town) paid(t *testing.T, id household.FamilyID, at time.Time, kind household.EntryKind, cents int64) string {
	t.Helper()
	*w.now = at
	return w.paidOn(t, id, "2026-11-02", kind, cents)
}

// paidOn writes an amount of a day down.
func (w town) paidOn(t *testing.T, id household.FamilyID, on string, kind household.EntryKind, cents int64) string {
	t.Helper()
	ids, err := w.registry.AddMoney(t.Context(), []household.Entry{{Family: id, Kind: kind, Day: day(t, on), Cents: cents, Source: "source of " + string(kind), By: "A. Roy"}})
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
		w.paidOn(t, id, "2026-10-14", household.Voucher, 4800)
		w.paidOn(t, id, "2026-10-07", household.Instalment, 7500)
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
		form := registry.Form{Notice: "1", Medium: "paper", Paper: "folder 1", DataFrom: day(t, "2026-09-01").Start(paris)}
		if err := w.registry.Bundle(t.Context(), id, form, false, consent.CooperativeSummary); err != nil {
			t.Fatal(err)
		}
		m, err := w.gate.Money(t.Context(), w.caseworker, id)
		if err != nil || m.Status != household.OK || len(m.Accounts) != 0 {
			t.Errorf("%+v %v", m, err)
		}
	})
}

// priceRose files the bill of October with a price that changed on the 13th.
func (w town) priceRose(t *testing.T, id household.FamilyID, at time.Time) {
	t.Helper()
	w.billed(t, id, at, 3550)
	line := func(on, label, quantity, unit, price string, cents int64) household.BillLine {
		return household.BillLine{Start: day(t, on).Start(paris), Fuel: "electricity", Label: label, Quantity: quantity, Unit: unit, Price: price, Cents: cents}
	}
	err := w.db.FileResults(t.Context(), household.Filing{Family: id, At: at, Bills: []household.Bill{{Month: "2026-10", Over: true, Lines: []household.BillLine{
		line("2026-10-01", "bill.standing", "12", "day", "0.5", 600),
		line("2026-10-01", "bill.energy.base", "30.25", "kWh", "0.2", 605),
		line("2026-10-01", "bill.vat", "6", "EUR", "0.055", 33),
		line("2026-10-01", "bill.vat", "6.05", "EUR", "0.2", 121),
		line("2026-10-13", "bill.standing", "19", "day", "0.5", 950),
		line("2026-10-13", "bill.energy.base", "69.75", "kWh", "0.21", 1465),
		line("2026-10-13", "bill.vat", "9.5", "EUR", "0.055", 52),
		line("2026-10-13", "bill.vat", "14.65", "EUR", "0.2", 293),
	}}}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhoMaySeeMonthsSeesNoDayOfMoney(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.exec(t, `DELETE FROM result WHERE family = $1`, id)
		w.priceRose(t, id, noon.Add(-time.Hour))
		w.paid(t, id, noon, household.Instalment, 7500)
		w.paidOn(t, id, "2026-10-14", household.Instalment, 7400)
		w.agrees(t, id, consent.FamilyView, consent.CooperativeSummary)
		m, err := w.gate.Money(t.Context(), w.caseworker, id)
		if err != nil || len(m.Amounts) != 1 || m.Amounts[0].Daily || m.Amounts[0].Day != day(t, "2026-10-01") {
			t.Fatalf("%+v %v", m.Amounts, err)
		}
		var got []string
		for _, l := range m.Bills[0].Lines {
			got = append(got, fmt.Sprintf("%s %s %s at %q: %d", energy.DayOf(l.Start, paris), l.Label, l.Quantity, l.Price, l.Cents))
		}
		want := []string{
			`2026-10-01 bill.standing 31 at "0.5": 1550`, `2026-10-01 bill.energy.base 100 at "": 2070`,
			`2026-10-01 bill.vat 15.5 at "0.055": 85`, `2026-10-01 bill.vat 20.7 at "0.2": 414`,
		}
		if !slices.Equal(got, want) || m.Bills[0].Total.String() != "41.19" {
			t.Errorf("the caseworker sees %q, %s", got, m.Bills[0].Total)
		}
		own, err := w.gate.Money(t.Context(), w.phone(t, id), id)
		if err != nil || len(own.Amounts) != 2 || !own.Amounts[0].Daily || own.Amounts[1].Day != day(t, "2026-10-14") || len(own.Bills[0].Lines) != 8 {
			t.Errorf("the family sees %+v %v", own, err)
		}
	})
}

// A credit tells what was bought since the first prepayment, and a forecast what was used
// in the year before: neither is told where those days were not agreed to.
func TestMoneyRestsOnNoDayBeforeWhatWasAgreedTo(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		for _, c := range []struct {
			from, since          string
			forecast, credit, is bool
		}{
			{"2026-05-01", "2026-05-01", true, true, true},
			{"2026-05-02", "2026-05-01", false, false, true},
			{"2026-06-02", "2026-05-01", false, false, false},
			{"", "2026-05-01", true, true, true},
			{"2026-05-02", "", false, false, true},
			{"", "", true, true, true}, // computed before it was kept
		} {
			id := w.family(t, "Foyer "+c.from+c.since)
			w.exec(t, `DELETE FROM result WHERE family = $1`, id)
			w.result(t, id, "settlement", day(t, "2026-11-01"), day(t, "2026-12-01"), "1.00", "cost", consent.Monthly, household.Settlement{Contracts: []household.Balance{{
				Fuel: "electricity", From: "2026-06-01", To: "2027-06-01", Elapsed: 150, Known: 140, Paid: "375.00", Aid: "48.00",
				Forecast: new("900.00"), ForecastLow: new("860.00"), ForecastHigh: new("940.00"), ForecastSince: c.since,
				Credit: new("14.20"), DaysLeft: new(6), DaysLow: new(4), DaysHigh: new(8), CreditSince: c.since,
			}}})
			form := registry.Form{Notice: "1", Medium: "paper", Paper: "folder 1"}
			if c.from != "" {
				form.DataFrom = day(t, c.from).Start(paris)
			}
			scopes := []consent.Scope{{Purpose: consent.CooperativeSummary, Recipient: consent.ToCooperative, Category: consent.Cost, Granularity: consent.Daily}}
			if err := w.registry.Give(t.Context(), id, scopes, form); err != nil {
				t.Fatal(err)
			}
			m, err := w.gate.Money(t.Context(), w.caseworker, id)
			if err != nil || len(m.Accounts) > 0 != c.is {
				t.Fatalf("from %q: %+v %v", c.from, m, err)
			}
			if a := m.Accounts; c.is && ((a[0].Forecast != nil) != c.forecast || (a[0].Credit != nil) != c.credit || (a[0].Days != nil) != c.credit) {
				t.Errorf("from %q, resting on %q: %+v", c.from, c.since, a[0])
			}
		}
	})
}

func TestNoBillTellsOfWhoCameAfterOrLivedThereBefore(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		for _, c := range []struct {
			name, kind, at, said string
			again, cleared, show bool
		}{
			{"still there", "", "", "", false, false, true},
			{"left in the month, counted again", "left", "2026-10-10", "2026-11-05", true, false, true},
			{"left in the month, nothing to count again", "left", "2026-10-10", "2026-11-05", false, false, true},
			{"left before the month", "left", "2026-09-20", "2026-11-05", false, true, false},
			{"left after the month", "left", "2026-11-01", "2026-11-05", false, false, true},
			{"came in the month", "taken", "2026-10-10", "2026-11-05", true, false, true},
			{"came before the month", "taken", "2026-10-01", "2026-11-05", true, false, true},
		} {
			id := w.family(t, c.name)
			w.exec(t, `DELETE FROM result WHERE family = $1`, id)
			w.billed(t, id, day(t, "2026-11-02").Start(paris), 9900)
			if c.kind != "" {
				w.exec(t, `INSERT INTO meter (id, gateway, role, state, first_seen) VALUES ($1, 'g', 'electricity', 'claimed', 0)`, "m"+c.name)
				w.exec(t, `INSERT INTO meter_change (meter, kind, at, family, said_at) VALUES ($1, $2, $3, $4, $5)`,
					"m"+c.name, c.kind, millis(day(t, c.at).Start(paris)), id, millis(day(t, c.said).Start(paris)))
			}
			if c.again {
				w.billed(t, id, day(t, "2026-11-06").Start(paris), 3550)
			}
			if c.cleared {
				if err := db.FileResults(t.Context(), household.Filing{Family: id, At: day(t, "2026-11-06").Start(paris), Bills: []household.Bill{{Month: "2026-10", Over: true}}}); err != nil {
					t.Fatal(err)
				}
			}
			w.agrees(t, id, consent.FamilyView, consent.CooperativeSummary)
			m, err := w.gate.Money(t.Context(), w.phone(t, id), id)
			if err != nil || len(m.Bills) > 0 != c.show {
				t.Errorf("%s: %+v %v", c.name, m.Bills, err)
				continue
			}
			// What was taken for the family's shows in no difference either, unless it was the family's.
			superseded := c.again && c.at > "2026-10-01"
			if c.show && c.again && (m.Bills[0].Before == nil) != superseded {
				t.Errorf("%s: after %v", c.name, m.Bills[0].Before)
			}
			past, err := w.gate.MoneyAsOf(t.Context(), w.phone(t, id), id, day(t, "2026-11-03").Start(paris))
			if hidden := superseded || c.cleared; err != nil || (len(past.Bills) == 0) != hidden {
				t.Errorf("%s: as of before it was said: %+v %v", c.name, past.Bills, err)
			}
			// Until its days are counted again nothing is shown.
			if c.kind == "left" && c.show && c.at < "2026-11-01" {
				w.exec(t, `INSERT INTO dirty_day (family, day) VALUES ($1, '2026-10-11')`, id)
				if m, err := w.gate.Money(t.Context(), w.phone(t, id), id); err != nil || len(m.Bills) > 0 {
					t.Errorf("%s: before it is counted again: %+v %v", c.name, m.Bills, err)
				}
			}
		}
	})
}

// A bill is agreed to as a whole: nothing stands for a month of which a part was not.
func TestNoPartOfAMonthStandsForItsBill(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		for _, c := range []struct {
			from, to string
			show     bool
		}{{"2026-10-01", "2026-11-01", true}, {"2026-10-02", "", false}, {"2026-09-01", "2026-10-20", false}} {
			id := w.family(t, "Foyer "+c.from)
			w.exec(t, `DELETE FROM result WHERE family = $1`, id)
			w.exec(t, `DELETE FROM bill_line WHERE family = $1`, id)
			w.priceRose(t, id, noon.Add(-time.Hour))
			form := registry.Form{DataFrom: day(t, c.from).Start(paris)}
			if c.to != "" {
				form.DataTo = day(t, c.to).Start(paris)
			}
			if err := w.registry.Give(t.Context(), id, consent.Offer(consent.CooperativeSummary), form); err != nil {
				t.Fatal(err)
			}
			m, err := w.gate.Money(t.Context(), w.caseworker, id)
			if err != nil || len(m.Bills) > 0 != c.show {
				t.Errorf("%+v: %+v %v", c, m.Bills, err)
			}
			n := w.count(t, `SELECT COUNT(*) FROM v_bill_past WHERE family = $1 AND purpose = 'cooperative_summary' AND issue = 2`, id)
			k := w.count(t, `SELECT COUNT(*) FROM v_cost WHERE family = $1 AND purpose = 'cooperative_summary' AND month = '2026-10'`, id)
			if want := map[bool]int{true: 8}[c.show]; n != want || k != want {
				t.Errorf("%+v: %d lines of the bill and %d of the cost, want %d", c, n, k, want)
			}
		}
	})
}

// What other tariffs would have cost goes to the family alone, where it agreed to see its
// cost by month, of months that lie in what it agreed to.
func TestWhatOtherTariffsCostIsTheFamilys(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		months := day(t, "2026-11-01")
		for from := range 12 {
			m := energy.DayOf(time.Date(2025, time.Month(11+from), 1, 0, 0, 0, 0, time.UTC), time.UTC)
			next := energy.DayOf(time.Date(2025, time.Month(12+from), 1, 0, 0, 0, 0, time.UTC), time.UTC)
			w.result(t, id, "other_tariffs", m, next, "10.00", "cost", consent.Monthly, household.OtherTariffs{Offers: []household.OtherTariff{
				{Fuel: "electricity", Own: "a", Tariff: "b", Known: next.Sub(m), OwnCost: "10.00", Cost: "9.00"},
			}})
		}
		phone := w.phone(t, id)
		for who, aud := range map[string]disclosure.Audience{"caseworker": w.caseworker, "machine": w.machine, "operator": w.operator, "a phone before it agreed": phone} {
			if x, err := w.gate.WhatIf(t.Context(), aud); !errors.Is(err, disclosure.ErrWithheld) || len(x.Tariffs) > 0 {
				t.Errorf("%s: %+v %v", who, x, err)
			}
		}
		form := registry.Form{Notice: "1", Medium: "paper", Paper: "folder 1", DataFrom: day(t, "2026-01-01").Start(paris)}
		if err := w.registry.Bundle(t.Context(), id, form, false, consent.FamilyView); err != nil {
			t.Fatal(err)
		}
		if x, err := w.gate.WhatIf(t.Context(), phone); err != nil || len(x.Tariffs) != 1 || x.Tariffs[0].Cost != nil || x.Tariffs[0].Known != 304 || x.To != months {
			t.Errorf("ten months: %+v %v", x, err)
		}
		w.agrees(t, id, consent.FamilyView)
		x, err := w.gate.WhatIf(t.Context(), phone)
		if err != nil || len(x.Tariffs) != 1 || x.Tariffs[0].Cost.String() != "108.00" || x.Tariffs[0].OwnCost.String() != "120.00" || x.Tariffs[0].Known != 365 {
			t.Errorf("%+v %v", x, err)
		}
		if n := w.count(t, `SELECT COUNT(*) FROM access WHERE family = $1 AND view = 'what_if'`, id); n != 2 {
			t.Errorf("%d accesses are written down", n)
		}
	})
}

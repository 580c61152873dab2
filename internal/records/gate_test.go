package records

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

func TestNothingLeavesWithoutConsent(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		for _, aud := range []disclosure.Audience{w.caseworker, w.operator, w.machine} {
			if got := w.everything(t, aud, id); got != "" {
				t.Errorf("%s: %s", aud.Kind(), got)
			}
		}
		if w.sent(t, id, consent.ToCooperative) || w.sent(t, id, consent.ToFamily) {
			t.Error("an alert is told")
		}
		home, err := w.gate.Home(t.Context(), w.phone(t, id))
		want := disclosure.Home{State: disclosure.Stopped, At: noon, Zone: home.Zone, Language: "fr"}
		if err != nil || fmt.Sprint(home) != fmt.Sprint(want) {
			t.Errorf("%+v %v", home, err)
		}
	})
}

func TestWithdrawnConsentHidesOnTheNextRead(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.agrees(t, id, consent.FamilyView, consent.CooperativeSummary, consent.Alert)
		if w.everything(t, w.caseworker, id) == "" {
			t.Fatal("nothing is given though all is agreed to")
		}
		if !w.sent(t, id, consent.ToCooperative) || !w.sent(t, id, consent.ToFamily) {
			t.Fatal("an alert is not told though it is agreed to")
		}
		if err := w.registry.WithdrawAll(t.Context(), id, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		if w.sent(t, id, consent.ToCooperative) || w.sent(t, id, consent.ToFamily) {
			t.Error("an alert is told")
		}
		for _, aud := range []disclosure.Audience{w.caseworker, w.operator, w.machine} {
			if got := w.everything(t, aud, id); got != "" {
				t.Errorf("%s: %s", aud.Kind(), got)
			}
		}
		if home, err := w.gate.Home(t.Context(), w.phone(t, id)); err != nil || home.State != disclosure.Stopped || home.Month != nil {
			t.Errorf("%+v %v", home, err)
		}
		w.agrees(t, id, consent.CooperativeSummary)
		if _, err := w.gate.Family(t.Context(), w.caseworker, id); err != nil {
			t.Errorf("given again: %v", err)
		}
	})
}

func TestAlertWithdrawnAloneLeavesTheSummary(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.agrees(t, id, consent.CooperativeSummary, consent.Alert)
		s, err := w.gate.Family(t.Context(), w.caseworker, id)
		if err != nil || s.OpenAlerts == nil || *s.OpenAlerts != 2 {
			t.Fatalf("%+v %v", s, err)
		}
		if err := w.registry.Withdraw(t.Context(), id, consent.Offer(consent.Alert), registry.Form{}); err != nil {
			t.Fatal(err)
		}
		if s, err := w.gate.Family(t.Context(), w.caseworker, id); err != nil || s.OpenAlerts != nil {
			t.Errorf("%+v %v", s, err)
		}
		if page, err := w.gate.Alerts(t.Context(), w.caseworker, disclosure.AlertQuery{}); err != nil || len(page.Alerts) > 0 {
			t.Error(page, err)
		}
	})
}

func TestSummaryShowsWhatWasAgreedToAndNoMore(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.agrees(t, id, consent.CooperativeSummary)
		s, err := w.gate.Family(t.Context(), w.caseworker, id)
		if err != nil || s.Label != "Foyer 01" || s.LastMonth == nil || s.Effort == nil || s.Cold == nil {
			t.Fatalf("%+v %v", s, err)
		}
		if s.LastMonth.Month != "2026-10" || *s.LastMonth.Cost != 7540 || *s.LastMonth.Energy != 300_000_000 || s.LastMonth.Energy.KWh() != "300.000000" {
			t.Errorf("%+v", s.LastMonth)
		}
		if s.Effort.Value != "0.104" || s.Cold.Hours.String() != "4.500" || s.Cold.Day != day(t, "2026-11-25") {
			t.Errorf("%+v %+v", s.Effort, s.Cold)
		}
		// Months were agreed to: the running one, read every day, would tell the days.
		if s.Month != nil {
			t.Errorf("the running month leaves: %+v", s.Month)
		}
		if text := w.everything(t, w.caseworker, id); strings.Contains(text, "canary-income") || strings.Contains(text, "1800") {
			t.Error("inputs of the effort rate leave")
		}
		scope := func(c consent.Category) consent.Scope {
			return consent.Scope{Purpose: consent.CooperativeSummary, Recipient: consent.ToCooperative, Category: c, Granularity: consent.Annual}
		}
		if err := w.registry.Withdraw(t.Context(), id, []consent.Scope{scope(consent.Cost), scope(consent.IndoorClimate)}, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		s, err = w.gate.Family(t.Context(), w.caseworker, id)
		if err != nil || s.LastMonth == nil || s.LastMonth.Cost != nil || s.LastMonth.Energy == nil || s.Cold != nil || s.Effort == nil {
			t.Errorf("%+v %v", s, err)
		}
	})
}

func TestUsageIsAsFineAsAgreedTo(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		give := func(g consent.Granularity) {
			t.Helper()
			scope := consent.Scope{Purpose: consent.CooperativeSummary, Recipient: consent.ToCooperative, Category: consent.Consumption, Granularity: g}
			if err := w.registry.Give(t.Context(), id, []consent.Scope{scope}, registry.Form{}); err != nil {
				t.Fatal(err)
			}
		}
		periods := func(what string) int {
			t.Helper()
			u, err := w.gate.Usage(t.Context(), w.caseworker, id, by(t, what))
			if errors.Is(err, disclosure.ErrWithheld) {
				return -1
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range u.Periods {
				if p.Cost != nil {
					t.Error("cost leaves with consumption alone")
				}
			}
			return len(u.Periods)
		}
		steps := []struct {
			give             consent.Granularity
			month, day, slot int
		}{
			{consent.Annual, -1, -1, -1},
			{consent.Monthly, 0, -1, -1}, // the month is running
			{consent.Daily, 1, 25, -1},
			{consent.HalfHourly, 1, 25, 25},
		}
		for _, s := range steps {
			give(s.give)
			if m, d, h := periods("month"), periods("day"), periods("slot"); m != s.month || d != s.day || h != s.slot {
				t.Errorf("%s: %d months, %d days, %d slots", s.give, m, d, h)
			}
		}
		// To take days back takes half-hours back too.
		daily := consent.Scope{Purpose: consent.CooperativeSummary, Recipient: consent.ToCooperative, Category: consent.Consumption, Granularity: consent.Daily}
		if err := w.registry.Withdraw(t.Context(), id, []consent.Scope{daily}, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		if m, d, h := periods("month"), periods("day"), periods("slot"); m != 0 || d != -1 || h != -1 {
			t.Errorf("after days were taken back: %d %d %d", m, d, h)
		}
	})
}

func TestDataOutsideThePeriodStaysHidden(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		from, to := day(t, "2026-11-10"), day(t, "2026-11-20")
		var scopes []consent.Scope
		for _, c := range []consent.Category{consent.Consumption, consent.Cost, consent.IndoorClimate} {
			scopes = append(scopes, consent.Scope{Purpose: consent.CooperativeSummary, Recipient: consent.ToCooperative, Category: c, Granularity: consent.Daily},
				consent.Scope{Purpose: consent.Alert, Recipient: consent.ToCooperative, Category: c, Granularity: consent.Daily})
		}
		form := registry.Form{DataFrom: from.Start(paris), DataTo: to.Start(paris)}
		if err := w.registry.Give(t.Context(), id, scopes, form); err != nil {
			t.Fatal(err)
		}
		q := disclosure.UsageQuery{By: "day", From: day(t, "2026-10-01"), To: day(t, "2026-12-01")}
		u, err := w.gate.Usage(t.Context(), w.caseworker, id, q)
		if err != nil || len(u.Periods) != 10 || u.Periods[0].Name != "2026-11-10" || u.Periods[9].Name != "2026-11-19" {
			t.Errorf("%d periods %v", len(u.Periods), err)
		}
		for _, p := range u.Periods {
			if p.Cost == nil || *p.Cost != 213 {
				t.Errorf("%+v", p)
			}
		}
		q.By = "month"
		if u, err := w.gate.Usage(t.Context(), w.caseworker, id, q); err != nil || len(u.Periods) > 0 {
			t.Errorf("old months leave: %+v %v", u.Periods, err)
		}
		s, err := w.gate.Family(t.Context(), w.caseworker, id)
		if err != nil || s.LastMonth != nil || s.Cold == nil || s.Cold.Day != day(t, "2026-11-19") {
			t.Errorf("%+v %v", s, err)
		}
		if page, err := w.gate.Alerts(t.Context(), w.caseworker, disclosure.AlertQuery{}); err != nil || len(page.Alerts) > 0 {
			t.Errorf("an alert from outside the period leaves: %+v %v", page, err)
		}
	})
}

func TestConsentEndsByItself(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		form := registry.Form{Expires: time.Now().Add(1500 * time.Millisecond)}
		if err := w.registry.Bundle(t.Context(), id, form, false, consent.CooperativeSummary); err != nil {
			t.Fatal(err)
		}
		if _, err := w.gate.Family(t.Context(), w.caseworker, id); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			_, err := w.gate.Family(t.Context(), w.caseworker, id)
			if errors.Is(err, disclosure.ErrWithheld) {
				if time.Now().Before(form.Expires.Truncate(time.Millisecond)) {
					t.Error("ended too early")
				}
				return
			}
			if time.Now().After(deadline) {
				t.Fatal("never ends", err)
			}
		}
	})
}

func TestNobodySeesAnything(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.agrees(t, id, consent.FamilyView, consent.CooperativeSummary, consent.Alert)
		var nobody disclosure.Audience
		ctx := t.Context()
		_, errs := w.gate.Home(ctx, nobody)
		for name, err := range map[string]error{
			"home":       errs,
			"families":   second(w.gate.Families(ctx, nobody)),
			"family":     second(w.gate.Family(ctx, nobody, id)),
			"usage":      second(w.gate.Usage(ctx, nobody, id, by(t, "month"))),
			"alerts":     second(w.gate.Alerts(ctx, nobody, disclosure.AlertQuery{})),
			"alert":      second(w.gate.Alert(ctx, nobody, fmt.Sprintf("a-%s-cold_home", id))),
			"take":       second(w.gate.Acknowledge(ctx, nobody, fmt.Sprintf("a-%s-cold_home", id), 1)),
			"close":      second(w.gate.Resolve(ctx, nobody, fmt.Sprintf("a-%s-cold_home", id), 1, "visit", "")),
			"changes":    second(w.gate.Changes(ctx, nobody, 0)),
			"position":   second(w.gate.Position(ctx, nobody)),
			"agreements": second(w.gate.Agreements(ctx, nobody)),
		} {
			if !errors.Is(err, disclosure.ErrWithheld) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, c := range []disclosure.Credential{{}, {Session: "x"}, {Bearer: "foyer_x"}, {Session: "x", Bearer: "y"}} {
			if aud, err := w.gate.Authenticate(ctx, c); !errors.Is(err, disclosure.ErrUnauthenticated) || aud != nobody {
				t.Errorf("%+v: %+v %v", c, aud, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

// Whoever is on another side of a wall sees nothing over it.
func TestAudiencesStayOnTheirSide(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		mine, theirs := w.family(t, "Foyer 01"), w.family(t, "Foyer 02")
		for _, id := range []household.FamilyID{mine, theirs} {
			w.agrees(t, id, consent.FamilyView, consent.CooperativeSummary, consent.Alert)
		}
		if got := w.everything(t, w.staff(t, "q", "caseworker"), mine); got != "" {
			t.Error("another pilot's caseworker sees", got)
		}
		me := w.phone(t, mine)
		for name, err := range map[string]error{
			"families": second(w.gate.Families(t.Context(), me)),
			"mine":     second(w.gate.Family(t.Context(), me, mine)),
			"theirs":   second(w.gate.Family(t.Context(), me, theirs)),
			"usage":    second(w.gate.Usage(t.Context(), me, theirs, by(t, "month"))),
			"alerts":   second(w.gate.Alerts(t.Context(), me, disclosure.AlertQuery{})),
			"alert":    second(w.gate.Alert(t.Context(), me, fmt.Sprintf("a-%s-cold_home", theirs))),
			"take":     second(w.gate.Acknowledge(t.Context(), me, fmt.Sprintf("a-%s-cold_home", mine), 1)),
			"changes":  second(w.gate.Changes(t.Context(), me, 0)),
		} {
			if !errors.Is(err, disclosure.ErrWithheld) {
				t.Errorf("a family asks for %s: %v", name, err)
			}
		}
		if u, err := w.gate.Usage(t.Context(), me, mine, by(t, "day")); err != nil || len(u.Periods) != 25 {
			t.Errorf("a family's own usage: %d %v", len(u.Periods), err)
		}
		if second(w.gate.Home(t.Context(), w.caseworker)) == nil || second(w.gate.Agreements(t.Context(), w.machine)) == nil {
			t.Error("others see a family's page")
		}
		if all, err := w.gate.Families(t.Context(), w.operator); err != nil || len(all) > 0 {
			t.Error("an operator sees families", all, err)
		}
	})
}

// TestTheNewestResultIsToldAlone: what begins last, and of what begins together what ends
// last, as it was last computed, of each family, where it may be seen; once, by however
// many grants.
func TestTheNewestResultIsToldAlone(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		today := energy.DayOf(noon, paris)
		for i, label := range []string{"Foyer 01", "Foyer 02", "Foyer 03"} {
			id := w.family(t, label)
			w.result(t, id, "tee", today.Add(-380), today.Add(-2), fmt.Sprint("0.", i), "indicators", consent.Monthly, household.Rate{})
			w.result(t, id, "tee", today.Add(-364), today, fmt.Sprint("4.", i), "indicators", consent.Monthly, household.Rate{})
			w.result(t, id, "tee", today.Add(-364), today, fmt.Sprint("1.", i), "indicators", consent.Monthly, household.Rate{})
			w.result(t, id, "tee", today.Add(-364), today.Add(-1), fmt.Sprint("2.", i), "indicators", consent.Monthly, household.Rate{})
			w.result(t, id, "tee", today.Add(-363), today.Add(1), fmt.Sprint("3.", i), "indicators", consent.HalfHourly, household.Rate{}) // finer than is agreed to
			if i != 1 {
				w.agrees(t, id, consent.CooperativeSummary)
			}
		}
		w.exec(t, `INSERT INTO "grant" SELECT family, purpose, recipient, category, granularity, data_from, data_to, valid_from, valid_to, consent + 1000 FROM "grant"`)
		a := consent.Access{Purpose: consent.CooperativeSummary, View: "summaries", Reader: consent.Reader{
			Kind: consent.Token, Subject: "t", Pilot: "p", Recipient: consent.ToCooperative,
		}}
		sheets, err := db.Sheets(t.Context(), a, "", household.Ask{Results: []household.Wanted{
			{Indicator: "cold_day", From: today.Add(-10), Newest: true},
			{Indicator: "tee", From: today.Add(-400), Newest: true},
			{Indicator: "cost_month", From: energy.Day{Year: 2026, Month: time.October, Date: 1}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range sheets {
			for _, r := range s.Results {
				got = append(got, fmt.Sprint(s.Family.Label, " ", r.Indicator, " ", r.From, " ", r.Value))
			}
		}
		want := []string{
			"Foyer 01 cold_day 2026-11-25 4.5", "Foyer 01 tee 2025-11-26 1.0", "Foyer 01 cost_month 2026-10-01 75.40", "Foyer 01 cost_month 2026-11-01 75.40",
			"Foyer 03 cold_day 2026-11-25 4.5", "Foyer 03 tee 2025-11-26 1.2", "Foyer 03 cost_month 2026-10-01 75.40", "Foyer 03 cost_month 2026-11-01 75.40",
		}
		if !slices.Equal(got, want) {
			t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

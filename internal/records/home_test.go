package records

import (
	"fmt"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// hears gives a family a meter that last spoke at an instant and speaks every 10 minutes.
func (w town) hears(t *testing.T, id household.FamilyID, role household.Role, at time.Time) energy.MeterID {
	t.Helper()
	m, err := w.registry.Lookup(t.Context(), registry.DeviceRef{Gateway: "gw", Scheme: "tasmota", ID: fmt.Sprint(id, role)})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.registry.Claim(t.Context(), registry.Claim{Meter: m.ID, Family: id, Role: role, From: noon.AddDate(0, 0, -40)}); err != nil {
		t.Fatal(err)
	}
	w.exec(t, `INSERT INTO latest (meter, register, at, value) VALUES ($1, 'energy_import', $2, 1), ($1, 'power', $3, 1)`, m.ID, at.UnixMilli(), at.Add(-time.Hour).UnixMilli())
	w.exec(t, `INSERT INTO meter_pulse (meter, interval_ms) VALUES ($1, 600000)`, m.ID)
	return m.ID
}

// quiet ends every running alert of a family.
func (w town) quiet(t *testing.T, id household.FamilyID, rules ...string) {
	t.Helper()
	for _, rule := range rules {
		w.exec(t, `UPDATE alert SET state = 'resolved' WHERE family = $1 AND rule = $2`, id, rule)
	}
}

func TestHomeShowsTheFamilyItsFigures(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		w.agrees(t, id, consent.FamilyView)
		w.hears(t, id, household.Electricity, noon.Add(-5*time.Minute))
		w.quiet(t, id, "cold_home", "spending")
		w.exec(t, `UPDATE contract SET instalment = 9000 WHERE family = $1`, id)
		h, err := w.gate.Home(t.Context(), w.phone(t, id))
		if err != nil || h.State != disclosure.Normal || h.Silent || h.Zone.String() != "Europe/Paris" || h.Language != "fr" {
			t.Fatalf("%+v %v", h, err)
		}
		if !h.LastData.Equal(noon.Add(-5*time.Minute)) || h.Hourly || len(h.Agreed) != 4 || h.Phones != 1 {
			t.Errorf("%+v", h)
		}
		if h.Today == nil || *h.Today.Cost != 213 || *h.Today.UsualByNow != 235 || !h.Today.Until.Equal(noon) || h.Today.Estimated {
			t.Errorf("today %+v", h.Today)
		}
		if h.Yesterday == nil || h.Yesterday.Day != day(t, "2026-11-24") || h.Yesterday.Energy.KWh() != "10.000000" || *h.Usual != 235 {
			t.Errorf("yesterday %+v, usual %v", h.Yesterday, h.Usual)
		}
		if len(h.Week) != 7 || h.Week[0].Day != day(t, "2026-11-18") || h.Week[6].Missing {
			t.Errorf("week %+v", h.Week)
		}
		m := h.Month
		if m == nil || m.Month != "2026-11" || *m.Cost != 7540 || *m.Budget != 9000 || m.Over || m.DaysLeft != 6 || *m.Forecast != (disclosure.Forecast{Low: 8010, Central: 8801, High: 9500}) {
			t.Errorf("month %+v", m)
		}
		if h.Indoor == nil || h.Indoor.Temp.String() != "17.250" || h.Indoor.Threshold != 18000 || *h.Indoor.Hours != 4500 {
			t.Errorf("indoor %+v", h.Indoor)
		}
		if h.Tariff == nil || h.Tariff.ID != "fr-bleu-base" || h.Tariff.PowerKVA != 6 {
			t.Errorf("tariff %+v", h.Tariff)
		}
	})
}

func TestTheFirstStateThatHoldsIsShown(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01") // cold, spending, and above its instalment of 75 €
		me := w.phone(t, id)
		state := func(want disclosure.State, reason string) disclosure.Home {
			t.Helper()
			h, err := w.gate.Home(t.Context(), me)
			if err != nil || h.State != want {
				t.Fatalf("%s %v, want %s", h.State, err, want)
			}
			if (reason == "") != (h.Reason == nil) || h.Reason != nil && h.Reason.Key != reason {
				t.Errorf("%s: reason %+v", want, h.Reason)
			}
			return h
		}
		state(disclosure.Stopped, "")
		w.agrees(t, id, consent.FamilyView)
		meter := w.hears(t, id, household.Electricity, noon)
		state(disclosure.Cold, "alert.cold_home")
		w.quiet(t, id, "cold_home")
		if h := state(disclosure.Budget, ""); !h.Month.Over {
			t.Error("not over")
		}
		w.exec(t, `UPDATE contract SET instalment = 0 WHERE family = $1`, id)
		if h := state(disclosure.Drift, "alert.spending"); h.Month.Budget != nil {
			t.Error("a budget of nothing")
		}
		w.quiet(t, id, "spending")
		state(disclosure.Normal, "")
		w.exec(t, `UPDATE result SET status = 'insufficient_data', value = '' WHERE family = $1 AND category = 'cost'`, id)
		if h := state(disclosure.Uncounted, ""); h.Unpriced {
			t.Error("too few readings are no missing price")
		}
		w.exec(t, `UPDATE result SET status = 'indeterminate' WHERE family = $1 AND category = 'cost'`, id)
		if h := state(disclosure.Uncounted, ""); !h.Unpriced {
			t.Error("a missing price is not said")
		}
		w.exec(t, `UPDATE latest SET at = at - 10800000 WHERE meter = $1`, meter) // three hours
		h := state(disclosure.Silent, "")
		if !h.Silent || h.Today != nil || h.Month == nil || h.LastData.IsZero() {
			t.Errorf("a silent meter shows today: %+v", h)
		}
		w.alert(t, id, "silent_meter", "consumption", household.Normal)
		state(disclosure.Silent, "alert.silent_meter")
		for _, table := range []string{"usage_day", "usage_slot", "usage_month", "result", "bill_line"} {
			w.exec(t, `DELETE FROM `+table+` WHERE family = $1`, id)
		}
		w.exec(t, `DELETE FROM latest WHERE meter = $1`, meter)
		if h := state(disclosure.NoData, ""); h.Week != nil || h.Month != nil || h.Indoor != nil || h.Yesterday != nil {
			t.Errorf("figures from nothing: %+v", h)
		}
		if err := w.registry.WithdrawAll(t.Context(), id, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		if h := state(disclosure.Stopped, ""); h.Tariff != nil || h.Agreed != nil || h.Reads != nil || h.Phones != 0 {
			t.Errorf("%+v", h)
		}
	})
}

func TestAPageWithoutCostShowsNoEuro(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		scope := consent.Scope{Purpose: consent.FamilyView, Recipient: consent.ToFamily, Category: consent.Consumption, Granularity: consent.HalfHourly}
		if err := w.registry.Give(t.Context(), id, []consent.Scope{scope}, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		w.hears(t, id, household.Electricity, noon)
		h, err := w.gate.Home(t.Context(), w.phone(t, id))
		if err != nil || h.State != disclosure.Normal || !h.Hourly || h.Today != nil || h.Usual != nil || h.Tariff != nil || h.Indoor != nil {
			t.Fatalf("%+v %v", h, err)
		}
		if h.Month == nil || h.Month.Cost != nil || h.Month.Budget != nil || h.Month.Forecast != nil || *h.Month.Energy != 300_000_000 {
			t.Errorf("%+v", h.Month)
		}
		for _, d := range h.Week {
			if d.Cost != nil || d.Energy == nil {
				t.Errorf("%+v", d)
			}
		}
	})
}

func TestTheConsentScreenSaysWhatHolds(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		me := w.phone(t, id)
		boxes := func() map[string]disclosure.Offer {
			t.Helper()
			a, err := w.gate.Agreements(t.Context(), me)
			if err != nil || a.Language != "fr" {
				t.Fatal(a, err)
			}
			all := map[string]disclosure.Offer{}
			for _, o := range a.Offers {
				all[o.Name] = o
			}
			return all
		}
		for name, o := range boxes() {
			if o.Agreed || o.Partly || !o.Since.IsZero() || len(o.Scopes) == 0 {
				t.Errorf("%s: %+v", name, o)
			}
		}
		w.agrees(t, id, consent.FamilyView)
		partly := []consent.Scope{consent.Offer(consent.Alert)[0]}
		if err := w.registry.Give(t.Context(), id, partly, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		got := boxes()
		if o := got["family_view"]; !o.Agreed || o.Since.IsZero() || o.Expires.Sub(o.Since) != 365*24*time.Hour {
			t.Errorf("%+v", o)
		}
		if o := got["hourly"]; o.Agreed || o.Partly {
			t.Errorf("half-hours were agreed to by themselves: %+v", o)
		}
		if o := got["alert"]; o.Agreed || !o.Partly {
			t.Errorf("%+v", o)
		}
		if len(got) != len(consent.Purposes)+2 { // half-hours and questions are boxes of their own
			t.Error(got)
		}
	})
}

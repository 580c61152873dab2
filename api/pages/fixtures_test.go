package pages

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/journal"
)

func euros(cents int64) *disclosure.Cents { c := disclosure.Cents(cents); return &c }

// today is a Sunday afternoon in Paris.
func today(t *testing.T) time.Time {
	t.Helper()
	return time.Date(2026, 11, 22, 15, 4, 0, 0, paris(t))
}

// homes returns the page of a family in each state there is, and some between.
func homes(t *testing.T) map[string]disclosure.Home {
	zone := paris(t)
	now := today(t)
	day := energy.DayOf(now, zone)
	week := func(cents ...int64) []disclosure.DayFigure {
		var days []disclosure.DayFigure
		for i, c := range cents {
			kwh := disclosure.MilliWh(c * 38_461)
			days = append(days, disclosure.DayFigure{Day: day.Add(i - len(cents)), Cost: euros(c), Energy: &kwh, Seen: 24 * time.Hour, Of: 24 * time.Hour})
		}
		return days
	}
	base := func(state disclosure.State) disclosure.Home {
		h := disclosure.Home{
			State: state, At: now, Zone: zone, Language: "fr", LastData: now.Add(-4 * time.Minute),
			Today: &disclosure.TodayFigure{
				DayFigure: disclosure.DayFigure{Day: day, Cost: euros(184)},
				Until:     now.Add(-4 * time.Minute), UsualByNow: euros(219),
			},
			Month:  &disclosure.MonthFigure{Month: "2026-11", Cost: euros(5240), Budget: euros(7500), DaysLeft: 8, Forecast: &disclosure.Forecast{Low: 6800, Central: 7110, High: 7400}},
			Week:   week(231, 268, 244, 310, 296, 252, 238),
			Usual:  euros(262),
			Indoor: &disclosure.Indoor{Temp: 19_200, At: now.Add(-4 * time.Minute), Threshold: 18_000},
			Phones: 1,
		}
		h.Yesterday = &h.Week[6]
		return h
	}
	all := map[string]disclosure.Home{
		"normal":  base(disclosure.Normal),
		"drift":   base(disclosure.Drift),
		"budget":  base(disclosure.Budget),
		"cold":    base(disclosure.Cold),
		"silent":  base(disclosure.Silent),
		"nodata":  {State: disclosure.NoData, At: now, Zone: zone, Language: "fr", Phones: 1},
		"stopped": {State: disclosure.Stopped, At: now, Zone: zone, Language: "fr"},
	}
	edit := func(name string, f func(*disclosure.Home)) {
		h := all[name]
		f(&h)
		all[name] = h
	}
	edit("drift", func(h *disclosure.Home) {
		h.Reason = &disclosure.Reason{Key: "alert.spending", Args: map[string]string{"days": "3"}}
		h.Week = week(231, 268, 244, 252, 402, 418, 391)
		h.Today.Cost = euros(305)
		h.Month.Forecast.Central = 8420
	})
	edit("budget", func(h *disclosure.Home) {
		h.Week, h.Usual = week(1231, 968, 1244, 1410, 1396, 1152, 1638), euros(1080)
		h.Today.Cost, h.Today.UsualByNow = euros(912), euros(756)
		h.Month.Cost, h.Month.Over = euros(8180), true
		h.Month.Forecast.Central = 10530
		h.Indoor = nil
	})
	edit("cold", func(h *disclosure.Home) {
		h.Indoor.Temp = 15_300
		h.Week = week(131, 128, 144, 110, 96, 102, 98)
		h.Today.Cost, h.Today.UsualByNow = euros(61), euros(82)
		h.Month.Cost, h.Month.Forecast = euros(2410), &disclosure.Forecast{Central: 3290}
		h.Month.Budget = nil
		h.Usual = euros(121)
	})
	for name := range all { // the day before is the last of the week, also of a changed one
		edit(name, func(h *disclosure.Home) {
			if len(h.Week) > 0 {
				h.Yesterday = &h.Week[len(h.Week)-1]
			}
		})
	}
	all["paused"] = all["stopped"]
	for name, figure := range map[string]func(*disclosure.Home){
		// A cold home whose meter does not answer either: every figure is dated.
		"cold-silent": func(h *disclosure.Home) { h.Silent, h.Today, h.LastData = true, nil, now.Add(-25*time.Hour) },
		// Only what costs a day late, and little else.
		"late":      func(h *disclosure.Home) { h.Today, h.Month.Forecast, h.Month.Budget, h.Indoor = nil, nil, nil, nil },
		"uncounted": func(h *disclosure.Home) { h.Today, h.Yesterday, h.Month, h.Week, h.Usual = nil, nil, nil, nil, nil },
		"unpriced": func(h *disclosure.Home) {
			h.Unpriced, h.Today, h.Yesterday, h.Usual = true, nil, nil, nil
			h.Month.Cost, h.Month.Forecast = nil, nil
			for i := range h.Week {
				h.Week[i].Cost = nil
			}
		},
		"works": func(h *disclosure.Home) {
			h.Savings = &disclosure.SavingsFigure{
				From: day.Add(-200), To: day.Add(165), Works: []string{"insulation"}, Status: household.Provisional, Reason: "year_not_over",
				Energy: &disclosure.SavedEnergy{Low: 210e6, Central: 264e6, High: 318e6, LowShare: "0.0966", Share: "0.1214", HighShare: "0.1463"},
			}
		},
		"works-unsure": func(h *disclosure.Home) {
			h.Savings = &disclosure.SavingsFigure{
				From: day.Add(-400), To: day.Add(-35), Works: []string{"advice"}, Status: household.OK,
				Energy: &disclosure.SavedEnergy{Low: -10e6, Central: 20e6, High: 50e6, LowShare: "-0.005", Share: "0.01", HighShare: "0.025"},
			}
		},
		"works-soon": func(h *disclosure.Home) {
			ready := day.Add(20)
			h.Savings = &disclosure.SavingsFigure{From: day.Add(-10), To: day.Add(355), Works: []string{"heating"}, Status: household.InsufficientData, Reason: "too_soon_after_works", Ready: &ready}
		},
		"works-never": func(h *disclosure.Home) {
			h.Savings = &disclosure.SavingsFigure{From: day.Add(-100), To: day.Add(265), Works: []string{"heating"}, Status: household.InsufficientData, Reason: "too_many_days_with_missing_data"}
		},
		"works-colder": func(h *disclosure.Home) {
			h.Savings = &disclosure.SavingsFigure{From: day.Add(-400), To: day.Add(-35), Works: []string{"heating"}, Status: household.NotApplicable, Reason: "not_eligible_comfort"}
		},
		"works-cooler": func(h *disclosure.Home) {
			fell := int64(1_840)
			h.Savings = &disclosure.SavingsFigure{From: day.Add(-400), To: day.Add(-35), Works: []string{"heating"}, Status: household.NotApplicable, Reason: "not_eligible_comfort", Cooler: &fell}
		},
		"warm": func(h *disclosure.Home) { h.Indoor.Temp = 26_400; h.Today.Estimated, h.Month.Estimated = true, true },
	} {
		state := disclosure.Normal
		switch name {
		case "cold-silent":
			state = disclosure.Cold
		case "uncounted", "unpriced":
			state = disclosure.Uncounted
		}
		h := base(state)
		figure(&h)
		all[name] = h
	}
	edit("silent", func(h *disclosure.Home) {
		h.Silent, h.Today, h.Yesterday = true, nil, nil
		h.LastData = time.Date(2026, 11, 21, 14, 0, 0, 0, zone)
		h.Indoor.At = h.LastData
		h.Week[6] = disclosure.DayFigure{Day: h.Week[6].Day, Missing: true}
		h.Week[3].Estimated = true
	})
	return all
}

// alertsOf returns a list as the Gate gives it: cold homes first.
func alertsOf(t *testing.T) []disclosure.Alert {
	t.Helper()
	now := today(t)
	last := strconv.FormatInt(now.Add(-26*time.Hour).UnixMilli(), 10)
	return []disclosure.Alert{
		{
			ID: "a1", Family: "f1", Label: "Foyer 07", Language: "fr", Rule: "cold_home", Severity: household.Urgent, State: household.Open,
			Reason: disclosure.Reason{Key: "alert.cold_home.mean", Args: map[string]string{"mean_c": "14.83", "days": "2", "limit_c": "16"}},
			Since:  now.Add(-40 * time.Minute), OpenedAt: now.Add(-40 * time.Minute), Changed: now, Version: 2,
			History: []disclosure.AlertEvent{{At: now.Add(-40 * time.Minute), Step: household.StepOpened, State: household.Open}},
		},
		{
			ID: "a2", Family: "f2", Label: "Foyer 11", Language: "ar", Rule: "cold_home", Severity: household.High, State: household.Acknowledged, By: "Nadia",
			Reason: disclosure.Reason{Key: "alert.cold_home", Args: map[string]string{"threshold_c": "18", "below_h": "61.4", "seen_h": "168", "days": "7", "mean_c": "17.1", "share": "0.37"}},
			Since:  now.Add(-29 * time.Hour), OpenedAt: now.Add(-29 * time.Hour), Changed: now, Version: 3,
			History: []disclosure.AlertEvent{
				{At: now.Add(-29 * time.Hour), Step: household.StepOpened, State: household.Open},
				{At: now.Add(-5 * time.Hour), Step: household.StepAcknowledged, State: household.Acknowledged, By: "Nadia"},
			},
		},
		{
			ID: "a3", Family: "f3", Label: "Foyer 03", Language: "fr", Rule: "spending", Severity: household.Normal, State: household.Open,
			Reason: disclosure.Reason{Key: "alert.spending", Args: map[string]string{"days": "3", "cost_eur": "6.42", "usual_eur": "4.10", "colder": "0.4"}},
			Since:  now.Add(-12 * time.Hour), OpenedAt: now.Add(-12 * time.Hour), Changed: now, Version: 2,
		},
		{
			ID: "a4", Family: "f4", Label: "Foyer 05", Language: "pt", Rule: "silent_meter", Severity: household.Normal, State: household.Open,
			Reason: disclosure.Reason{Key: "alert.silent_meter", Args: map[string]string{"last_at": last, "interval_min": "10"}},
			Since:  now.Add(-3 * 24 * time.Hour), OpenedAt: now.Add(-3 * 24 * time.Hour), Changed: now, Version: 2,
		},
	}
}

func summaries(t *testing.T) []disclosure.Summary {
	t.Helper()
	one := 1
	hours := disclosure.Milli(9_500)
	return []disclosure.Summary{
		{
			Family: "f1", Label: "Foyer 01", Language: "fr", Spends: true, Tells: true,
			Month:     &disclosure.MonthFigure{Month: "2026-11", Cost: euros(5240), Status: household.OK, Forecast: &disclosure.Forecast{Central: 7110}, DaysLeft: 8},
			LastMonth: &disclosure.MonthFigure{Month: "2026-10", Cost: euros(6120), Status: household.OK},
			Effort:    &disclosure.RateFigure{Status: household.OK, Value: "0.104"},
			Cold:      &disclosure.ColdFigure{Day: energy.DayOf(today(t), paris(t)).Add(-1), Status: household.OK, Hours: &hours},
			LastData:  today(t).Add(-4 * time.Minute), OpenAlerts: &one,
			Savings: &disclosure.SavingsFigure{
				Works: []string{"insulation"}, Status: household.Provisional, Reason: "year_not_over",
				Energy: &disclosure.SavedEnergy{Low: 210e6, Central: 264e6, High: 318e6, LowShare: "0.0966", Share: "0.1214", HighShare: "0.1463"},
			},
		},
		{
			Family: "f2", Label: "Foyer 02", Language: "fr",
			Month:    &disclosure.MonthFigure{Month: "2026-11", Cost: euros(3310), Status: household.Provisional, Estimated: true},
			Effort:   &disclosure.RateFigure{Status: household.Provisional, Value: "0.061"},
			LastData: today(t).Add(-30 * time.Hour),
			Savings:  &disclosure.SavingsFigure{Works: []string{"heating"}, Status: household.NotApplicable, Reason: "not_eligible_comfort"},
		},
		{Family: "f3", Label: "Foyer 03", Effort: &disclosure.RateFigure{Status: household.InsufficientData}, Month: &disclosure.MonthFigure{Status: household.InsufficientData}, Cold: &disclosure.ColdFigure{Status: household.Indeterminate}},
	}
}

func agreements(t *testing.T) disclosure.Agreements {
	t.Helper()
	since := today(t).AddDate(0, 0, -19)
	return disclosure.Agreements{
		Language: "fr", Zone: paris(t), Phones: 2,
		Offers: []disclosure.Offer{
			{Name: string(consent.FamilyView), Purpose: consent.FamilyView, Agreed: true, Partly: true, Since: since, Expires: since.AddDate(1, 0, 0)},
			{Name: "hourly", Purpose: consent.FamilyView},
			{Name: string(consent.Alert), Purpose: consent.Alert, Agreed: true, Partly: true, Since: since, Expires: since.AddDate(1, 0, 0)},
			{Name: string(consent.CooperativeSummary), Purpose: consent.CooperativeSummary, Partly: true, Expires: today(t).AddDate(0, 0, 9), Soon: true},
			{Name: consent.SurveyName, Purpose: consent.CooperativeSummary, Agreed: true, Partly: true, Since: since, Expires: since.AddDate(1, 0, 0)},
			{Name: string(consent.Evaluation), Purpose: consent.Evaluation, Said: consent.Given, Ended: today(t).AddDate(0, 0, -2)},
			{Name: string(consent.OpenStatistics), Purpose: consent.OpenStatistics},
			{Name: string(consent.Research), Purpose: consent.Research, Said: consent.Refused},
		},
		Held: []consent.Grant{
			{Scope: consent.Scope{Purpose: consent.FamilyView, Recipient: consent.ToFamily, Category: consent.Cost, Granularity: consent.Daily}},
			{Scope: consent.Scope{Purpose: consent.CooperativeSummary, Recipient: consent.ToCooperative, Category: consent.Consumption, Granularity: consent.Monthly}},
		},
		Acts: [][]consent.Event{
			{
				{Act: "c2", Verb: consent.Narrow, At: since.AddDate(0, 0, 3), State: consent.Withdrawn, Medium: "screen", Scope: consent.Scope{Purpose: consent.Alert, Recipient: consent.ToCooperative, Category: consent.Cost, Granularity: consent.Daily}},
				{Act: "c2", Verb: consent.Narrow, At: since.AddDate(0, 0, 3), State: consent.Given, Medium: "screen", Scope: consent.Scope{Purpose: consent.Alert, Recipient: consent.ToFamily, Category: consent.Cost, Granularity: consent.Daily}},
			},
			{{Act: "c1", At: since, State: consent.Given, Medium: "paper", Scope: consent.Scope{Purpose: consent.Alert, Recipient: consent.ToCooperative, Category: consent.Cost, Granularity: consent.Daily}}},
		},
		Reads: []disclosure.Read{
			{At: today(t).Add(-time.Hour), Kind: consent.Staff, Purpose: consent.Alert, View: "alerts", Times: 4},
			{At: today(t).Add(-26 * time.Hour), Kind: consent.Channel, Purpose: consent.Alert, View: "alert_message", Times: 1},
			{At: today(t).Add(-50 * time.Hour), Kind: consent.Token, Purpose: consent.CooperativeSummary, View: "summaries", Times: 1},
			{At: today(t).Add(-60 * time.Hour), Kind: consent.Staff, Purpose: consent.Research, View: "something new", Times: 1},
		},
	}
}

// telling is what a family said: of each kind of question one.
func telling(t *testing.T) disclosure.Telling {
	t.Helper()
	day := energy.DayOf(today(t), paris(t))
	return disclosure.Telling{At: today(t), Zone: paris(t), Today: day, Spoken: household.Spoken{
		Agreed: true, Family: household.Family{ID: "fabcdefghijklmnop", Label: "Foyer 07", Language: "fr"}, Answers: []household.Answer{
			{Question: "works", Answer: "done", Day: day.Add(-45), By: "Nadia"},
			{Question: "housing_cost", Answer: "5400.5", Day: day.Add(-9)},
			{Question: "heating_need", Answer: "9500", Day: day.Add(-9), By: "Nadia"},
			{Question: "felt_cold", Answer: "poor_insulation+cost_restriction", Day: day},
			{Question: "arrears", Answer: household.Declined, Day: day},
		},
	}}
}

// findings are answers of every kind: yes, no, a number, and each reason for none.
func findings(t *testing.T) disclosure.Findings {
	t.Helper()
	day := energy.DayOf(today(t), paris(t))
	yes, no := true, false
	week := 7 * 24 * time.Hour
	return disclosure.Findings{Family: "fabcdefghijklmnop", Label: "Foyer 07", At: today(t), Zone: paris(t), Items: []disclosure.Finding{
		{Indicator: "self_restriction_ratio", From: day.Add(-365), To: day, Status: household.Provisional, Flag: &yes, Unit: "ratio", Seen: 48 * week, Of: 52 * week},
		{Indicator: "own_counterfactual", From: day.Add(-30), To: day, Status: household.OK, Flag: &no, Value: "0.31", Unit: "ratio", Reason: "absence", Seen: 4 * week, Of: 4 * week},
		{Indicator: "weak_heating_signature", From: day.Add(-365), To: day, Status: household.NotApplicable, Unit: "yes or no", Reason: "heated_otherwise"},
		{Indicator: "eu_unable_warm", From: day.Add(-365), To: day, Status: household.Indeterminate, Unit: "yes or no", Reason: "no_answer", Seen: week, Of: week},
		{Indicator: "gas_leak", From: day.Add(-1), To: day, Status: household.OK, Flag: &yes, Unit: "yes or no", Seen: week, Of: week},
		{Indicator: "supply_interruption_events", From: day.Add(-1), To: day, Status: household.OK, Value: "2", Unit: "interruptions", Seen: week, Of: week},
		{Indicator: "night_baseload", From: day.Add(-1), To: day, Status: household.OK, Value: "83.4", Unit: "W", Seen: week, Of: week},
		{Indicator: "underheating_degree_hours", From: day.Add(-1), To: day, Status: household.OK, Flag: &yes, Value: "84", Unit: "°C·h", Seen: 20 * time.Hour, Of: 24 * time.Hour},
		{Indicator: "annualise_degree_days", From: day.Add(-365), To: day, Status: household.InsufficientData, Unit: "kWh", Reason: "little_seen", Seen: week, Of: 52 * week},
	}}
}

func phonesOf(t *testing.T) []household.Phone {
	t.Helper()
	day := today(t).UTC().Truncate(24 * time.Hour)
	return []household.Phone{
		{ID: "done", Used: day.AddDate(0, 0, -31)}, // from before Foyer noted when a phone was connected
		{ID: "dtwo", Connected: day.AddDate(0, -2, 0), Used: day, This: true},
		{ID: "dthree", Connected: day.AddDate(0, -1, 0), Used: day.AddDate(0, 0, -3)},
		{ID: "dfour", Connected: day},
	}
}

// checkpoint is one that a key of nobody signed.
var checkpoint = disclosure.Checkpoint{
	Signed: "foyer/ville\n31\n6vNKHand+f9i7aymjiufUK+JpWijdQfdJE2AKnQiUFI=\n\n— foyer/ville ZUYHRfYAZ+7piAdwcK+/GBnrxOZZOam5SxpxOyVAaQD+wUvhKvFYsJwlfsxvdLTHfWoKCw6j1Ly98Oq7GU47EQW4Wws=\n",
	Key:    "foyer/ville+65460745+AYLv5qeuPpfrBxkBeHT+2ipqNmh4boN+5o6s5qmhI2E3",
}

// journalOf has an entry of every kind, and one of a kind to come.
func journalOf(t *testing.T) []disclosure.JournalEntry {
	t.Helper()
	const rows = `"rows":2,"root":"6vNKHand+f9i7aymjiufUK+JpWijdQfdJE2AKnQiUFI="`
	var all []disclosure.JournalEntry
	for i, one := range [][2]string{
		{"start", `{"format":"foyer-journal/1"}`},
		{"key", `{"public":"foyer/ville+65460745+AYLv5qeuPpfrBxkBeHT+2ipqNmh4boN+5o6s5qmhI2E3"}`},
		{"consent", `{"verb":"narrow","state":"given","purpose":"cooperative_summary","recipient":"cooperative","category":"usage","granularity":"daily","medium":"paper","by":"staff",` + rows + `}`},
		{"access", `{"minute":"2026-11-25T13:58:00Z",` + rows + `}`},
		{"decision", `{"step":"resolved","rule":"cold_home","outcome":"visit",` + rows + `}`},
		{"tariffs", `{"changed":[{"tariff":"fr-bleu-base","digest":"9f2c"},{"tariff":"fr-bleu-hphc","digest":""}]}`},
		{"parameter", `{"name":"k","value":"20","from":"2026-12-01T00:00:00Z",` + rows + `}`},
		{"removal", `{"why":"erasure",` + rows + `}`},
		{"retention", `{"promise":{"half_hour_days":400},"rows":5120}`},
		{"later", `{"anything":true}`},
	} {
		e := disclosure.JournalEntry{Hash: "Ry2e1J8UWeR/w0fertQocGxknILC5clmMOdpJIkHX8U="}
		e.Index, e.At, e.Body = int64(1841-i), today(t).Add(-time.Duration(i)*time.Hour), json.RawMessage(one[1])
		e.Kind = journal.Kind(one[0])
		leaf, err := e.Entry.Leaf()
		if err != nil {
			t.Fatal(err)
		}
		e.Leaf = string(leaf)
		all = append(all, e)
	}
	return all
}

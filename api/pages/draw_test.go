package pages

import (
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/permission"
	"foyer/internal/text"
)

var nadia = Contact{Name: "Nadia", Phone: "05 55 00 00 00", Hours: "Du lundi au vendredi, de 9 h à 17 h."}

func paris(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

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

func site(t *testing.T) *Site {
	t.Helper()
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{
		Texts: texts, Contact: nadia, Tariff: named, Zone: paris(t), Plain: true, Log: slog.New(slog.DiscardHandler),
		Wall: func() time.Time { return today(t) }, World: func() time.Time { return today(t) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
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
		{Indicator: "annualise_degree_days", From: day.Add(-365), To: day, Status: household.InsufficientData, Unit: "kWh", Reason: "little_seen", Seen: week, Of: 52 * week},
	}}
}

// A drawing is one page in one state and language.
type drawing struct{ Name, Body string }

// drawings draws every template in every state and language.
func drawings(t *testing.T, s *Site) []drawing {
	t.Helper()
	var all []drawing
	for _, l := range s.Texts.Languages() {
		ws := func() *words { return &words{Language: l, now: today(t)} }
		add := func(name, template string, p page) {
			t.Helper()
			b, err := s.draw(template, p)
			if err != nil {
				t.Errorf("%s in %s: %v", name, l.Tag, err)
			}
			all = append(all, drawing{name + "-" + l.Tag, string(b)})
		}
		family := func(name, template, title string, view func(*words) any, change func(*words, *page)) {
			t.Helper()
			w := ws()
			p := s.familyPage(w, w.say(title), "/m/", view(w))
			change(w, &p)
			add(name, template, p)
		}
		same := func(*words, *page) {}
		nothing := func(*words) any { return nil }
		for name, h := range homes(t) {
			family("home-"+name, "family", "app.home", func(w *words) any { return drawHome(w, h, nadia, name == "paused") }, same)
		}
		family("consent", "consent", "consent.title", func(w *words) any { return drawChoices(w, agreements(t)) }, func(w *words, p *page) { p.Notice = w.say("consent.saved") })
		family("consent-none", "consent", "consent.title", func(w *words) any {
			return drawChoices(w, disclosure.Agreements{Offers: []disclosure.Offer{{Name: string(consent.FamilyView), Purpose: consent.FamilyView}}})
		}, same)
		family("receipts", "receipts", "receipts.title", func(w *words) any { return drawReceipts(w, agreements(t)) }, same)
		family("receipts-none", "receipts", "receipts.title", func(w *words) any { return drawReceipts(w, disclosure.Agreements{}) }, same)
		for _, name := range []string{"full", "credit", "unknown", "none"} {
			family("money-"+name, "money", "money.title", func(w *words) any { return drawMoney(w, monies(t)[name], "") }, same)
		}
		family("answers", "answers", "answers.title", func(w *words) any { return drawInterview(w, telling(t), false) }, func(w *words, p *page) { p.Notice = w.say("answers.saved") })
		family("answers-none", "answers", "answers.title", func(w *words) any {
			return drawInterview(w, disclosure.Telling{At: today(t), Zone: paris(t), Today: telling(t).Today, Spoken: household.Spoken{Agreed: true}}, false)
		}, func(w *words, p *page) { p.Trouble = w.say("answers.wrong.day") })
		family("answers-unasked", "answers", "answers.title", func(w *words) any {
			return drawInterview(w, disclosure.Telling{At: today(t), Zone: paris(t)}, false)
		}, same)
		family("tariffs", "tariffs", "tariffs.title", func(w *words) any { return drawTariffs(w, others(t), named) }, same)
		family("tariffs-none", "tariffs", "tariffs.title", func(w *words) any { return drawTariffs(w, disclosure.WhatIf{}, named) }, same)
		family("findings", "findings", "findings.title", func(w *words) any { return drawFindings(w, findings(t)) }, same)
		family("findings-none", "findings", "findings.title", func(w *words) any { return drawFindings(w, disclosure.Findings{}) }, same)
		family("stop", "stop", "stop.title", func(w *words) any { return w.notice("stop") }, same)
		family("erase", "erase", "erase.title", func(w *words) any { return drawWipe(w) }, same)
		family("erase-code", "erase", "erase.title", func(w *words) any {
			v := drawWipe(w)
			v.Code, v.Until = "4LQX-2ZKD-HN7T-BCW3-RYVA-56GM-PE", w.when(w.now.Add(24*time.Hour))
			return v
		}, same)
		family("erasure", "erasure", "erasure.title", func(*words) any { return erasing{} }, func(w *words, p *page) { p.Trouble = w.say("erasure.unknown") })
		family("erasure-confirmed", "erasure", "erasure.title", func(w *words) any {
			return drawErasing(w, "4LQX-2ZKD-HN7T-BCW3-RYVA-56GM-PE", household.ErasureRequest{Confirmed: w.now})
		}, same)
		family("erasure-done", "erasure", "erasure.title", func(w *words) any {
			return drawErasing(w, "4LQX-2ZKD-HN7T-BCW3-RYVA-56GM-PE", household.ErasureRequest{
				Confirmed: w.now, Erased: w.now, Until: w.now.AddDate(0, 0, 90),
				Certificate: "Foyer erasure certificate 1\nhousehold fabcdefghijklmnop\nerased 2026-11-26T09:02:03Z\nring k3xqrst5\nentry 1841\nrows 5120\nmeters 2\n\n— foyer/ville ZUYHRfYAZ+7piAdwcK+/GBnrxOZZOam5SxpxOyVAaQD+wUvhKvFYsJwlfsxvdLTHfWoKCw6j1Ly98Oq7GU47EQW4Wws=\n",
			})
		}, same)
		family("access", "access", "access.title", func(w *words) any { return drawReads(w, agreements(t).Reads) }, same)
		family("access-none", "access", "access.title", func(w *words) any { return drawReads(w, nil) }, same)
		family("export", "export", "export.title", func(w *words) any { return drawKept(w, household.Borders{}) }, same)
		family("export-kept", "export", "export.title", func(w *words) any { return drawKept(w, keptFrom(t)) }, same)
		family("invite", "invite", "invite.title", nothing, same)
		family("door", "door", "door.title", nothing, same)
		family("accessibility", "accessibility", "accessibility.title", nothing, same)
		family("charter", "charter", "charter.title", func(w *words) any {
			return s.drawCharter(w, charterOf(t), household.Borders{}, disclosure.Checkpoint{})
		}, same)
		family("charter-changed", "charter", "charter.title", func(w *words) any {
			return s.drawCharter(w, changedCharter(t), keptFrom(t), disclosure.Checkpoint{
				Signed: "foyer/ville\n31\n6vNKHand+f9i7aymjiufUK+JpWijdQfdJE2AKnQiUFI=\n\n— foyer/ville ZUYHRfYAZ+7piAdwcK+/GBnrxOZZOam5SxpxOyVAaQD+wUvhKvFYsJwlfsxvdLTHfWoKCw6j1Ly98Oq7GU47EQW4Wws=\n",
				Key:    "foyer/ville+65460745+AYLv5qeuPpfrBxkBeHT+2ipqNmh4boN+5o6s5qmhI2E3",
			})
		}, same)
		family("message", "message", "invite.used.title", func(w *words) any {
			return bulletin{Tone: "wait", Icon: "dash", Lines: []string{w.say("invite.used.text")}, Help: true, Act: &action{Text: w.say("gone.back"), Href: "/m/"}}
		}, same)

		for _, b := range []struct {
			name, title, text string
			act               bool
		}{{"gone", "gone.title", "gone.text", true}, {"refused", "refused.title", "refused.text", true}, {"broken", "broken.title", "broken.text", false}} {
			for _, kind := range []string{"family", "console"} {
				w := ws()
				n := bulletin{Title: w.say(b.title), Tone: "wait", Icon: "dash", Lines: []string{w.say(b.text)}, Help: kind == "family"}
				if b.act {
					n.Act = &action{Text: w.say("gone.back"), Href: "/m/"}
				}
				add("error-"+b.name+"-"+kind, "message", s.newPage(w, kind, n.Title, n))
			}
		}

		console := func(name, template, title, here string, view func(*words) any, change func(*words, *page)) {
			t.Helper()
			w := ws()
			p := s.newPage(w, "console", w.say(title), view(w))
			p.Here, p.Back, p.Signed, p.Alerts, p.Families = here, "/console", "Nadia", true, true
			change(w, &p)
			add(name, template, p)
		}
		console("receipt", "receipt", "receipts.title", "", func(w *words) any {
			e := agreements(t).Acts[1][0]
			e.Notice, e.Hash, e.Witness, e.Paper, e.Expires = "2026-11-26", strings.Repeat("9f2c", 16), "sabcdefghijklmnop", "classeur 3", today(t).AddDate(1, 0, 0)
			return drawPrinted(w, "fabcdefghijklmnop", []consent.Event{e})
		}, same)
		console("desk", "console", "console.title", "alerts", func(w *words) any {
			d, fresh := drawDesk(w, alertsOf(t), false)
			d.More = "/console?after=x"
			if fresh != 3 {
				t.Errorf("%d new alerts, want 3", fresh)
			}
			return d
		}, func(w *words, p *page) { p.Notice = w.say("console.done") })
		console("desk-empty", "console", "console.title", "alerts", func(w *words) any { d, _ := drawDesk(w, nil, false); return d }, same)
		console("desk-closed", "console", "console.title", "alerts", func(w *words) any {
			list := alertsOf(t)
			for i := range list {
				list[i].State = household.Resolved
			}
			list[0].By = "Nadia"
			d, _ := drawDesk(w, list, true)
			return d
		}, same)
		for i, a := range alertsOf(t) {
			console("alert-"+itoa(i), "alert", "console.title", "", func(w *words) any { return drawDossier(w, a) }, func(w *words, p *page) {
				if a.By != "" {
					p.Trouble = stale(w, disclosure.ErrStale{By: a.By, State: a.State})
				}
			})
		}
		console("alert-over", "alert", "console.title", "", func(w *words) any {
			a := alertsOf(t)[0]
			a.State, a.By = household.Resolved, "Nadia"
			a.History = append(a.History,
				disclosure.AlertEvent{At: today(t), Step: household.StepEscalated, State: household.Open},
				disclosure.AlertEvent{At: today(t), Step: household.StepAcknowledged, State: household.Acknowledged, By: "Nadia"},
				disclosure.AlertEvent{At: today(t), Step: household.StepResolved, State: household.Resolved, By: "Nadia", Outcome: "visit", Note: "Le radiateur du salon est en panne.\nVisite mardi."})
			return drawDossier(w, a)
		}, same)
		manual := s.newPage(ws(), "console", "Interface", Manual{
			Summary: "What leaves, leaves through here.", Text: "Two\nlines.",
			Operations: []Operation{{
				Method: "GET", Path: "/api/v1/families/{id}/usage", Summary: "Reads usage.", Text: "By day or month.", Who: "bearer or session",
				Parameters: []Term{{"id", "in path, required."}}, Answers: []Term{{"200", "Usage."}, {"404", "Unknown or withheld."}},
			}},
			Problems: []Problem{{"not-found", 404, "Not found", "There is no such thing, or none for you."}},
		})
		manual.Lang, manual.Script = "en", ""
		add("manual", "manual", manual)
		console("families", "families", "families.title", "families", func(w *words) any { return drawFamilies(w, summaries(t)) }, same)
		console("money-of", "money", "money.title", "family", func(w *words) any {
			return drawMoney(w, monies(t)["full"], "Foyer 07")
		}, same)
		console("findings-of", "findings", "findings.title", "family", func(w *words) any {
			v := drawFindings(w, findings(t))
			v.Label = "Foyer 07"
			return v
		}, same)
		console("answers-of", "answers", "answers.title", "family", func(w *words) any { return drawInterview(w, telling(t), true) }, func(w *words, p *page) { p.Trouble = w.say("answers.wrong") })
		console("families-none", "families", "families.title", "families", func(w *words) any { return drawFamilies(w, nil) }, same)
		operator := func(_ *words, p *page) { p.Signed, p.Families, p.Ledger, p.Runs = "Olga", false, true, true }
		console("ledger", "ledger", "ledger.title", "ledger", func(w *words) any {
			counted := household.LedgerDay{Account: energy.Account{Meter: "m4k7xq2pz", Gateway: "gw-03", Day: energy.DayOf(today(t), w.now.Location())}, Heard: 141, Missing: 3, Every: 10 * time.Minute, Looked: true}
			for f := range counted.Tally {
				counted.Tally[f] = int64(f + 1)
			}
			yet, irregular, nobodys := counted, counted, counted
			yet.Every, yet.Looked = 0, false
			irregular.Every = 0
			nobodys.Every, nobodys.Looked, nobodys.Meter, nobodys.Gateway = 0, false, "", ""
			v := drawLedger(w, []household.LedgerDay{counted, yet, irregular, nobodys})
			v.More = "/console/ledger?after=x"
			return v
		}, operator)
		console("ledger-none", "ledger", "ledger.title", "ledger", func(w *words) any { return drawLedger(w, nil) }, operator)
		console("gaps", "ledger", "gaps.title", "ledger", func(w *words) any {
			g := household.MeterGap{Meter: "m4k7xq2pz", Gateway: "gw-03", Gap: energy.Gap{From: today(t), To: today(t).Add(time.Hour), Missing: 5, Every: 10 * time.Minute}}
			open := g
			open.To = time.Time{}
			return drawGaps(w, []household.MeterGap{g, open})
		}, operator)
		console("gaps-none", "ledger", "gaps.title", "ledger", func(w *words) any { return drawGaps(w, nil) }, operator)
		console("runs", "runs", "runs.title", "runs", func(w *words) any {
			at := today(t)
			runs := []household.Run{{Job: "rollup", Started: at}, {Job: "results", Started: at, Fault: household.FaultUnended}, {Job: "gone", Started: at}}
			for _, f := range household.Faults {
				runs = append(runs, household.Run{Job: "alerts", Started: at, Finished: at.Add(time.Second), Done: 499, Failed: 1, Fault: f})
			}
			return history{drawRuns(w, runs), "/console/runs?after=x"}
		}, operator)
		console("runs-none", "runs", "runs.title", "runs", func(*words) any { return history{} }, operator)
		lead := func(_ *words, p *page) { p.Signed, p.Alerts, p.Families, p.Names = "Léa", false, false, true }
		console("households", "households", "households.title", "households", func(w *words) any {
			kim := household.Assignment{ID: "la", Staff: "skim", StaffName: "Kim", From: today(t)}
			v := drawRegister(w, []household.Household{
				{Family: household.Family{ID: "fb", Label: "Foyer 07"}, Phones: 2, CaseLoad: []household.Assignment{kim}},
				{Family: household.Family{ID: "fa", Label: "Foyer 01"}},
			}, []household.Staff{{ID: "skim", Name: "Kim", Role: "caseworker"}, {ID: "slea", Name: "Léa", Role: "lead"}})
			v.More = "/console/households?after=x"
			return v
		}, lead)
		console("households-none", "households", "households.title", "households", func(w *words) any { return drawRegister(w, nil, nil) }, lead)
		console("letter", "letter", "letter.title", "households", func(*words) any {
			picture, err := drawQR("https://foyer.ville.example/i/7K4M-9QXT-2HWD")
			if err != nil {
				t.Fatal(err)
			}
			return letter{"Foyer 07", "7K4M-9QXT-2HWD", "foyer.ville.example", picture}
		}, lead)
		console("second", "second", "second.title", "", func(*words) any { return second{Enrolled: true} }, func(w *words, p *page) {
			p.Signed, p.Trouble = "", w.say("second.wrong")
		})
		console("second-setup", "second", "second.title", "", func(*words) any {
			picture, err := drawQR("otpauth://totp/Foyer:nadia@example.org?issuer=Foyer&secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
			if err != nil {
				t.Fatal(err)
			}
			return second{QR: picture, Secret: inFours("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}
		}, func(_ *words, p *page) { p.Signed = "" })
		console("spares", "spares", "spares.title", "", func(*words) any { return spares{[]string{"7K4M-9QXT-2HWD-PA6V", "7K4M-9QXT-2HWD-PA6W"}} }, same)
		for _, role := range permission.Staff {
			console("account-"+string(role), "account", "account.title", "account", func(w *words) any {
				return identity{"Nadia", w.say("role." + string(role)), w.say("role." + string(role) + ".text")}
			}, func(w *words, p *page) { p.Trouble = w.say("account.weak") })
		}
		console("signin", "signin", "console.signin", "", func(*words) any { return knock{"nadia@example.org"} }, func(w *words, p *page) {
			p.Signed, p.Trouble = "", w.say("console.wrong")
		})
	}
	return all
}

func TestEveryPageIsDrawnInEveryStateAndLanguage(t *testing.T) {
	s := site(t)
	out := os.Getenv("FOYER_PAGES") // a folder to look at the pages in
	for _, d := range drawings(t, s) {
		for _, odd := range []string{"<no value>", "%!", "ZgotmplZ", "{{"} {
			if strings.Contains(d.Body, odd) {
				t.Errorf("%s contains %q", d.Name, odd)
			}
		}
		if out != "" {
			page := strings.ReplaceAll(d.Body, `"/assets/`, `"assets/`)
			if err := os.WriteFile(filepath.Join(out, d.Name+".html"), []byte(page), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if out != "" {
		if err := os.MkdirAll(filepath.Join(out, "assets"), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, a := range s.assets {
			if err := os.WriteFile(filepath.Join(out, a.path), a.body, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A first view costs a page, its style and its icon; the console's also a script.
func TestEveryPageIsLight(t *testing.T) {
	const most = 15 << 10
	s := site(t)
	heaviest, which := 0, ""
	for _, d := range drawings(t, s) {
		zip, err := compress([]byte(d.Body))
		if err != nil {
			t.Fatal(err)
		}
		total, requests := len(zip), 1
		for _, a := range s.assets {
			if strings.Contains(d.Body, a.path) {
				total += len(a.zip)
				requests++
			}
		}
		if total > most || requests < 3 || requests > 5 {
			t.Errorf("%s is %d bytes in %d requests", d.Name, total, requests)
		}
		family := strings.Contains(d.Body, `<body class="family`)
		if family && strings.Contains(d.Body, "<script") {
			t.Errorf("%s needs a script", d.Name)
		}
		if total > heaviest {
			heaviest, which = total, d.Name
		}
	}
	t.Logf("the heaviest first view is %s: %d bytes", which, heaviest)
}

package records

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// After every step of a random history the Gate gives exactly what the pure
// decision allows: the join in SQL and the rule in Go are one.
func TestGateAgreesWithThePureDecision(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		me := w.phone(t, id)
		r := rand.New(rand.NewPCG(2026, 11))
		given := 0
		for range 80 {
			w.saySomething(t, r, id)
			events, err := w.registry.Said(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			m := model{town: w, id: id, events: events}
			if err := db.read.QueryRow(`SELECT now FROM wall`).Scan(&m.now); err != nil {
				t.Fatal(err)
			}
			given += m.compareUsage(t, w.caseworker, consent.CooperativeSummary, consent.ToCooperative)
			given += m.compareUsage(t, me, consent.FamilyView, consent.ToFamily)
			m.compareAlerts(t)
			m.comparePages(t, me)
			if t.Failed() {
				for _, e := range events {
					t.Logf("%+v", e)
				}
				return
			}
		}
		if given == 0 {
			t.Error("nothing was ever given: the test tests nothing")
		}
	})
}

// saySomething has a family give, refuse or withdraw something at random.
func (w town) saySomething(t *testing.T, r *rand.Rand, id household.FamilyID) {
	t.Helper()
	purpose := []consent.Purpose{consent.FamilyView, consent.CooperativeSummary, consent.Alert}[r.IntN(3)]
	to := []consent.Recipient{consent.ToFamily, consent.ToCooperative}[r.IntN(2)]
	switch purpose { // mostly what can be read at all
	case consent.FamilyView:
		to = consent.ToFamily
	case consent.CooperativeSummary:
		to = consent.ToCooperative
	case consent.Alert, consent.Evaluation, consent.OpenStatistics, consent.Research:
	}
	scopes := []consent.Scope{{
		Purpose: purpose, Recipient: to, Granularity: consent.Granularity(r.IntN(4) + 1),
		Category: []consent.Category{consent.Consumption, consent.Consumption, consent.Cost, consent.IndoorClimate}[r.IntN(4)],
	}}
	form := registry.Form{}
	today := energy.DayOf(noon, paris)
	if r.IntN(2) == 0 {
		form.DataFrom = today.Add(-r.IntN(40)).Start(paris)
	}
	if r.IntN(3) == 0 {
		form.DataTo = today.Add(2 - r.IntN(20)).Start(paris)
	}
	if r.IntN(6) == 0 {
		form.Expires = time.Now().Add(-time.Hour)
	}
	var err error
	switch n := r.IntN(20); {
	case n < 14:
		if form.DataTo.IsZero() || form.DataFrom.Before(form.DataTo) {
			err = w.registry.Give(t.Context(), id, scopes, form)
		}
	case n < 16:
		err = w.registry.Refuse(t.Context(), id, scopes, registry.Form{})
	case n < 19:
		err = w.registry.Withdraw(t.Context(), id, scopes, registry.Form{})
	default:
		err = w.registry.WithdrawAll(t.Context(), id, registry.Form{})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A model is what the pure decision says of everything a family said.
type model struct {
	town
	id     household.FamilyID
	events []consent.Event
	now    int64
}

func (m model) allows(p consent.Purpose, to consent.Recipient, c consent.Category, g consent.Granularity, data time.Time) bool {
	return consent.Decide(m.events, consent.Question{
		Purpose: p, Recipient: to, Category: c, Granularity: g, Data: data, At: time.UnixMilli(m.now),
	}).Allowed
}

// compareUsage asks for days, months and half-hours and returns how much was given.
func (m model) compareUsage(t *testing.T, aud disclosure.Audience, p consent.Purpose, to consent.Recipient) (given int) {
	t.Helper()
	q := disclosure.UsageQuery{From: day(t, "2026-10-17"), To: day(t, "2026-11-26")}
	for by, g := range map[string]consent.Granularity{"day": consent.Daily, "slot": consent.HalfHourly, "month": consent.Monthly} {
		q.By = by
		u, err := m.gate.Usage(t.Context(), aud, m.id, q)
		if may := m.allows(p, to, consent.Consumption, g, time.Time{}); may != (err == nil) {
			t.Errorf("%s by %s: %v, the decision says %v", p, by, err, may)
		}
		if err != nil {
			continue
		}
		got := map[time.Time]disclosure.Period{}
		for _, x := range u.Periods {
			got[x.Start] = x
		}
		given += len(got)
		if by == "month" {
			continue // the running month is a rule of its own
		}
		for d := q.From; d.Before(q.To); d = d.Add(1) {
			at := d.Start(paris)
			x, there := got[at]
			if may := m.allows(p, to, consent.Consumption, g, at); may != there {
				t.Errorf("%s by %s on %s: given %v, the decision says %v", p, by, d, there, may)
			}
			if may := by == "day" && m.allows(p, to, consent.Cost, consent.Daily, at); there && may != (x.Cost != nil) {
				t.Errorf("%s: cost of %s given %v, the decision says %v", p, d, x.Cost != nil, may)
			}
		}
	}
	return given
}

func (m model) compareAlerts(t *testing.T) {
	t.Helper()
	opened := noon.Add(-24 * time.Hour)
	for rule, c := range map[string]consent.Category{"cold_home": consent.IndoorClimate, "spending": consent.Cost} {
		alert := fmt.Sprintf("a-%s-%s", m.id, rule)
		for _, to := range []consent.Recipient{consent.ToCooperative, consent.ToFamily} {
			_, err := m.gate.Send(t.Context(), alert, to)
			if may := m.allows(consent.Alert, to, c, consent.Daily, opened); may != (err == nil) {
				t.Errorf("%s told to %s: %v, the decision says %v", rule, to, err, may)
			}
		}
		_, err := m.gate.Alert(t.Context(), m.caseworker, alert)
		if may := m.allows(consent.Alert, consent.ToCooperative, c, consent.Daily, opened); may != (err == nil) {
			t.Errorf("%s seen: %v, the decision says %v", rule, err, may)
		}
	}
}

// comparePages asks for the summary and the family's own page.
func (m model) comparePages(t *testing.T, me disclosure.Audience) {
	t.Helper()
	anything := func(p consent.Purpose, to consent.Recipient) bool {
		for _, c := range consent.Categories {
			if m.allows(p, to, c, consent.Annual, time.Time{}) {
				return true
			}
		}
		return false
	}
	s, err := m.gate.Family(t.Context(), m.caseworker, m.id)
	if err != nil && !errors.Is(err, disclosure.ErrWithheld) {
		t.Fatal(err)
	}
	if may := anything(consent.CooperativeSummary, consent.ToCooperative); may != (err == nil) {
		t.Errorf("summary: %v, the decision says %v", err, may)
	}
	if may := anything(consent.Alert, consent.ToCooperative); err == nil && may != (s.OpenAlerts != nil) {
		t.Errorf("number of alerts given %v, the decision says %v", s.OpenAlerts != nil, may)
	}
	october := day(t, "2026-10-01").Start(paris)
	may := m.allows(consent.CooperativeSummary, consent.ToCooperative, consent.Cost, consent.Monthly, october)
	if err == nil && may != (s.LastMonth != nil && s.LastMonth.Cost != nil) {
		t.Errorf("last month %+v, the decision says %v", s.LastMonth, may)
	}
	home, err := m.gate.Home(t.Context(), me)
	if may := anything(consent.FamilyView, consent.ToFamily); err != nil || may != (home.State != disclosure.Stopped) {
		t.Errorf("page is %s %v, the decision says %v", home.State, err, may)
	}
	for _, d := range home.Week {
		may := m.allows(consent.FamilyView, consent.ToFamily, consent.Cost, consent.Daily, d.Day.Start(paris))
		if may != (d.Cost != nil) {
			t.Errorf("page: cost of %s given %v, the decision says %v", d.Day, d.Cost != nil, may)
		}
	}
}

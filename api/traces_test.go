package api

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// A trace is what an answer says that knows something of a family: of whom it is, and
// what is kept about it.
type trace struct {
	kind string // "the serial of a meter"
	says string
}

// plant keeps something of a family in every place where something of families is
// kept: texts that bear its mark, and figures that no other has.
func (m *matrix) plant(i int) {
	m.t.Helper()
	x, ctx, day := &m.targets[i], m.t.Context(), energy.DayOf(m.now, m.zone)
	word := func(kind string) string {
		says := fmt.Sprintf("zwq%dk %s", i, kind)
		x.kept = append(x.kept, trace{kind, says})
		return says
	}
	// figure is a number of which one digit is the family's. It has three digits before
	// the point, so that no instant looks like it.
	figure := func(kind, format string) string {
		says := fmt.Sprintf(format, i)
		x.kept = append(x.kept, trace{kind, says})
		return says
	}
	cents := func(figure string) (n int64) {
		_, err := fmt.Sscan(strings.Replace(figure, ".", "", 1), &n)
		m.must(err)
		return n
	}

	meter, err := m.registry.Lookup(ctx, registry.DeviceRef{Gateway: "g", Scheme: "tasmota", ID: word("serial"), Aliases: []string{word("delivery point")}})
	m.must(err)
	m.must(m.registry.Claim(ctx, registry.Claim{Meter: meter.ID, Family: x.id, Role: household.Electricity, From: m.now.Add(-time.Hour)}))
	m.must(m.records.Change(ctx, []household.Change{{Meter: meter.ID, Kind: household.Kept, At: m.now, By: "A. Roy", Why: word("change of a meter"), Said: m.now}}))
	m.must(m.registry.Refuse(ctx, x.id, []consent.Scope{{Purpose: consent.Research, Recipient: consent.ToResearcher, Category: consent.Cost, Granularity: consent.Monthly}}, registry.Form{Notice: "test", Medium: "paper", Paper: word("paper")}))
	m.must(m.registry.ChangeIncome(ctx, household.Income{Family: x.id, From: day.Add(-300), Disposable: cents(figure("income", "19%d37.91")), Aid: cents(figure("aid", "8%d1.43"))}))
	_, err = m.registry.AddMoney(ctx, []household.Entry{{
		Family: x.id, Day: day.Add(-9), Kind: household.Voucher, Cents: cents(figure("voucher", "1%d7.29")), Source: word("where an amount comes from"), By: "A. Roy",
	}})
	m.must(err)
	m.must(m.registry.AddWorks(ctx, household.Works{Family: x.id, Kind: household.Insulation, From: day.Add(-90), To: day.Add(-80), By: "A. Roy", Why: word("works")}))
	if x.agreed {
		m.must(m.registry.Give(ctx, x.id, consent.Questions(), registry.Form{Notice: "test"}))
	}
	m.must(m.registry.Answer(ctx, []household.Answer{{
		Family: x.id, Question: "housing_cost", Answer: figure("answer", "7%d4.19"), Day: day.Add(-5), By: word("who wrote an answer down"),
	}}, day))
	m.must(m.records.Transit(ctx, household.Transition{
		Alert: household.Alert{
			ID: fmt.Sprintf("z%016d", i), Pilot: x.pilot, Family: x.id, Rule: "spending", Category: "cost", Severity: household.Normal, State: household.Resolved,
			Reason: fmt.Appendf(nil, `{"key":"alert.spending.no_weather","args":{"days":"3","cost_eur":%q,"usual_eur":"4.10"}}`, figure("reason of an alert", "6%d5.42")),
			Since:  m.now.Add(-50 * time.Hour), OpenedAt: m.now.Add(-49 * time.Hour), Changed: m.now.Add(-48 * time.Hour),
		},
		Step: household.StepResolved, At: m.now.Add(-48 * time.Hour), Outcome: "visit", Note: word("note"),
	}))
	month := energy.Day{Year: day.Year, Month: day.Month, Date: 1}
	end := month.Add(31)
	end.Date = 1
	m.exec(`UPDATE usage_month SET energy = ? WHERE family = ?`, 10_000*cents(figure("energy of a month", "9%d1.37")), x.id)
	m.exec(`UPDATE usage_day SET energy = ? WHERE family = ?`, 10_000*cents(figure("energy of a day", "4%d3.71")), x.id)
	m.exec(`UPDATE usage_slot SET energy = ? WHERE family = ?`, 10_000*cents(figure("energy of half an hour", "5%d1.97")), x.id)
	m.now = m.now.Add(time.Second) // what is computed later stands
	m.result(x.id, "cost_month", month, end, figure("cost of a month", "6%d3.17"), "cost", 2, household.CostMonth{Energy: "231.4", Seen: 1, Of: 1, DaysLeft: 8, Forecast: new(figure("forecast", "7%d3.11"))})
	m.result(x.id, "cost_day", day, day.Add(1), figure("cost of a day", "3%d7.19"), "cost", 3, household.CostDay{Energy: "7.1", Standing: "0.5", Seen: 86400000, Of: 86400000})
	m.result(x.id, "cold_day", day, day.Add(1), figure("cold hours", "2%d1.375"), "indoor_climate", 3, household.ColdDay{Threshold: "18", Share: "0.4", Mean: new(figure("temperature", "5%d7.53")), Seen: 86400000, Of: 86400000})
	m.result(x.id, "tee", day.Add(-365), day, figure("effort rate", "101.8%d73"), "indicators", 2, household.Rate{Days: 365})
}

// evened is an answer with its figures written in one way.
func evened(says string) string {
	return strings.NewReplacer("\u00a0", "", "\u202f", "", ",", ".").Replace(says)
}

// knows returns which of the traces an answer has.
func knows(says string, traces []trace) (found []trace) {
	for _, x := range traces {
		if strings.Contains(says, x.says) {
			found = append(found, x)
		}
	}
	return found
}

// listen holds an answer against what is kept about every family, and notes what
// somebody was told who may know.
func (m *matrix) listen(where, says string, may func(target) bool, names func(target) bool) {
	m.t.Helper()
	says = evened(says)
	for _, x := range m.targets[:5] {
		switch {
		case may(x):
			for _, told := range knows(says, x.kept) {
				m.told[told.kind] = true
			}
			continue
		case !names(x):
			for _, told := range knows(says, x.marks()) {
				m.t.Errorf("%s: the answer has the %s of the family %s: %q", where, told.kind, x.name, told.says)
			}
		}
		for _, told := range knows(says, x.kept) {
			m.t.Errorf("%s: the answer has the %s of the family %s: %q", where, told.kind, x.name, told.says)
		}
	}
}

// hushed fails on what is kept and was told to nobody who may know it: looking for that
// proves nothing.
func (m *matrix) hushed() {
	m.t.Helper()
	var never []string
	for _, x := range m.targets[0].kept {
		if !m.told[x.kind] {
			never = append(never, x.kind)
		}
	}
	slices.Sort(never)
	if len(never) > 0 {
		m.t.Errorf("nobody who may is told: %s", strings.Join(never, ", "))
	}
}

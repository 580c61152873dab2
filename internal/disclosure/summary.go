package disclosure

import (
	"context"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Summary is what a caseworker sees of a family. A nil pointer was not agreed
// to or is not known.
type Summary struct {
	Family     household.FamilyID
	Label      string // "Foyer 07"
	Language   string
	Month      *MonthFigure // the running month, where days were agreed to
	LastMonth  *MonthFigure // the last whole month
	Effort     *RateFigure
	Cold       *ColdFigure
	LastData   time.Time // last reading of a meter; zero when there is none
	OpenAlerts *int      // running ones; nil when alerts were not agreed to
}

// recent is how many days back a summary looks for what is computed nightly.
const recent = 10

// Families lists the families of the audience's pilot that agreed to a summary
// for the cooperative, by label. An operator sees none.
func (g *Gate) Families(ctx context.Context, aud Audience) ([]Summary, error) {
	all, err := g.summaries(ctx, aud, "", viewSummaries)
	return all, g.metrics.count(viewSummaries, err)
}

// Family returns one summary, or [ErrWithheld].
func (g *Gate) Family(ctx context.Context, aud Audience, id household.FamilyID) (Summary, error) {
	all, err := g.summaries(ctx, aud, named(id), viewSummary)
	if err == nil && len(all) == 0 {
		err = ErrWithheld
	}
	if err := g.metrics.count(viewSummary, err); err != nil {
		return Summary{}, err
	}
	return all[0], nil
}

func (g *Gate) summaries(ctx context.Context, aud Audience, id household.FamilyID, view string) ([]Summary, error) {
	if aud.Operator() && id == "" {
		return nil, nil
	}
	if !aud.cooperative() {
		return nil, ErrWithheld
	}
	today, _, err := g.today(aud)
	if err != nil {
		return nil, err
	}
	last := monthStart(today, -1)
	sheets, err := g.store.Sheets(ctx, consent.Access{Reader: aud.reader, Purpose: consent.CooperativeSummary, View: view}, id, household.Ask{
		Results: []household.Wanted{
			{Indicator: "cost_month", From: last},
			{Indicator: "tee", From: today.Add(-366 - recent)},
			{Indicator: "cold_day", From: today.Add(-recent)},
		},
		Months: monthOf(last),
	})
	if err != nil {
		return nil, err
	}
	all := make([]Summary, len(sheets))
	for i, s := range sheets {
		all[i] = summaryOf(sheet{s}, today)
	}
	return all, nil
}

func summaryOf(s sheet, today energy.Day) Summary {
	out := Summary{
		Family: s.Family.ID, Label: s.Family.Label, Language: s.Family.Language,
		LastMonth: s.month(monthStart(today, -1)), Effort: s.effort(), Cold: s.cold(), LastData: s.lastHeard(),
	}
	// A running month read every day would tell the days.
	if m := s.month(monthStart(today, 0)); m != nil {
		if s.Finest[string(consent.Cost)] < int(consent.Daily) {
			m.Cost, m.Forecast, m.Status, m.Estimated = nil, nil, "", false
		}
		if s.Finest[string(consent.Consumption)] < int(consent.Daily) {
			m.Energy = nil
		}
		if m.Cost != nil || m.Energy != nil {
			out.Month = m
		}
	}
	if s.Alerting {
		n := len(s.Alerts)
		out.OpenAlerts = &n
	}
	return out
}

// named returns an id as a query for one family may take it. What cannot be an
// id names nobody, by the same statements as any other.
func named(id household.FamilyID) household.FamilyID {
	if len(id) != 17 || id[0] != 'f' {
		return "?"
	}
	for _, c := range id[1:] {
		if (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return "?"
		}
	}
	return id
}

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
	Savings    *SavingsFigure // of the last works; nil without any
	LastData   time.Time      // last reading of a meter; zero when there is none
	Spends     bool           // cost by month was agreed to: see [Gate.Money]
	Tells      bool           // it agreed to be asked: see [Gate.Answers]
	OpenAlerts *int           // running ones; nil when alerts were not agreed to
	Ends       time.Time      // when what is agreed to ends, within 30 days; else zero
}

// recent is how many days back a summary looks for what is computed nightly.
const recent = 10

// atSign stands in an access between what was read and the instant as of which.
const atSign = "@"

// Families lists the families of the audience's pilot that agreed to a summary
// for the cooperative, by label. An operator sees none.
func (g *Gate) Families(ctx context.Context, aud Audience) ([]Summary, error) {
	all, err := g.summaries(ctx, aud, "", viewSummaries, time.Time{})
	return all, g.metrics.count(viewSummaries, err)
}

// Family returns one summary, or [ErrWithheld].
func (g *Gate) Family(ctx context.Context, aud Audience, id household.FamilyID) (Summary, error) {
	s, err := g.summary(ctx, aud, id, viewSummary, time.Time{})
	return s, g.metrics.count(viewSummary, err)
}

// FamiliesAsOf lists what [Gate.Families] would have listed at an instant of the
// world clock, of the families that agree now: the results that were the last
// computed then. What is not kept as it was is unknown: energy, the last reading,
// alerts. It returns [ErrAsOf] for an instant that has not been.
func (g *Gate) FamiliesAsOf(ctx context.Context, aud Audience, at time.Time) ([]Summary, error) {
	all, err := g.summaries(ctx, aud, "", viewPasts, at)
	return all, g.metrics.count(viewPasts, err)
}

// FamilyAsOf returns one summary as [Gate.FamiliesAsOf] does, or [ErrWithheld].
func (g *Gate) FamilyAsOf(ctx context.Context, aud Audience, id household.FamilyID, at time.Time) (Summary, error) {
	s, err := g.summary(ctx, aud, id, viewPast, at)
	return s, g.metrics.count(viewPast, err)
}

func (g *Gate) summary(ctx context.Context, aud Audience, id household.FamilyID, view string, at time.Time) (Summary, error) {
	all, err := g.summaries(ctx, aud, named(id), view, at)
	if err != nil {
		return Summary{}, err
	}
	if len(all) == 0 {
		return Summary{}, ErrWithheld
	}
	return all[0], nil
}

// summaries reads one family or with "" all, now or, for the views of the past, as
// of an instant.
func (g *Gate) summaries(ctx context.Context, aud Audience, id household.FamilyID, view string, at time.Time) ([]Summary, error) {
	past := view == viewPasts || view == viewPast
	if past && (at.IsZero() || at.After(g.now())) {
		return nil, ErrAsOf
	}
	if aud.Operator() && id == "" {
		return nil, nil
	}
	if !aud.cooperative() {
		return nil, ErrWithheld
	}
	today, zone, err := g.today(aud)
	if err != nil {
		return nil, err
	}
	if past {
		today = energy.DayOf(at, zone)
	}
	last := monthStart(today, -1)
	ask := household.Ask{
		Results: []household.Wanted{
			{Indicator: "cost_month", From: last},
			{Indicator: "tee", From: today.Add(-366 - recent), Newest: true},
			{Indicator: "cold_day", From: today.Add(-recent), Newest: true},
			{Indicator: "metered_savings", From: today.Add(-wantedSavings)},
		},
	}
	if past {
		ask.AsOf = at
		view += atSign + at.UTC().Format(time.RFC3339Nano)
	} else {
		ask.Months = monthOf(last)
	}
	sheets, err := g.store.Sheets(ctx, consent.Access{Reader: aud.reader, Purpose: consent.CooperativeSummary, View: view}, id, ask)
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
		LastMonth: s.month(monthStart(today, -1)), Effort: s.effort(), Cold: s.cold(), Savings: s.savings(), LastData: s.lastHeard(), Ends: s.Ends,
	}
	out.Spends = s.Finest[string(consent.Cost)] >= int(consent.Monthly)
	out.Tells = s.Finest[string(consent.Survey)] > 0
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

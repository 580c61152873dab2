package disclosure

import (
	"context"
	"encoding/json"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// Findings is what the nightly run found out about a home, question by question.
type Findings struct {
	Family household.FamilyID
	Label  string
	At     time.Time
	Zone   *time.Location
	Items  []Finding // in the order of [household.Found]
}

// A Finding is the newest answer to one question. Its flag is a reason to call, never a
// decision.
type Finding struct {
	Indicator string
	From, To  energy.Day // To is not included
	Status    household.Status
	Flag      *bool
	Value     string // exact decimal in Unit; "" without one, and where income is among what it comes from
	Unit      string
	Reason    string // why there is no value, or what took the flag back; "" for neither
	Seen, Of  time.Duration
}

// Findings returns what was found out about a family, as far as it agreed to. A family
// asks for its own; staff read for [consent.CooperativeSummary]. It returns
// [ErrWithheld] where nothing may be seen.
func (g *Gate) Findings(ctx context.Context, aud Audience, id household.FamilyID) (Findings, error) {
	f, err := g.findings(ctx, aud, id)
	return f, g.metrics.count(viewFindings, err)
}

func (g *Gate) findings(ctx context.Context, aud Audience, id household.FamilyID) (Findings, error) {
	access := consent.Access{Reader: aud.reader, Purpose: consent.CooperativeSummary, View: viewFindings}
	switch {
	case aud.Family() != "" && id == aud.Family():
		access.Purpose = consent.FamilyView
	case !aud.cooperative():
		return Findings{}, ErrWithheld
	}
	today, zone, err := g.today(aud)
	if err != nil {
		return Findings{}, err
	}
	var ask household.Ask
	for _, q := range household.Found {
		ask.Results = append(ask.Results, household.Wanted{Indicator: q.Indicator, From: today.Add(-q.Back), Newest: true})
	}
	sheets, err := g.store.Sheets(ctx, access, named(id), ask)
	if err != nil {
		return Findings{}, err
	}
	if len(sheets) == 0 {
		return Findings{}, ErrWithheld
	}
	s := sheet{sheets[0]}
	f := Findings{Family: s.Family.ID, Label: s.Family.Label, At: g.now(), Zone: zone}
	for _, q := range household.Found {
		if r, ok := s.newest(q.Indicator); ok {
			f.Items = append(f.Items, findingOf(r))
		}
	}
	return f, nil
}

func findingOf(r household.Result) Finding {
	f := Finding{Indicator: r.Indicator, From: r.From, To: r.To, Status: r.Status, Unit: r.Unit}
	var d household.Finding
	if json.Unmarshal(r.Detail, &d) != nil {
		f.Status = household.Indeterminate
		return f
	}
	f.Flag, f.Reason, f.Seen, f.Of = d.Flag, d.Reason, millis(d.Seen), millis(d.Of)
	if worth(r) && d.Reference == "" {
		f.Value = r.Value
	}
	return f
}

package formulary

import (
	"slices"
	"time"

	"foyer/internal/consent"
)

type consentInputs struct {
	Record      consentRecord     `json:"record"`
	Purpose     consent.Purpose   `json:"purpose"`
	Granularity string            `json:"granularity"`
	Recipient   consent.Recipient `json:"recipient"`
	At          *time.Time        `json:"at"`
}

// A consentRecord is what a family said on one sheet: its events hold for every
// purpose on it.
type consentRecord struct {
	Purposes []struct {
		Purpose     consent.Purpose     `json:"purpose"`
		Granularity string              `json:"max_granularity"`
		Recipients  []consent.Recipient `json:"recipients"`
	} `json:"purposes"`
	Events []consentEvent `json:"events"`
}

type consentEvent struct {
	Time       *time.Time    `json:"time"`
	State      consent.State `json:"state"`
	ValidUntil *time.Time    `json:"valid_until"`
}

type consentResult struct {
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason"`
}

func init() {
	calculate("consent_decision", "GDPR art. 4(11) and 7; CNIL, EDF and Engie 2019: the last event at or before an instant, its expiry excluded; without one, no", func(in consentInputs) consentResult {
		granularity, err := consent.ParseGranularity(in.Granularity)
		events, ok := in.Record.events()
		if err != nil || !ok || in.At == nil {
			return consentResult{Reason: "invalid_input"}
		}
		d := consent.Decide(events, consent.Question{
			Purpose: in.Purpose, Recipient: in.Recipient, Category: consent.Consumption, Granularity: granularity, At: *in.At,
		})
		return consentResult{d.Allowed, string(d.Reason)}
	})
}

// events spreads a sheet over its scopes, oldest first, all of one category; false
// where it is not complete.
func (r consentRecord) events() ([]consent.Event, bool) {
	var all []consent.Event
	for _, e := range r.Events {
		if e.Time == nil {
			return nil, false
		}
		expires := consent.Always
		if e.ValidUntil != nil {
			expires = *e.ValidUntil
		}
		for _, p := range r.Purposes {
			granularity, err := consent.ParseGranularity(p.Granularity)
			if err != nil {
				return nil, false
			}
			for _, to := range p.Recipients {
				all = append(all, consent.Event{
					At: *e.Time, State: e.State, Expires: expires, DataTo: consent.Always,
					Scope: consent.Scope{Purpose: p.Purpose, Recipient: to, Category: consent.Consumption, Granularity: granularity},
				})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b consent.Event) int { return a.At.Compare(b.At) })
	return all, true
}

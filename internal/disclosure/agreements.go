package disclosure

import (
	"context"
	"slices"
	"strings"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// Agreements returns what a family can agree to and did, and who read its data.
// The audience is a family's phone; others get [ErrWithheld].
func (g *Gate) Agreements(ctx context.Context, aud Audience) (Agreements, error) {
	a, err := g.agreements(ctx, aud)
	return a, g.metrics.count(viewAgreements, err)
}

func (g *Gate) agreements(ctx context.Context, aud Audience) (Agreements, error) {
	if aud.Family() == "" {
		return Agreements{}, ErrWithheld
	}
	_, zone, err := g.today(aud)
	if err != nil {
		return Agreements{}, err
	}
	_, own, err := g.store.Own(ctx, consent.Access{Reader: aud.reader, Purpose: consent.FamilyView, View: viewAgreements}, aud.Family(), household.Ask{})
	if err != nil {
		return Agreements{}, err
	}
	book, err := g.store.Charter(ctx)
	if err != nil {
		return Agreements{}, err
	}
	promised := book.At(own.At)
	a := Agreements{
		Family: aud.Family(), Language: aud.Language(), Zone: zone, At: own.At, Phones: own.Phones, Reads: readsOf(own.Reads, zone),
		Held: own.Grants, Reminders: consent.Remind(own.Said, own.At), Acts: consent.Acts(own.Said),
	}
	slices.Reverse(a.Acts)
	for _, p := range consent.Purposes {
		if scopes := consent.Offer(p); scopes != nil {
			// What is offered no more stays to be taken back.
			if o := offerOf(Offer{Name: string(p), Purpose: p, Scopes: scopes}, own); o.Partly || promised.Offers(string(p)) {
				a.Offers = append(a.Offers, o)
			}
		}
		switch p {
		case consent.FamilyView:
			hourly := Offer{Name: consent.HourlyName, Purpose: p, Scopes: []consent.Scope{consent.Hourly()}}
			a.Offers = append(a.Offers, offerOf(hourly, own))
		case consent.CooperativeSummary:
			survey := Offer{Name: consent.SurveyName, Purpose: p, Scopes: consent.Questions()}
			if o := offerOf(survey, own); o.Partly || promised.Offers(string(p)) && promised.Offers(string(consent.FamilyView)) {
				a.Offers = append(a.Offers, o)
			}
		case consent.Alert, consent.Evaluation, consent.OpenStatistics, consent.Research:
		}
	}
	return a, nil
}

// Receipt returns one act that a member of staff wrote down for a family, or
// [ErrWithheld]: the paper it came from was in their hands.
func (g *Gate) Receipt(ctx context.Context, aud Audience, id string) (household.FamilyID, []consent.Event, error) {
	family, act, err := g.receipt(ctx, aud, id)
	return family, act, g.metrics.count(viewReceipt, err)
}

func (g *Gate) receipt(ctx context.Context, aud Audience, id string) (household.FamilyID, []consent.Event, error) {
	if aud.Kind() != consent.Staff {
		return "", nil, ErrWithheld
	}
	family, act, err := g.store.Act(ctx, consent.Access{Reader: aud.reader, View: viewReceipt}, id)
	if err == nil && len(act) == 0 {
		err = ErrWithheld
	}
	return family, act, err
}

// offerOf says how far the scopes of a box are agreed to.
func offerOf(o Offer, own consent.Own) Offer {
	o.Agreed = true
	for _, e := range own.Said {
		if slices.Contains(o.Scopes, e.Scope) {
			o.Said = e.State
			if e.State == consent.Given && !own.At.Before(e.Expires) && own.At.Before(e.Expires.Add(consent.Notify)) {
				o.Ended = e.Expires
			} else {
				o.Ended = time.Time{}
			}
		}
	}
	for _, s := range o.Scopes {
		g, ok := covering(own.Grants, s)
		if !ok {
			o.Agreed = false
			continue
		}
		o.Partly = true
		if o.Since.IsZero() || g.Since.Before(o.Since) {
			o.Since = g.Since
		}
		if o.Expires.IsZero() || g.Expires.Before(o.Expires) {
			o.Expires = g.Expires
		}
	}
	if o.Partly {
		o.Ended, o.Soon = time.Time{}, !o.Expires.After(own.At.Add(consent.Notify))
	}
	return o
}

// covering returns the grant that lets through what s names.
func covering(grants []consent.Grant, s consent.Scope) (consent.Grant, bool) {
	for _, g := range grants {
		if g.Scope.Purpose == s.Purpose && g.Scope.Recipient == s.Recipient && g.Scope.Category == s.Category && g.Scope.Granularity >= s.Granularity {
			return g, true
		}
	}
	return consent.Grant{}, false
}

func agreed(grants []consent.Grant, s consent.Scope) bool {
	_, ok := covering(grants, s)
	return ok
}

// readsShown is how many reads a family sees.
const readsShown = 20

// readsOf puts the reads of one local day by one kind of reader for one reason
// together. They come newest first.
func readsOf(all []consent.Read, zone *time.Location) []Read {
	type key struct {
		day     energy.Day
		kind    consent.Kind
		purpose consent.Purpose
		view    string
	}
	at := map[key]int{}
	var out []Read
	for _, r := range all {
		view, _, _ := strings.Cut(r.View, atSign)
		k := key{energy.DayOf(r.At, zone), r.Kind, r.Purpose, view}
		if i, ok := at[k]; ok {
			out[i].Times++
			continue
		}
		if len(out) == readsShown {
			break
		}
		at[k] = len(out)
		out = append(out, Read{At: r.At, Kind: r.Kind, Purpose: r.Purpose, View: view, Times: 1})
	}
	return out
}

package disclosure

import (
	"context"
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
	a := Agreements{Language: aud.Language(), Zone: zone, Phones: own.Phones, Reads: readsOf(own.Reads, zone)}
	for _, p := range consent.Purposes {
		if scopes := consent.Offer(p); scopes != nil {
			a.Offers = append(a.Offers, offerOf(Offer{Purpose: p, Scopes: scopes}, own.Grants))
		}
		if p == consent.FamilyView {
			hourly := Offer{Purpose: p, Hourly: true, Scopes: []consent.Scope{consent.Hourly()}}
			a.Offers = append(a.Offers, offerOf(hourly, own.Grants))
		}
	}
	return a, nil
}

// offerOf says how far the scopes of a box are agreed to.
func offerOf(o Offer, grants []consent.Grant) Offer {
	o.Agreed = true
	for _, s := range o.Scopes {
		g, ok := covering(grants, s)
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

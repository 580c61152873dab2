package api

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"foyer/internal/charter"
	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/registry"
	"foyer/internal/text"
)

// GetMyConsents answers GET /api/v1/me/consents.
func (s *Server) GetMyConsents(ctx context.Context, r GetMyConsentsRequestObject) (GetMyConsentsResponseObject, error) {
	out, err := s.consents(ctx, r.Params.AcceptLanguage)
	return GetMyConsents200JSONResponse{out}, err
}

// consents returns what the family that asks can agree to and does.
func (s *Server) consents(ctx context.Context, wish *string) (ConsentsJSONResponse, error) {
	a, err := s.Gate.Agreements(ctx, callerOf(ctx).audience)
	if err != nil {
		return ConsentsJSONResponse{}, err
	}
	out := ConsentsJSONResponse{Body: Consents{Offers: []ConsentOffer{}, Holds: []HeldConsent{}, Reminders: []ConsentReminder{}}}
	out.Headers.ETag, out.Headers.ContentLocation = new(`"`+a.Last()+`"`), new("/api/v1/me/consents")
	l := s.own(a.Language, wish)
	for _, o := range a.Offers {
		one, err := consentOffer(o, l)
		if err != nil {
			return out, err
		}
		out.Body.Offers = append(out.Body.Offers, one)
	}
	for _, g := range a.Held {
		out.Body.Holds = append(out.Body.Holds, heldConsent(g))
	}
	for _, r := range a.Reminders {
		out.Body.Reminders = append(out.Body.Reminders, ConsentReminder{
			Purpose: Purpose(r.Purpose), Recipient: Recipient(r.Recipient), Until: r.Expires.UTC(), Ended: r.Ended,
		})
	}
	return out, nil
}

// own returns the language a request wishes for, and else the family's.
func (s *Server) own(family string, wish *string) *text.Language {
	if wish == nil {
		return s.Texts.In(family)
	}
	return s.language(wish)
}

// SayMyConsent answers POST /api/v1/me/consents.
func (s *Server) SayMyConsent(ctx context.Context, r SayMyConsentRequestObject) (SayMyConsentResponseObject, error) {
	aud := callerOf(ctx).audience
	act, err := spoken(*r.Body)
	if err != nil {
		return nil, err
	}
	l := s.own(aud.Language(), r.Params.AcceptLanguage)
	n, err := l.Notice(act.notice())
	if err != nil {
		return nil, err
	}
	if act.verb == consent.Give && (r.Body.Notice == nil || *r.Body.Notice != n.Hash) {
		return nil, failure{kind: kindOtherNotice}
	}
	act.form.Notice, act.form.Hash, act.form.Language = n.Version, n.Hash, n.Language
	if act.form.Seen, err = seen(r.Params.IfMatch, act.verb == consent.Narrow); err != nil {
		return nil, err
	}
	if _, err := s.say(ctx, aud.Family(), act); err != nil {
		return nil, err
	}
	out, err := s.consents(ctx, r.Params.AcceptLanguage)
	return SayMyConsent200JSONResponse{out}, err
}

// RecordConsent answers POST /api/v1/households/{id}/consents.
func (s *Server) RecordConsent(ctx context.Context, r RecordConsentRequestObject) (RecordConsentResponseObject, error) {
	aud, b := callerOf(ctx).audience, r.Body
	act, err := spoken(ConsentAct{
		Action: ConsentActAction(b.Action), About: b.About, Granularity: b.Granularity, DataFrom: b.DataFrom, DataTo: b.DataTo,
		Until: b.Until, Purpose: b.Purpose, Recipient: b.Recipient, Category: b.Category, Keep: b.Keep,
	})
	if err != nil {
		return nil, err
	}
	version := text.NoticeVersion
	if b.Notice != nil {
		version = *b.Notice
	}
	hash, known := text.NoticeHash(version, b.Language, act.notice())
	if !known {
		return nil, invalid("/body/notice", fmt.Sprintf("there is no text of version %q in language %q; send the version and the language on the paper, %s", version, b.Language, text.NoticeVersion))
	}
	f := &act.form
	f.Notice, f.Hash, f.Language, f.Medium, f.Paper = version, hash, b.Language, "paper", b.Paper
	f.By, f.Witness, f.Pilot, f.Staff = aud.Subject(), aud.Subject(), aud.Pilot(), aud.CaseLoad()
	if b.Witness != nil {
		if err := s.colleague(ctx, aud.Pilot(), *b.Witness); err != nil {
			return nil, err
		}
		f.Witness = *b.Witness
	}
	id, err := s.say(ctx, household.FamilyID(r.Id), act)
	if err != nil {
		return nil, err
	}
	if id == "" {
		return RecordConsent204Response{}, nil
	}
	out, err := s.receiptOf(ctx, id, r.Params.AcceptLanguage)
	return RecordConsent201JSONResponse{
		Body: Receipt(out), Headers: RecordConsent201ResponseHeaders{Location: new("/api/v1/receipts/" + url.PathEscape(id))},
	}, err
}

// colleague refuses a witness who is no member of staff of a pilot: it is an id, never a
// name.
func (s *Server) colleague(ctx context.Context, pilot, id string) error {
	all, err := s.Accounts.Colleagues(ctx, pilot)
	if err == nil && !slices.ContainsFunc(all, func(one household.Staff) bool { return one.ID == id }) {
		err = invalid("/body/witness", "no member of staff of this pilot has that id; GET /api/v1/staff lists them")
	}
	return err
}

// say has an act written.
func (s *Server) say(ctx context.Context, family household.FamilyID, u utterance) (string, error) {
	if err := s.ends(ctx, u.form.Expires); err != nil {
		return "", err
	}
	var id string
	var err error
	if u.verb == consent.Narrow {
		id, err = s.Registry.Narrow(ctx, family, u.limits, u.form)
	} else {
		id, err = s.Registry.Say(ctx, family, u.verb, u.scopes, u.form)
	}
	switch {
	case errors.Is(err, registry.ErrUnknown):
		return "", failure{kind: kindNotFound}
	case errors.Is(err, registry.ErrNotOffered):
		return "", invalid("/body/about", "the charter does not offer it; GET /api/v1/charter says what it offers")
	case errors.Is(err, consent.ErrChanged):
		return "", failure{kind: kindSaidSince}
	}
	return id, err
}

// ends refuses a consent that ends before it begins, or later than the charter lets it.
func (s *Server) ends(ctx context.Context, e time.Time) error {
	if e.IsZero() {
		return nil
	}
	book, err := s.Gate.Charter(ctx)
	if err != nil {
		return err
	}
	now := s.Now()
	if most := book.At(now); !e.After(now) || e.After(now.Add(most.Validity())) {
		return invalid("/body/until", fmt.Sprintf("want an instant of the %d days from now on", most.Number(charter.Consents)))
	}
	return nil
}

func consentOffer(o disclosure.Offer, l *text.Language) (ConsentOffer, error) {
	n, err := l.Notice(o.Name)
	if err != nil {
		return ConsentOffer{}, err
	}
	out := ConsentOffer{
		About: About(o.Name), Purpose: Purpose(o.Purpose), Question: n.Question, Text: n.Lines, Language: n.Language,
		Notice: NoticeShown{Version: n.Version, Sha256: &n.Hash}, Scopes: []ConsentScope{}, State: "unsaid",
		Since: instant(o.Since), Until: instant(o.Expires),
	}
	switch {
	case o.Agreed:
		out.State = "agreed"
	case o.Partly:
		out.State = "partly"
	case o.Said == consent.Given: // and nothing of it holds
		out.State = "ended"
	case o.Said != "":
		out.State = ConsentOfferState(o.Said)
	}
	for _, s := range o.Scopes {
		out.Scopes = append(out.Scopes, ConsentScope{Recipient: Recipient(s.Recipient), Category: Category(s.Category), Granularity: Granularity(s.Granularity.String())})
	}
	return out, nil
}

func heldConsent(g consent.Grant) HeldConsent {
	h := HeldConsent{
		Purpose: Purpose(g.Scope.Purpose), Recipient: Recipient(g.Scope.Recipient), Category: Category(g.Scope.Category),
		Granularity: Granularity(g.Scope.Granularity.String()), Since: g.Since.UTC(), Until: g.Expires.UTC(),
	}
	if g.DataFrom.Unix() > 0 {
		h.DataFrom = instant(g.DataFrom)
	}
	if g.DataTo.Before(consent.Always) {
		h.DataTo = instant(g.DataTo)
	}
	return h
}

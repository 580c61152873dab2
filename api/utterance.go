package api

import (
	"fmt"
	"strings"
	"time"

	"foyer/internal/consent"
	"foyer/internal/registry"
)

// An utterance is an act before it is known who speaks and how.
type utterance struct {
	verb   consent.Verb
	about  string // name of a box; "" of none
	scopes []consent.Scope
	limits consent.Limits
	form   registry.Form
}

// notice names the text that is read before the act.
func (u utterance) notice() string {
	switch {
	case u.verb == consent.Narrow:
		return "narrow"
	case u.about == "":
		return "stop"
	}
	return u.about
}

// spoken reads an act as it was sent.
func spoken(b ConsentAct) (utterance, error) {
	u := utterance{verb: consent.Verb(b.Action)}
	if b.About != nil {
		u.about = string(*b.About)
	}
	finest, err := granularity(b.Granularity, "/body/granularity")
	if err != nil {
		return u, err
	}
	switch {
	case u.verb == consent.Narrow:
		return u, narrowing(b, &u.limits)
	case u.about == "" && u.verb != consent.Withdraw:
		return u, invalid("/body/about", "is missing; say what it is about, alert")
	case b.Keep != nil:
		return u, invalid("/body/keep", "is of a narrowing alone; send the action narrow")
	}
	if most := consent.Finest(u.about); u.verb == consent.Give && finest > most {
		return u, invalid("/body/granularity", fmt.Sprintf("%s is offered %s at the finest; send that or a coarser one", u.about, most))
	}
	if u.about != "" {
		u.scopes, _ = consent.Offered(u.about, finest)
	}
	if u.verb == consent.Give {
		f := &u.form
		f.DataFrom, f.DataTo, f.Expires = instantOf(b.DataFrom), instantOf(b.DataTo), instantOf(b.Until)
		if !f.DataTo.IsZero() && !f.DataFrom.Before(f.DataTo) {
			return u, invalid("/body/data_to", "the data ends before it begins")
		}
	}
	return u, nil
}

func narrowing(b ConsentAct, l *consent.Limits) error {
	if b.Keep == nil {
		return invalid("/body/keep", "is missing; say what may stay, {\"granularity\":\"monthly\"}")
	}
	k := b.Keep
	finest, err := granularity(k.Granularity, "/body/keep/granularity")
	if err != nil {
		return err
	}
	*l = consent.Limits{Finest: finest, DataFrom: instantOf(k.DataFrom), DataTo: instantOf(k.DataTo), Expires: instantOf(k.Until)}
	if b.Purpose != nil {
		l.Purpose = consent.Purpose(*b.Purpose)
	}
	if b.Recipient != nil {
		l.Recipient = consent.Recipient(*b.Recipient)
	}
	if b.Category != nil {
		l.Category = consent.Category(*b.Category)
	}
	if k.Recipients != nil {
		l.Recipients = []consent.Recipient{}
		for _, r := range *k.Recipients {
			l.Recipients = append(l.Recipients, consent.Recipient(r))
		}
	}
	if k.Categories != nil {
		l.Categories = []consent.Category{}
		for _, c := range *k.Categories {
			l.Categories = append(l.Categories, consent.Category(c))
		}
	}
	if err := l.Validate(); err != nil {
		return invalid("/body/keep", err.Error())
	}
	return nil
}

func granularity(g *Granularity, at string) (consent.Granularity, error) {
	if g == nil {
		return 0, nil
	}
	finest, err := consent.ParseGranularity(string(*g))
	if err != nil {
		return 0, invalid(at, err.Error())
	}
	return finest, nil
}

func instantOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// seen reads the last act that was seen from an If-Match.
func seen(header *string, needed bool) (string, error) {
	switch {
	case header == nil && needed:
		return "", failure{kind: kindConditional}
	case header == nil:
		return "", nil
	}
	id, ok := strings.CutPrefix(strings.TrimSpace(*header), `"`)
	id, closed := strings.CutSuffix(id, `"`)
	if !ok || !closed || id == "" {
		return "", invalid("/header/if-match", `send the ETag of the consents, "cmfrggzdfmztwq2lk"`)
	}
	return id, nil
}

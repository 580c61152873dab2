package consent

import "time"

// A Reason says why a [Decision] is what it is.
type Reason string

// The reasons of a decision.
const (
	Allowed         Reason = "ok"
	NoConsent       Reason = "no_consent" // nothing was said yet
	WasRefused      Reason = "refused"
	WasWithdrawn    Reason = "withdrawn"
	Expired         Reason = "expired"
	OtherPurpose    Reason = "purpose"     // nothing was ever said for this purpose
	OtherRecipient  Reason = "recipient"   // nor for this recipient
	OtherCategory   Reason = "category"    // nor for this category
	FinerThanAgreed Reason = "granularity" // only something coarser
	OtherPeriod     Reason = "period"      // the data is from outside the period agreed to
)

// A Question is whether data may be read.
type Question struct {
	Purpose     Purpose
	Recipient   Recipient
	Category    Category
	Granularity Granularity
	Data        time.Time // when the data begins; zero: its age does not matter
	Until       time.Time // when it ends, excluded; zero: it is of the instant Data alone
	At          time.Time // when it is read
}

// A Decision is the answer to a [Question].
type Decision struct {
	Allowed bool
	Reason  Reason
}

// Decide answers q from everything a family said, oldest first.
//
// For each scope the last act at or before q.At holds: one event, or several that
// were given together for several periods. Each holds up to and without the instant
// it expires. One event that holds and is fine enough is enough. Without one the
// answer is no, with the reason that came closest.
func Decide(events []Event, q Question) Decision {
	last := map[Scope][]Event{}
	closest, spoken := none, false
	for _, e := range events {
		m := reach(e.Scope, q)
		closest = max(closest, m)
		if e.At.After(q.At) {
			continue
		}
		spoken = true
		if m == whole {
			last[e.Scope] = follow(last[e.Scope], e)
		}
	}
	if spoken && closest < whole {
		return Decision{Reason: closest.reason()}
	}
	reason := NoConsent
	for _, act := range last {
		for _, e := range act {
			r := judge(e, q)
			if r == Allowed {
				return Decision{Allowed: true, Reason: Allowed}
			}
			if rank[r] > rank[reason] {
				reason = r
			}
		}
	}
	return Decision{Reason: reason}
}

// follow returns what a scope stands at once e was said: what was given in the same
// act, and else e alone.
func follow(before []Event, e Event) []Event {
	if n := len(before); n > 0 && e.Act != "" && before[n-1].Act == e.Act && before[n-1].State == Given && e.State == Given {
		return append(before, e)
	}
	return []Event{e}
}

// judge says what the last event of a scope means at q.At.
func judge(e Event, q Question) Reason {
	switch e.State {
	case Refused:
		return WasRefused
	case Withdrawn:
		return WasWithdrawn
	case Given:
	}
	switch {
	case e.State != Given:
		return NoConsent
	case !q.At.Before(e.Expires):
		return Expired
	case !q.Data.IsZero() && (q.Data.Before(e.DataFrom) || !q.Data.Before(e.DataTo) || q.Until.After(e.DataTo)):
		return OtherPeriod
	}
	return Allowed
}

// rank orders the reasons of several scopes by how close they came to a yes.
var rank = map[Reason]int{WasRefused: 1, WasWithdrawn: 2, Expired: 3, OtherPeriod: 4}

// A match says how many words of a question a scope meets.
type match int

const (
	none match = iota
	purpose
	recipient
	category
	whole
)

func reach(s Scope, q Question) match {
	switch {
	case s.Purpose != q.Purpose:
		return none
	case s.Recipient != q.Recipient:
		return purpose
	case s.Category != q.Category:
		return recipient
	case s.Granularity < q.Granularity:
		return category
	}
	return whole
}

func (m match) reason() Reason {
	switch m {
	case none:
		return OtherPurpose
	case purpose:
		return OtherRecipient
	case recipient:
		return OtherCategory
	case category, whole:
	}
	return FinerThanAgreed
}

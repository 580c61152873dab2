package indicators

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/formula"
	"foyer/internal/household"
)

type overloadInputs struct {
	Events *number `json:"events"` // ADPS, or bit 7 of STGE, each once
	Days   *number `json:"days_seen"`
}

type overloadResult struct {
	Status string  `json:"status"`
	Weekly *number `json:"events_per_week"`
}

// overloadValues say when something above what is subscribed is over.
type overloadValues struct {
	Apart int64 `yaml:"minutes_apart"`
}

// overloadDays is how many days say how often a home wants too much power.
const overloadDays = 14

func init() {
	onRequest(formula.About{
		ID: "overload", Unit: "events a week", Version: "1",
		Question:   "How often does the home want more power than its contract gives?",
		QuestionFR: "Combien de fois le foyer dépasse-t-il la puissance de son contrat ?",
		Method:     "Warnings of the meter (ADPS, or bit 7 of STGE) in the days that were seen, for seven days. insufficient_data: fewer than seven days were seen.",
	}, overload)
	nightly("overload", anywhere, "overload", night{
		Category: daily, Granularity: 3, Span: WholeDay, Back: overloadDays, Needs: Overloads, // a day says what went on at midnight too
		From: "the apparent power that the meter showed, in place of its warnings, over the 14 days up to the day. Above the power of the contract is one event, until it was not for ten minutes. " +
			"A day is seen where the contract is known and the meter was not silent for more than ten minutes. Without apparent power nothing is said.",
	}, overloadNight)
}

func overload(in overloadInputs) overloadResult {
	week := decimal.NewFromInt(7)
	switch {
	case unknown(in.Events, in.Days):
		return overloadResult{Status: "indeterminate"}
	case in.Events.IsNegative() || in.Days.IsNegative():
		return overloadResult{Status: "invalid_input"}
	case in.Days.LessThan(week):
		return overloadResult{Status: "insufficient_data"}
	}
	return overloadResult{"ok", num(in.Events.Mul(week).DivRound(in.Days.Decimal, 16))}
}

func overloadNight(in Input, v vintage[overloadValues]) Answer {
	events, seen := 0, 0
	for d := in.To.Add(-overloadDays); d.Before(in.To); d = d.Add(1) {
		if n, ok := in.Overloads[d]; ok {
			events, seen = events+n, seen+1
		}
	}
	r := overload(overloadInputs{num(decimal.NewFromInt(int64(events))), num(decimal.NewFromInt(int64(seen)))})
	s := said{status: r.Status, value: r.Weekly, detail: household.Finding{
		Inputs: map[string]string{"events": strconv.Itoa(events), "days_seen": strconv.Itoa(seen)}, File: v.File,
	}}
	switch {
	case r.Weekly != nil:
	case in.Contract == nil || in.Contract.PowerKVA <= 0:
		s.status, s.detail.Reason = "indeterminate", "unknown_subscribed_power"
	case seen == 0:
		s.detail.Reason = "unknown_maximum"
	default:
		s.detail.Reason = "few_days"
	}
	const day = 24 * time.Hour
	return s.answer(energy.Coverage{Seen: time.Duration(seen) * day, Of: overloadDays * day})
}

// OverloadApart returns how long power may not be above what is subscribed, and a meter
// be silent, before what comes is another event.
func OverloadApart(day energy.Day) time.Duration {
	return time.Duration(inForce[overloadValues](anywhere, "overload", day).Values.Apart) * time.Minute
}

// OverloadsOf counts how often an apparent power rose above what is subscribed, in
// thousandths of VA, in [from, to). Readings are in order; those from apart before on tell
// what went on then. It returns false where they are further apart.
func OverloadsOf(rs []energy.Reading, from, to time.Time, subscribed int64, apart time.Duration) (events int, ok bool) {
	heard := from
	var above time.Time // when it was last; zero: not yet
	for _, r := range rs {
		within := !r.At.Before(from)
		if r.At.Before(from.Add(-apart)) || !r.At.Before(to) {
			continue
		}
		if within && r.At.Sub(heard) > apart {
			return 0, false
		}
		if r.Value > subscribed {
			if within && (above.IsZero() || r.At.Sub(above) > apart) {
				events++
			}
			above = r.At
		}
		if within {
			heard, ok = r.At, true
		}
	}
	return events, ok && to.Sub(heard) <= apart
}

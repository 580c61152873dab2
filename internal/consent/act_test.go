package consent

import (
	"slices"
	"testing"
	"time"
)

func TestLessIsWhateverANarrowingOrAnotherAnswerTakesAway(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	cost := Scope{CooperativeSummary, ToCooperative, Cost, Monthly}
	use := Scope{CooperativeSummary, ToCooperative, Consumption, Monthly}
	held := []Grant{{Scope: cost, DataFrom: day(1), DataTo: day(20), Expires: day(28)}}
	given := func(s Scope, from, to, until int) Event {
		return Event{State: Given, Scope: s, DataFrom: day(from), DataTo: day(to), Expires: day(until)}
	}
	for name, x := range map[string]struct {
		events []Event
		want   []Scope
	}{
		"nothing":             {nil, nil},
		"the same again":      {[]Event{given(cost, 1, 20, 28)}, nil},
		"more":                {[]Event{given(cost, 1, 21, 29)}, nil},
		"something else":      {[]Event{given(use, 5, 6, 7)}, nil},
		"a later beginning":   {[]Event{given(cost, 2, 20, 28)}, []Scope{cost}},
		"an earlier end":      {[]Event{given(cost, 1, 19, 28)}, []Scope{cost}},
		"for a shorter while": {[]Event{given(cost, 1, 20, 27)}, []Scope{cost}},
		"in two parts":        {[]Event{given(cost, 1, 10, 28), given(cost, 10, 20, 28)}, []Scope{cost}},
		"withdrawn":           {[]Event{{State: Withdrawn, Scope: cost}}, []Scope{cost}},
		"refused, not held":   {[]Event{{State: Refused, Scope: use}, {State: Refused, Scope: use}}, []Scope{use}},
	} {
		if got := Less(held, x.events); !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}

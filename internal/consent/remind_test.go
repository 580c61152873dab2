package consent

import (
	"testing"
	"time"
)

func TestWhoIsRemindedOfWhat(t *testing.T) {
	scope := Scope{CooperativeSummary, ToCooperative, Cost, Monthly}
	other := Scope{CooperativeSummary, ToCooperative, Consumption, Monthly}
	give := func(s Scope, expires time.Time) Event {
		return Event{At: noon, State: Given, Scope: s, DataTo: Always, Expires: expires}
	}
	end := noon.AddDate(1, 0, 0)
	for name, c := range map[string]struct {
		said  []Event
		at    time.Time
		ended []bool // of each reminder
	}{
		"long before":                {[]Event{give(scope, end)}, end.Add(-Notify - 1), nil},
		"30 days before":             {[]Event{give(scope, end)}, end.Add(-Notify), []bool{false}},
		"an instant before":          {[]Event{give(scope, end)}, end.Add(-1), []bool{false}},
		"at the end":                 {[]Event{give(scope, end)}, end, []bool{true}},
		"long after":                 {[]Event{give(scope, end)}, end.Add(Notify), nil},
		"the first of two":           {[]Event{give(scope, end), give(other, end.AddDate(1, 0, 0))}, end.Add(-1), []bool{false}},
		"one ended, the other holds": {[]Event{give(scope, end), give(other, end.AddDate(1, 0, 0))}, end, nil},
		"given again":                {[]Event{give(scope, end), give(scope, end.AddDate(1, 0, 0))}, end, nil},
		"refused":                    {[]Event{give(scope, end), {At: end.Add(-time.Hour), State: Refused, Scope: scope}}, end.Add(-1), nil},
		"refused after the end":      {[]Event{give(scope, end), {At: end.Add(time.Hour), State: Refused, Scope: scope}}, end.Add(2 * time.Hour), nil},
		"withdrawn":                  {[]Event{give(scope, end), {At: noon, State: Withdrawn, Scope: scope}}, end, nil},
		"never said":                 {nil, end, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := Remind(c.said, c.at)
			if len(got) != len(c.ended) {
				t.Fatalf("%+v", got)
			}
			for i, r := range got {
				if r.Ended != c.ended[i] || r.Purpose != CooperativeSummary || r.Recipient != ToCooperative || !r.Expires.Equal(end) {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

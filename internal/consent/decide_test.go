package consent

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// A record is a consent as the reference vectors write it: events that hold for
// every purpose at once.
type record struct {
	Purposes []struct {
		Purpose        Purpose     `json:"purpose"`
		MaxGranularity string      `json:"max_granularity"`
		Recipients     []Recipient `json:"recipients"`
	} `json:"purposes"`
	Events []struct {
		Time       time.Time  `json:"time"`
		State      State      `json:"state"`
		ValidUntil *time.Time `json:"valid_until"`
	} `json:"events"`
}

// events spreads a record over the scopes of one category.
func (r record) events(t *testing.T) []Event {
	t.Helper()
	var out []Event
	for _, e := range r.Events {
		expires := Always
		if e.ValidUntil != nil {
			expires = *e.ValidUntil
		}
		for _, p := range r.Purposes {
			g, err := ParseGranularity(p.MaxGranularity)
			if err != nil {
				t.Fatal(err)
			}
			for _, to := range p.Recipients {
				out = append(out, Event{
					At: e.Time, State: e.State, Expires: expires, DataTo: Always,
					Scope: Scope{p.Purpose, to, Consumption, g},
				})
			}
		}
	}
	return out
}

func TestReferenceVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			ID     string `json:"id"`
			Inputs struct {
				Record      record    `json:"record"`
				Purpose     Purpose   `json:"purpose"`
				Granularity string    `json:"granularity"`
				Recipient   Recipient `json:"recipient"`
				At          time.Time `json:"at"`
			} `json:"inputs"`
			Expected struct {
				Allowed bool   `json:"allowed"`
				Reason  Reason `json:"reason"`
			} `json:"expected"`
		} `json:"vectors"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) < 6 {
		t.Fatalf("%d vectors", len(file.Vectors))
	}
	for _, v := range file.Vectors {
		g, err := ParseGranularity(v.Inputs.Granularity)
		if err != nil {
			t.Fatal(err)
		}
		got := Decide(v.Inputs.Record.events(t), Question{
			Purpose: v.Inputs.Purpose, Recipient: v.Inputs.Recipient, Category: Consumption,
			Granularity: g, At: v.Inputs.At,
		})
		if got != (Decision{v.Expected.Allowed, v.Expected.Reason}) {
			t.Errorf("%s: %+v, want %+v", v.ID, got, v.Expected)
		}
	}
}

var (
	noon  = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	daily = Scope{FamilyView, ToFamily, Cost, Daily}
)

func given(at time.Time, s Scope) Event {
	return Event{At: at, State: Given, Scope: s, DataTo: Always, Expires: at.Add(time.Hour)}
}

func TestDecideTable(t *testing.T) {
	ask := Question{Purpose: FamilyView, Recipient: ToFamily, Category: Cost, Granularity: Daily, At: noon}
	with := func(change func(*Question)) Question {
		q := ask
		change(&q)
		return q
	}
	withdrawn := Event{At: noon, State: Withdrawn, Scope: daily}
	limited := given(noon, daily)
	limited.DataFrom, limited.DataTo = noon.Add(-time.Hour), noon
	for name, c := range map[string]struct {
		events []Event
		q      Question
		want   Reason
	}{
		"nothing said":              {nil, ask, NoConsent},
		"the instant it is given":   {[]Event{given(noon, daily)}, ask, Allowed},
		"one ms before":             {[]Event{given(noon.Add(time.Millisecond), daily)}, ask, NoConsent},
		"the instant it expires":    {[]Event{given(noon.Add(-time.Hour), daily)}, ask, Expired},
		"one ms before it expires":  {[]Event{given(noon.Add(time.Millisecond-time.Hour), daily)}, ask, Allowed},
		"withdrawn the same ms":     {[]Event{given(noon, daily), withdrawn}, ask, WasWithdrawn},
		"given again the same ms":   {[]Event{withdrawn, given(noon, daily)}, ask, Allowed},
		"refused":                   {[]Event{{At: noon, State: Refused, Scope: daily}}, ask, WasRefused},
		"a state nobody knows":      {[]Event{{At: noon, State: "perhaps", Scope: daily, Expires: Always, DataTo: Always}}, ask, NoConsent},
		"coarser is included":       {[]Event{given(noon, daily)}, with(func(q *Question) { q.Granularity = Annual }), Allowed},
		"finer is not":              {[]Event{given(noon, daily)}, with(func(q *Question) { q.Granularity = HalfHourly }), FinerThanAgreed},
		"other category":            {[]Event{given(noon, daily)}, with(func(q *Question) { q.Category = Income }), OtherCategory},
		"other recipient":           {[]Event{given(noon, daily)}, with(func(q *Question) { q.Recipient = ToCooperative }), OtherRecipient},
		"other purpose":             {[]Event{given(noon, daily)}, with(func(q *Question) { q.Purpose = Research }), OtherPurpose},
		"hours gone, days stay":     {[]Event{given(noon, daily), given(noon, Scope{FamilyView, ToFamily, Cost, HalfHourly}), {At: noon, State: Withdrawn, Scope: Scope{FamilyView, ToFamily, Cost, HalfHourly}}}, ask, Allowed},
		"data before the period":    {[]Event{limited}, with(func(q *Question) { q.Data = noon.Add(-time.Hour - 1) }), OtherPeriod},
		"first instant of the data": {[]Event{limited}, with(func(q *Question) { q.Data = noon.Add(-time.Hour) }), Allowed},
		"end of the data":           {[]Event{limited}, with(func(q *Question) { q.Data = noon }), OtherPeriod},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Decide(c.events, c.q); got != (Decision{c.want == Allowed, c.want}) {
				t.Errorf("%+v, want %q", got, c.want)
			}
		})
	}
}

// Whatever was said before, a withdrawal of every scope leaves nothing, and an
// event in the future changes nothing today.
func TestRandomHistories(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		var events []Event
		at := noon
		for range r.IntN(8) {
			at = at.Add(time.Duration(r.IntN(3)) * time.Millisecond)
			e := given(at, randomScope(r))
			e.State = []State{Given, Given, Refused, Withdrawn}[r.IntN(4)]
			events = append(events, e)
		}
		q := randomQuestion(r, at)
		before := Decide(events, q)
		later := append(events[:len(events):len(events)], Event{At: at.Add(time.Hour), State: Withdrawn, Scope: randomScope(r)})
		// Reasons for a no may name what is still to come; the answer may not.
		if after := Decide(later, q); after.Allowed != before.Allowed {
			t.Fatalf("the future changed %+v to %+v", before, after)
		}
		all := events[:len(events):len(events)]
		for _, e := range events {
			all = append(all, Event{At: at, State: Withdrawn, Scope: e.Scope})
		}
		if got := Decide(all, q); got.Allowed {
			t.Fatalf("allowed after everything was withdrawn: %+v", all)
		}
		if before.Allowed != (before.Reason == Allowed) {
			t.Fatalf("%+v", before)
		}
	}
}

func randomScope(r *rand.Rand) Scope {
	return Scope{
		Purposes[r.IntN(2)], Recipients[r.IntN(2)], Categories[r.IntN(2)],
		Granularity(r.IntN(4) + 1),
	}
}

func randomQuestion(r *rand.Rand, at time.Time) Question {
	s := randomScope(r)
	return Question{Purpose: s.Purpose, Recipient: s.Recipient, Category: s.Category, Granularity: s.Granularity, At: at}
}

func TestEveryScopeOfAnOfferIsValid(t *testing.T) {
	for _, p := range Purposes {
		for _, s := range append(append(Offer(p), Hourly()), Questions()...) {
			if err := s.Validate(); err != nil {
				t.Error(err)
			}
			if s.Purpose != p && s != Hourly() && s.Category != Survey {
				t.Errorf("%s offers %+v", p, s)
			}
			if s.Recipient != ToFamily && s.Granularity == HalfHourly {
				t.Errorf("%+v gives half-hours away", s)
			}
		}
	}
	for _, s := range []Scope{{}, {Purpose: FamilyView}, {FamilyView, ToFamily, Cost, 0}, {FamilyView, ToFamily, Cost, 5}} {
		if s.Validate() == nil {
			t.Errorf("%+v passed", s)
		}
	}
}

func TestGranularityReadsWhatItWrites(t *testing.T) {
	for g := Annual; g <= HalfHourly; g++ {
		if got, err := ParseGranularity(g.String()); err != nil || got != g {
			t.Errorf("%v: %v %v", g, got, err)
		}
	}
	if _, err := ParseGranularity("hourly"); err == nil {
		t.Error("hourly passed")
	}
}

package consent

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

// An oracle answers from a table of every single thing there is to allow: for each
// scope and each day of data, until when. It knows no event and no grant.
type oracle map[Scope]map[int]time.Time

// days of data that histories speak of, from noon on.
const oracleDays = 6

func dayAt(n int) time.Time { return noon.AddDate(0, 0, n) }

func (o oracle) give(s Scope, from, to int, expires time.Time) {
	o[s] = map[int]time.Time{}
	for d := from; d < to; d++ {
		o[s][d] = expires
	}
}

// end forgets a scope, and the finer ones beside it.
func (o oracle) end(s Scope) {
	for g := s.Granularity; g <= HalfHourly; g++ {
		delete(o, s.at(g))
	}
}

// narrow rebuilds the table from what is within limits.
func (o oracle) narrow(l Limits, now time.Time) {
	old := maps.Clone(o)
	clear(o)
	for s, days := range old {
		for d, expires := range days {
			to := s
			about := (l.Purpose == "" || l.Purpose == s.Purpose) && (l.Recipient == "" || l.Recipient == s.Recipient) && (l.Category == "" || l.Category == s.Category)
			if about {
				if !in(l.Recipients, s.Recipient) || !in(l.Categories, s.Category) ||
					dayAt(d).Before(l.DataFrom) || !l.DataTo.IsZero() && !dayAt(d).Before(l.DataTo) {
					continue
				}
				if l.Finest != 0 && l.Finest < s.Granularity {
					to.Granularity = l.Finest
				}
				if !l.Expires.IsZero() && l.Expires.Before(expires) {
					expires = l.Expires
				}
			}
			if o[to] == nil {
				o[to] = map[int]time.Time{}
			}
			if expires.After(now) && expires.After(o[to][d]) {
				o[to][d] = expires
			}
		}
	}
}

func in[T comparable](all []T, one T) bool {
	for _, x := range all {
		if x == one {
			return true
		}
	}
	return all == nil
}

// allows looks up one day; below 0 any day does.
func (o oracle) allows(q Question, d int) bool {
	s := Scope{Purpose: q.Purpose, Recipient: q.Recipient, Category: q.Category}
	for g := q.Granularity; g <= HalfHourly; g++ {
		for day, expires := range o[s.at(g)] {
			if (d < 0 || day == d) && q.At.Before(expires) {
				return true
			}
		}
	}
	return false
}

// A history is what a family says in one life, and what was answered meanwhile.
type history struct {
	r      *rand.Rand
	now    time.Time
	events []Event
	oracle oracle
	asked  []asked
}

type asked struct {
	q   Question
	may bool
}

// grants returns what holds now, from the events alone.
func (h *history) grants() []Grant {
	last := map[Scope][]Event{}
	var order []Scope
	for _, e := range h.events {
		if _, ok := last[e.Scope]; !ok {
			order = append(order, e.Scope)
		}
		last[e.Scope] = follow(last[e.Scope], e)
	}
	var all []Grant
	for _, s := range order {
		for _, e := range last[s] {
			if e.State == Given && h.now.Before(e.Expires) {
				all = append(all, Grant{Scope: s, DataFrom: e.DataFrom, DataTo: e.DataTo, Since: e.At, Expires: e.Expires})
			}
		}
	}
	return all
}

// step lets time pass and has the family say one thing at random.
func (h *history) step(n int) Act {
	h.now = h.now.Add(time.Duration(1+h.r.IntN(2)) * time.Minute)
	a := Act{ID: strconv.Itoa(n), Scopes: []Scope{randomScope(h.r)}, Terms: Event{DataTo: Always}}
	if h.r.IntN(4) == 0 {
		a.Scopes = append(a.Scopes, randomScope(h.r))
	}
	from, to := 0, oracleDays
	if h.r.IntN(2) == 0 {
		from = h.r.IntN(oracleDays)
		to = from + 1 + h.r.IntN(oracleDays-from)
	}
	expires := h.now.Add(time.Duration(1+h.r.IntN(8)) * time.Minute)
	switch k := h.r.IntN(10); {
	case k < 5:
		a.Verb, a.Terms = Give, Event{DataFrom: dayAt(from), DataTo: dayAt(to), Expires: expires}
		for _, s := range a.Scopes {
			h.oracle.give(s, from, to, expires)
		}
	case k < 6:
		a.Verb = Refuse
		for _, s := range a.Scopes {
			h.oracle.end(s)
		}
	case k < 7:
		a.Verb = Withdraw
		if h.r.IntN(4) == 0 {
			a.Scopes = nil
			clear(h.oracle)
		}
		for _, s := range a.Scopes {
			h.oracle.end(s)
		}
	default:
		a.Verb, a.Scopes, a.Limits = Narrow, nil, randomLimits(h.r, from, to, expires)
		h.oracle.narrow(a.Limits, h.now)
	}
	h.events = append(h.events, a.Events(h.grants(), h.now, time.Hour)...)
	return a
}

func randomLimits(r *rand.Rand, from, to int, expires time.Time) Limits {
	var l Limits
	s := randomScope(r)
	if r.IntN(2) == 0 {
		l.Purpose = s.Purpose
	}
	if r.IntN(3) == 0 {
		l.Recipient = s.Recipient
	}
	if r.IntN(3) == 0 {
		l.Category = s.Category
	}
	switch r.IntN(5) {
	case 0:
		l.Finest = s.Granularity
	case 1:
		l.DataFrom, l.DataTo = dayAt(from), dayAt(to)
	case 2:
		l.Expires = expires
	case 3:
		l.Categories = []Category{s.Category}
	case 4:
		l.Recipients = []Recipient{s.Recipient}
	}
	return l
}

// ask compares the decision with the table, of a day, of a whole day and of no day.
func (h *history) ask() error {
	s := randomScope(h.r)
	d := h.r.IntN(oracleDays+1) - 1
	q := Question{Purpose: s.Purpose, Recipient: s.Recipient, Category: s.Category, Granularity: s.Granularity, At: h.now}
	if d >= 0 {
		q.Data = dayAt(d)
		if h.r.IntN(2) == 0 {
			q.Until = dayAt(d + 1)
		}
	}
	may := h.oracle.allows(q, d)
	h.asked = append(h.asked, asked{q, may})
	if got := Decide(h.events, q); got.Allowed != may {
		return fmt.Errorf("%+v is %+v, the table says %v", q, got, may)
	}
	return nil
}

// The decision and a table of every single day agree over random histories of giving,
// refusing, narrowing, withdrawing and expiring, then and when asked again later.
func TestTheDecisionAgreesWithATableOfEverything(t *testing.T) {
	given, narrowed := 0, 0
	for seed := range uint64(10_000) {
		h := &history{r: rand.New(rand.NewPCG(2026, seed)), now: noon, oracle: oracle{}}
		var steps []Act
		fail := func(err error) {
			for _, a := range steps {
				t.Logf("%s %+v %+v", a.Verb, a.Scopes, a.Limits)
			}
			t.Fatalf("seed %d: %v", seed, err)
		}
		for n := range 1 + h.r.IntN(12) {
			steps = append(steps, h.step(n))
			for range 6 {
				if err := h.ask(); err != nil {
					fail(err)
				}
			}
		}
		for _, a := range h.asked {
			if got := Decide(h.events, a.q); got.Allowed != a.may {
				fail(fmt.Errorf("later, %+v is %+v, it was %v", a.q, got, a.may))
			}
			if a.may {
				given++
			}
		}
		for _, e := range h.events {
			if e.Verb == Narrow {
				narrowed++
			}
		}
	}
	if given < 10_000 || narrowed < 2_000 {
		t.Errorf("%d answers gave something, %d events narrowed: the test tests little", given, narrowed)
	}
}

package jobs_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A life is a meter that shows all that a counter can, while it is replaced, goes
// from home to home, and homes change their contracts. Facts are what people say, in
// any order; moves are handovers, each after the one before.
type life struct {
	*world
	readings []energy.Reading
	facts    []func()
	moves    []func()
}

// openLife lives the same life for the same seed, over the change of time.
func openLife(tb testing.TB, seed uint64) *life {
	tb.Helper()
	luck := rand.New(rand.NewPCG(seed, 1))
	from, to := date("2026-10-18").Start(paris), date("2026-11-03").Start(paris)
	l := &life{world: openWorld(tb, to)}
	families := make([]household.FamilyID, 3)
	for i := range families {
		families[i] = l.family("home "+strconv.Itoa(i), base)
	}
	meter := l.meter("linky", families[0], household.Electricity, from)
	c := count{meter: meter, register: "energy_import/base", value: 4_000_000_000}
	anywhen := func() time.Time { return from.Add(time.Duration(luck.Int64N(int64(to.Sub(from))))) }
	zeros := 0
	var leaps []time.Time
	for t := from; t.Before(to); {
		t = t.Add(time.Duration(luck.Int64N(int64(80*time.Minute))) + time.Millisecond)
		if luck.IntN(60) == 0 {
			t = t.Add(time.Duration(luck.Int64N(int64(50 * time.Hour))))
		}
		c.value += luck.Int64N(500_000)
		right := c.value
		switch luck.IntN(40) {
		case 0:
			zeros = 1 + luck.IntN(30)
		case 1:
			c.value = luck.Int64N(2_000_000)
			right = c.value
		case 2:
			c.value += 39_000_000_000
			right = c.value
			leaps = append(leaps, energy.Instant(t))
		case 3:
			c.value -= min(c.value, 7_000_000)
		case 4:
			c.value += 20_000_000 // more than 3 kVA, not more than 36
			right = c.value
		}
		if zeros--; zeros >= 0 {
			c.value = 0
		}
		c.show(t)
		c.value = right
	}
	l.readings = c.all

	say := func(c household.Change) {
		c.Meter, c.By, c.Why, c.Said = meter, "A. Roy", "visit", to
		l.facts = append(l.facts, func() {
			if err := l.records.Change(tb.Context(), []household.Change{c}); err != nil {
				tb.Fatal(err)
			}
		})
	}
	for range 3 {
		x := household.Change{Kind: household.Replaced, At: energy.Instant(anywhen()), Register: c.register}
		i, _ := slices.BinarySearchFunc(l.readings, x.At, func(r energy.Reading, t time.Time) int { return r.At.Compare(t) })
		if i > 0 && luck.IntN(3) > 0 {
			x.Last = household.Index{Value: l.readings[i-1].Value + luck.Int64N(900_000), Known: true}
		}
		if i < len(l.readings) && luck.IntN(3) > 0 {
			x.First = household.Index{Value: max(0, l.readings[i].Value-luck.Int64N(900_000)), Known: true}
		}
		say(x)
		if luck.IntN(4) == 0 {
			l.facts = l.facts[:len(l.facts)-1]
			undo := x
			undo.Kind, undo.Last, undo.First, undo.Register = household.Kept, household.Index{}, household.Index{}, ""
			both := [2]household.Change{x, undo}
			l.facts = append(l.facts, func() {
				for _, x := range both {
					x.Meter, x.Said = meter, to
					if err := l.records.Change(tb.Context(), []household.Change{x}); err != nil {
						tb.Fatal(err)
					}
				}
			})
		}
	}
	for _, at := range leaps {
		if kind := []household.ChangeKind{household.Used, household.Unused, ""}[luck.IntN(3)]; kind != "" {
			say(household.Change{Kind: kind, At: at, Register: c.register})
		}
	}
	taken := map[string]bool{}
	for range 4 {
		x := base
		x.Family, x.PowerKVA = families[luck.IntN(3)], []int{3, 6, 12, 36}[luck.IntN(4)]
		x.From = energy.DayOf(anywhen(), paris)
		if key := fmt.Sprint(x.Family, x.From); taken[key] {
			continue // a second one would replace the first
		} else {
			taken[key] = true
		}
		l.facts = append(l.facts, func() {
			if err := l.registry.ChangeContract(tb.Context(), x); err != nil {
				tb.Fatal(err)
			}
		})
	}
	for i, at := range slices.SortedFunc(slices.Values([]time.Time{anywhen(), anywhen()}), time.Time.Compare) {
		a, b := families[i], families[i+1]
		l.moves = append(l.moves, func() {
			if err := l.registry.Move(tb.Context(), meter, a, b, at, word); err != nil {
				tb.Fatal(err)
			}
		})
	}
	return l
}

// doubts returns what waits for a person, without ids.
func (l *life) doubts() string {
	l.tb.Helper()
	all, err := l.registry.Doubts(l.tb.Context())
	if err != nil {
		l.tb.Fatal(err)
	}
	var b strings.Builder
	for _, d := range all {
		fmt.Fprintln(&b, "doubt", d.Before.At, d.Before.Value, d.After.At, d.After.Value, d.Told)
	}
	return b.String()
}

// TestEventsInAnyOrderGiveWhatAllAtOnceGive lets readings come late and people say
// what happened in any order, with a pass after each, and wants byte for byte what
// everything known at once gives.
func TestEventsInAnyOrderGiveWhatAllAtOnceGive(t *testing.T) {
	t.Parallel()
	for _, seed := range lifeSeeds() {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			once := openLife(t, seed)
			for _, f := range slices.Concat(once.moves, once.facts) {
				f()
			}
			once.arrive(once.readings)
			end := once.clock().Add(time.Hour)
			once.pass(end)
			once.settledMarks()

			l := openLife(t, seed)
			luck := rand.New(rand.NewPCG(seed, 2))
			rs := l.readings
			if seed%3 != 0 { // else in order of time
				luck.Shuffle(len(rs), func(i, j int) { rs[i], rs[j] = rs[j], rs[i] })
			}
			luck.Shuffle(len(l.facts), func(i, j int) { l.facts[i], l.facts[j] = l.facts[j], l.facts[i] })
			for len(rs)+len(l.facts)+len(l.moves) > 0 {
				n := min(len(rs), luck.IntN(60))
				l.arrive(rs[:n])
				rs = rs[n:]
				for _, queue := range []*[]func(){&l.facts, &l.moves} {
					if len(*queue) > 0 && luck.IntN(2) == 0 {
						(*queue)[0]()
						*queue = (*queue)[1:]
					}
				}
				l.pass(end)
			}
			l.settledMarks()
			got, want := unknown.ReplaceAllString(l.dump(), "")+l.doubts(), unknown.ReplaceAllString(once.dump(), "")+once.doubts()
			if d := different(got, want); d != "" {
				t.Errorf("the figures differ:\n%s", d)
			}
			if n := l.number(`SELECT COUNT(*) FROM usage_slot WHERE energy < 0 OR seen > length OR seen < 0`); n != 0 {
				t.Errorf("%d half-hours of negative energy or seen for longer than they are", n)
			}
		})
	}
}

// lifeSeeds are the lives that are lived; more are in a search by hand.
func lifeSeeds() []uint64 {
	if testing.Short() { // as under the race detector: its goroutines are those of any
		return []uint64{1}
	}
	return []uint64{1, 2, 3, 4}
}

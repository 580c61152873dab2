package browsing

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

var nine = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)

const twenty = 20

// opens returns openings of as many families, one each so often, from an instant on.
func opens(staff string, from time.Time, families int, each time.Duration) []Opening {
	all := make([]Opening, families)
	for i := range all {
		all[i] = Opening{staff, fmt.Sprint("f", i), from.Add(time.Duration(i) * each)}
	}
	return all
}

func TestManyDifferentFamiliesWithinAnHourAreASpell(t *testing.T) {
	again := make([]Opening, 30)
	for i := range again {
		again[i] = Opening{"s", "f", nine.Add(time.Duration(i) * time.Second)}
	}
	for name, c := range map[string]struct {
		openings []Opening
		want     []Spell
	}{
		"nothing":                       {nil, nil},
		"twenty":                        {opens("s", nine, 20, time.Second), nil},
		"one more":                      {opens("s", nine, 21, time.Second), []Spell{{"s", nine.Add(20 * time.Second), nine.Add(20 * time.Second), 21}}},
		"more still is the same":        {opens("s", nine, 50, time.Second), []Spell{{"s", nine.Add(20 * time.Second), nine.Add(49 * time.Second), 50}}},
		"one family again and again":    {again, nil},
		"over two hours":                {opens("s", nine, 40, 3*time.Minute), nil},
		"the 21st when the hour is out": {opens("s", nine, 21, 3*time.Minute), nil},
		"the 21st just before":          {opens("s", nine, 21, 3*time.Minute-time.Second), []Spell{{"s", nine.Add(time.Hour - 20*time.Second), nine.Add(time.Hour - 20*time.Second), 21}}},
		"two persons together":          {slices.Concat(opens("s", nine, 15, time.Second), opens("t", nine.Add(time.Minute), 15, time.Second)), nil},
		"again after an hour is another": {slices.Concat(opens("s", nine, 21, time.Second), opens("s", nine.Add(2*time.Hour), 22, time.Second)), []Spell{
			{"s", nine.Add(20 * time.Second), nine.Add(20 * time.Second), 21},
			{"s", nine.Add(2*time.Hour + 20*time.Second), nine.Add(2*time.Hour + 21*time.Second), 22},
		}},
		"all day long is one": {opens("s", nine, 200, 2*time.Minute), []Spell{{"s", nine.Add(40 * time.Minute), nine.Add(398 * time.Minute), 30}}},
	} {
		if got := Join(nil, c.openings, twenty); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// Whenever somebody looks, and however often, the spells are the same, as long as the two
// hours before are looked at too.
func TestLookingOftenOrSeldomIsTheSame(t *testing.T) {
	spells := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		var all []Opening
		for at := nine; len(all) < 300; at = at.Add(time.Duration(r.IntN(130)) * time.Second) {
			if r.IntN(40) == 0 {
				at = at.Add(time.Duration(r.IntN(180)) * time.Minute)
			}
			all = append(all, Opening{fmt.Sprint("s", r.IntN(2)), fmt.Sprint("f", r.IntN(60)), at})
		}
		want := Join(nil, all, twenty)
		var got []Spell
		for looked, end := nine, all[len(all)-1].At; ; {
			now := looked.Add(time.Duration(1+r.IntN(90)) * time.Minute)
			var some []Opening
			for _, o := range all {
				if o.At.After(looked.Add(-2*Within)) && !o.At.After(now) {
					some = append(some, o)
				}
			}
			got = Join(got, some, twenty)
			if looked = now; looked.After(end) {
				break
			}
		}
		order := func(a, b Spell) int { return a.Began.Compare(b.Began) }
		slices.SortFunc(got, order)
		slices.SortFunc(want, order)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: %+v, want %+v", seed, got, want)
		}
		spells += len(want)
	}
	if spells < 400 {
		t.Errorf("only %d spells were looked at", spells)
	}
}

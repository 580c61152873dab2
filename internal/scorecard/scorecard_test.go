package scorecard

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
)

func dec(n int64) decimal.Decimal { return decimal.NewFromInt(n) }

// card is a card of two characteristics.
func card() Card {
	one, two := dec(1), dec(2)
	return Card{
		{Code: "B", Feature: "b", Bins: []Bin{{&one, dec(0)}, {&two, dec(10)}, {nil, dec(20)}}, Missing: dec(3)},
		{Code: "A", Feature: "a", Bins: []Bin{{&one, dec(0)}, {nil, dec(20)}}},
	}
}

func TestAScoreSaysWhereItComesFrom(t *testing.T) {
	bands := []Band{{"high", dec(40)}, {"medium", dec(20)}}
	for name, c := range map[string]struct {
		features map[string]decimal.Decimal
		points   int64
		band     string
		reasons  []string
	}{
		"nothing known":      {nil, 3, "low", []string{"B"}},
		"the end of a bin":   {map[string]decimal.Decimal{"a": dec(0), "b": dec(1)}, 10, "low", []string{"B"}},
		"a band's first":     {map[string]decimal.Decimal{"a": dec(1), "b": dec(0)}, 20, "medium", []string{"A"}},
		"equal contributors": {map[string]decimal.Decimal{"a": dec(9), "b": dec(2)}, 40, "high", []string{"A", "B"}},
	} {
		s, err := card().Score(c.features, bands)
		if err != nil || !s.Points.Equal(dec(c.points)) || s.Band != c.band || !slices.Equal(s.Reasons, c.reasons) {
			t.Errorf("%s: %+v %v", name, s, err)
		}
	}
}

func TestACardGivesPointsToEveryValue(t *testing.T) {
	for name, change := range map[string]func(Card) Card{
		"no bin":      func(c Card) Card { c[0].Bins = nil; return c },
		"no last bin": func(c Card) Card { c[0].Bins = c[0].Bins[:2]; return c },
		"ends fall":   func(c Card) Card { c[0].Bins[0], c[0].Bins[1] = c[0].Bins[1], c[0].Bins[0]; return c },
		"twice":       func(c Card) Card { return append(c, c[0]) },
		"no code":     func(c Card) Card { c[1].Code = ""; return c },
	} {
		if _, err := change(card()).Score(nil, nil); !errors.Is(err, ErrCard) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAScaleAddsPointsWhenOddsDouble(t *testing.T) {
	s, err := NewScale(600, 50, 20)
	if err != nil {
		t.Fatal(err)
	}
	for odds, want := range map[float64]float64{50: 600, 100: 620, 25: 580} {
		if got, err := s.Points(odds); err != nil || math.Abs(got-want) > 1e-9 {
			t.Errorf("%g: %g %v", odds, got, err)
		}
	}
	if _, err := s.Points(0); !errors.Is(err, ErrScale) {
		t.Error(err)
	}
	if _, err := NewScale(600, -1, 20); !errors.Is(err, ErrScale) {
		t.Error(err)
	}
}

func TestExactlyFourFifthsPasses(t *testing.T) {
	f, err := Audit(map[string]Outcome{"a": {40, 0, 0, 60}, "b": {32, 0, 0, 68}, "few": {1, 1, 1, 1}}, SmallestGroup)
	if err != nil || !*f.Passes || f.Impact.Cmp(big.NewRat(4, 5)) != 0 || !slices.Equal(f.TooFew, []string{"few"}) || f.Selected["few"] != nil {
		t.Errorf("%+v %v", f, err)
	}
	f, err = Audit(map[string]Outcome{"a": {0, 0, 0, 20}, "b": {0, 0, 20, 0}}, SmallestGroup)
	if err != nil || f.Impact != nil || f.Passes != nil || f.PValue != nil || f.Found["a"] != nil || f.FoundGap != nil {
		t.Errorf("nobody is selected: %+v %v", f, err)
	}
	if f, err := Audit(map[string]Outcome{"a": {40, 0, 0, 60}}, SmallestGroup); err != nil || f.Impact != nil {
		t.Errorf("one group: %+v %v", f, err)
	}
	if _, err := Audit(map[string]Outcome{"a": {-1, 0, 0, 60}}, SmallestGroup); !errors.Is(err, ErrCounts) {
		t.Error(err)
	}
}

// TestMoreHomesLeaveLessToChance multiplies groups and wants rates to stay and the
// p-value to fall.
func TestMoreHomesLeaveLessToChance(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 9))
	for range 200 {
		draw := func(times int64, o Outcome) Outcome {
			return Outcome{o.Right * times, o.Wrong * times, o.Missed * times, o.RightlyNot * times}
		}
		a := Outcome{rng.Int64N(20) + 3, rng.Int64N(20) + 3, rng.Int64N(20) + 3, rng.Int64N(20) + 3}
		b := Outcome{rng.Int64N(20) + 3, rng.Int64N(20) + 3, rng.Int64N(20) + 3, rng.Int64N(20) + 3}
		few, err1 := Audit(map[string]Outcome{"a": a, "b": b}, SmallestGroup)
		many, err2 := Audit(map[string]Outcome{"a": draw(10, a), "b": draw(10, b)}, SmallestGroup)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if few.Impact.Cmp(many.Impact) != 0 || few.Impact.Cmp(big.NewRat(1, 1)) < 0 && *many.PValue >= *few.PValue {
			t.Errorf("%+v %+v: %g, %g", a, b, *few.PValue, *many.PValue)
		}
	}
}

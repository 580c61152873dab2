package opendata

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
)

func TestACellNeedsElevenHomesNoneAboveEightyFivePercent(t *testing.T) {
	of := func(most int64) []decimal.Decimal {
		vs := []decimal.Decimal{decimal.NewFromInt(most)}
		for range 10 {
			vs = append(vs, decimal.NewFromInt(15))
		}
		return vs
	}
	for name, c := range map[string]struct {
		cell Cell
		want Verdict
	}{
		"nobody":             {Cell{}, Empty},
		"ten":                {Cell{Homes: 10}, SuppressedCount},
		"eleven":             {Cell{Homes: 11}, Publish},
		"exactly 85 percent": {Cell{11, of(850)}, Publish},
		"more":               {Cell{11, of(851)}, SuppressedDominance},
		"solar":              {Cell{11, of(-851)}, SuppressedDominance},
		"all 0":              {Cell{11, make([]decimal.Decimal, 11)}, Publish},
	} {
		if got := INSEE.Judge(c.cell); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestARowHidesUntilItsTotalGivesNothingBack(t *testing.T) {
	for _, c := range []struct {
		counts []int
		total  bool
		want   []bool
		err    error
	}{
		{[]int{20, 30}, true, []bool{false, false}, nil},
		{[]int{7, 12, 30}, false, []bool{true, false, false}, nil},
		{[]int{7, 8, 30}, true, []bool{true, true, false}, nil},
		{[]int{7, 12, 12}, true, []bool{true, true, false}, nil},
		{[]int{7, 0}, true, nil, ErrNotProtectable},
		{[]int{3, 4}, true, nil, ErrNotProtectable},
		{[]int{-1}, true, nil, ErrNotATable},
	} {
		got, err := Hide(c.counts, 11, c.total)
		if !slices.Equal(got, c.want) || !errors.Is(err, c.err) {
			t.Errorf("%v: %v %v", c.counts, got, err)
		}
	}
}

// TestMarginsGiveNoHiddenCellBack draws tables and wants every row and column
// without a hidden cell, or with at least two.
func TestMarginsGiveNoHiddenCellBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	for range 2000 {
		counts := make([][]int, 1+rng.IntN(4))
		columns := 1 + rng.IntN(4)
		for i := range counts {
			for range columns {
				counts[i] = append(counts[i], rng.IntN(30))
			}
		}
		hidden, err := HideTable(counts, 11, true)
		if errors.Is(err, ErrNotProtectable) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		inColumn := make([]int, columns)
		for i, row := range hidden {
			inRow := 0
			for j, h := range row {
				if h {
					inRow++
					inColumn[j]++
				}
				if n := counts[i][j]; n > 0 && n < 11 && !h || n == 0 && h {
					t.Fatalf("%v: %v", counts, hidden)
				}
			}
			if inRow == 1 {
				t.Fatalf("%v: %v", counts, hidden)
			}
		}
		if slices.Contains(inColumn, 1) {
			t.Fatalf("%v: %v", counts, hidden)
		}
	}
	for _, c := range [][][]int{{{5, 30}}, {{5}, {30}}, {{5, 0}, {30, 30}}} {
		if _, err := HideTable(c, 11, true); !errors.Is(err, ErrNotProtectable) {
			t.Errorf("%v: %v", c, err)
		}
		if hidden, err := HideTable(c, 11, false); err != nil || !hidden[0][0] {
			t.Errorf("%v without totals: %v %v", c, hidden, err)
		}
	}
	if _, err := HideTable([][]int{{1, 2}, {3}}, 11, true); !errors.Is(err, ErrNotATable) {
		t.Error("a row is shorter")
	}
}

func TestRecordsHideInTheirClass(t *testing.T) {
	text := func(s string) *string { return &s }
	records := []Record{
		{[]string{"N", "1"}, text("high")},
		{[]string{"N", "1"}, nil},
		{[]string{"S", "1"}, text("high")},
		{[]string{"S", "1"}, text("low")},
		{[]string{"S", "1"}, text("low")},
	}
	want := Anonymity{K: 2, L: 1, Classes: 2}
	for range 20 {
		rand.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		if got := AnonymityOf(records); got != want {
			t.Fatal(got)
		}
	}
	if got := AnonymityOf(nil); got != (Anonymity{}) {
		t.Error(got)
	}
}

func TestABudgetEndsAtTheFirstQueryTooMuch(t *testing.T) {
	of := func(tenths ...int64) (ds []decimal.Decimal) {
		for _, n := range tenths {
			ds = append(ds, decimal.New(n, -1))
		}
		return ds
	}
	for _, c := range []struct {
		epsilons []decimal.Decimal
		allowed  int
		err      error
	}{
		{of(1, 2), 2, nil}, // exactly 0.3, which floats exceed
		{of(1, 3, 1), 1, nil},
		{nil, 0, nil},
		{of(1, 0), 0, ErrNoBudget},
	} {
		if _, n, err := Spend(c.epsilons, decimal.New(3, -1)); n != c.allowed || !errors.Is(err, c.err) {
			t.Errorf("%v: %d %v", c.epsilons, n, err)
		}
	}
	if _, _, err := Laplace(1, 0); !errors.Is(err, ErrNoBudget) {
		t.Error(err)
	}
}

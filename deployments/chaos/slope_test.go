package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestTrendsTellALeakFromNoise(t *testing.T) {
	luck := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name        string
		slope, rush float64
	}{{"flat", 0, 1}, {"a leak", 1, 1}, {"a leak without noise", 0.5, 0}, {"shrinking", -2, 3}} {
		inside := 0
		for range 1000 {
			values := make([]float64, 24)
			for i := range values {
				values[i] = 50 + c.slope*float64(i) + c.rush*luck.NormFloat64()
			}
			got := trendOf(values)
			inside += int(bad(got.least <= c.slope+1e-9 && c.slope <= got.most+1e-9))
		}
		if inside < 930 {
			t.Errorf("%s: the slope is within its 95 %% interval in %d of 1000", c.name, inside)
		}
	}
	if got := trendOf([]float64{1, 2}); !math.IsInf(got.least, -1) {
		t.Errorf("two values tell %+v", got)
	}
}

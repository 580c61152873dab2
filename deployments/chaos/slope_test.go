package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestTrendsTellALeakFromNoise(t *testing.T) {
	luck := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name              string
		slope, rush, hold float64
		want              int
	}{{"flat", 0, 1, 0, 930}, {"a leak", 1, 1, 0, 930}, {"a leak without noise", 0.5, 0, 0, 1000}, {"shrinking", -2, 3, 0, 930}, {"flat with steps", 0, 1, 0.4, 900}} {
		inside := 0
		for range 1000 {
			values := make([]float64, 24)
			noise := 0.0
			for i := range values {
				noise = c.hold*noise + c.rush*luck.NormFloat64()
				values[i] = 50 + c.slope*float64(i) + noise
			}
			got := trendOf(values)
			inside += int(bad(got.least <= c.slope+1e-9 && c.slope <= got.most+1e-9))
		}
		if inside < c.want {
			t.Errorf("%s: the slope is within its 95 %% interval in %d of 1000", c.name, inside)
		}
	}
	// 20 MiB an hour over twelve minutes among steps of half a MiB.
	found, noise := 0, 0.0
	for range 1000 {
		values := make([]float64, 24)
		for i := range values {
			noise = 0.4*noise + 0.5*luck.NormFloat64()
			values[i] = 20./120*float64(i) + noise
		}
		found += int(bad(trendOf(values).least >= 1./120))
	}
	if found < 900 {
		t.Errorf("a leak is found in %d of 1000", found)
	}
	if got := trendOf([]float64{1, 2}); !math.IsInf(got.least, -1) {
		t.Errorf("two values tell %+v", got)
	}
}

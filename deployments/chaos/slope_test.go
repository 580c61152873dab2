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
	if got := trendOf([]float64{1, 2, 3, 4}); !math.IsInf(got.least, -1) {
		t.Errorf("four values tell %+v", got)
	}
}

// soaked returns the memory of a program in MiB, each half minute: what leaks in an hour,
// steps that half stay, and what jobs take each ten minutes, for up to a minute and a half,
// of which half is given back in each half minute after.
func soaked(luck *rand.Rand, minutes int, leak, steps, burst float64) []float64 {
	values := make([]float64, 2*minutes)
	step, taken, until := 0.0, 0.0, 0
	for i := range values {
		step = 0.4*step + steps*luck.NormFloat64()
		if i%20 == 7 {
			taken, until = burst*luck.Float64(), i+luck.IntN(4)
		} else if i > until {
			taken /= 2
		}
		values[i] = 38 + leak*float64(i)/120 + step + taken
	}
	return values
}

func TestALeakIsFoundBehindBurstsAndBurstsAreNoLeak(t *testing.T) {
	luck := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name               string
		minutes            int
		leak, steps, burst float64
		found, wrong       int // at least, at most, of 1000
	}{
		{"2 MiB an hour in bursts of up to 80", 120, 2, 0.3, 80, 950, 1000},
		{"bursts of up to 80", 120, 0, 0.3, 80, 0, 5},
		{"a quarter of an hour of bursts", 12, 0, 0.3, 80, 0, 50},
		{"20 MiB an hour in a quarter of an hour", 12, 20, 0.5, 0, 900, 1000},
	} {
		found, inside := 0, 0
		for range 1000 {
			got, _ := creepOf(soaked(luck, c.minutes, c.leak, c.steps, c.burst))
			found += int(bad(got.least >= 1./120))
			inside += int(bad(got.least <= c.leak/120 && c.leak/120 <= got.most))
		}
		if found < c.found || found > c.wrong {
			t.Errorf("%s: 1 MiB an hour or more is found in %d of 1000", c.name, found)
		}
		if inside < 920 {
			t.Errorf("%s: what leaks is within the 95 %% interval in %d of 1000", c.name, inside)
		}
	}
}

func TestWhatComesOnceDoesNotGoOn(t *testing.T) {
	luck := rand.New(rand.NewPCG(1, 2))
	settles := func(values []float64) {
		for i := range values {
			values[i] += 3 * (1 - math.Exp(-5*float64(i)/float64(len(values))))
		}
	}
	once := func(values []float64) {
		for range 3 {
			size := 0.5 + 2*luck.Float64()
			for i := luck.IntN(len(values)); i < len(values); i++ {
				values[i] += size
			}
		}
	}
	for _, c := range []struct {
		name    string
		minutes int
		leak    float64
		more    func([]float64)
		most    int // of 1000
		least   int
	}{
		{"a quarter of an hour that settles by 3 MiB", 12, 0, settles, 120, 0},
		{"a quarter of an hour that takes up to 2.5 MiB three times", 12, 0, once, 120, 0},
		{"half an hour that settles", 30, 0, settles, 50, 0},
		{"20 MiB an hour in a quarter of an hour", 12, 20, func([]float64) {}, 1000, 550},
		{"2 MiB an hour in two hours", 130, 2, func([]float64) {}, 1000, 950},
		{"2 MiB an hour that settles too", 130, 2, settles, 1000, 700},
	} {
		found := 0
		for range 1000 {
			values := soaked(luck, c.minutes, c.leak, 0.3, 0)
			c.more(values)
			found += int(bad(goesOn(values, 1./120)))
		}
		if found < c.least || found > c.most {
			t.Errorf("%s: it goes on in %d of 1000", c.name, found)
		}
	}
}

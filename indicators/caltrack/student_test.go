package caltrack

import (
	"math"
	"testing"
)

// TestQuantilesOfStudentT holds quantiles against closed forms, and against scipy
// 1.10.1, which is good to 5e-9.
func TestQuantilesOfStudentT(t *testing.T) {
	for _, c := range []struct{ p, df, want float64 }{
		{0.975, 30, 2.0422724563012373},
		{0.95, 5, 2.015048372669157},
		{0.95, 362, 1.6490737923401133},
		{0.95, 363, 1.6490621366528266},
		{0.95, 4, 2.13184678133629},
		{0.05, 5, -2.015048372669157},
		{0.5, 3, 0},
		{0.9, 1, math.Tan(math.Pi * 0.4)},                            // Cauchy
		{0.9, 2, 0.8 / math.Sqrt(2*0.9*0.1)},                         // (2p-1)/√(2p(1-p))
		{0.9999, 2, (2*0.9999 - 1) / math.Sqrt(2*0.9999*(1-0.9999))}, // far out
		{0.975, 1e9, 1.959963986},                                    // all but normal
	} {
		if got := StudentT(c.p, c.df); math.Abs(got-c.want) > 6e-9*max(1, math.Abs(c.want)) {
			t.Errorf("t(%v, %v): want %v, got %v", c.p, c.df, c.want, got)
		}
	}
	// With five degrees of freedom the distribution has a closed form.
	five := func(t float64) float64 {
		angle := math.Atan(t / math.Sqrt(5))
		c := math.Cos(angle)
		return 0.5 - (angle+math.Sin(angle)*(c+2*c*c*c/3))/math.Pi
	}
	if p := five(StudentT(0.95, 5)); math.Abs(p-0.05) > 1e-15 {
		t.Errorf("t(0.95, 5) leaves %v above it", p)
	}
	for _, c := range [][2]float64{{0, 5}, {1, 5}, {0.9, 0}, {0.9, -1}, {math.NaN(), 5}, {0.9, math.NaN()}} {
		if got := StudentT(c[0], c[1]); !math.IsNaN(got) {
			t.Errorf("t(%v, %v): want none, got %v", c[0], c[1], got)
		}
	}
	for df := 0.5; df < 1e6; df *= 3 {
		last := 0.0
		for _, p := range []float64{0.5, 0.6, 0.75, 0.9, 0.95, 0.99, 0.999} {
			q := StudentT(p, df)
			if q < last || p > 0.5 && math.Abs(tail(q, df)-(1-p)) > 1e-11 {
				t.Errorf("t(%v, %v) = %v does not rise, or does not invert the distribution", p, df, q)
			}
			last = q
		}
	}
}

package main

import "math"

// A trend is a straight line through values at equal distances, by least squares.
type trend struct {
	slope float64 // for each step
	least float64 // the lower end of its 95 % interval
	most  float64 // the upper end
}

// trendOf returns the trend of values. Of fewer than three nothing is known. Values that
// hang on to the one before, as memory does, tell less than their number: as many as
// n (1-r)/(1+r), r the correlation of what the line leaves with itself a step on
// (Santer et al., J. Geophys. Res. 105, 2000).
func trendOf(values []float64) trend {
	n := float64(len(values))
	if n < 3 {
		return trend{0, math.Inf(-1), math.Inf(1)}
	}
	middle, mean := (n-1)/2, 0.0
	for _, v := range values {
		mean += v / n
	}
	var along, spread float64
	for i, v := range values {
		d := float64(i) - middle
		along += d * (v - mean)
		spread += d * d
	}
	slope, rest, next, before := along/spread, 0.0, 0.0, 0.0
	for i, v := range values {
		d := v - mean - slope*(float64(i)-middle)
		rest += d * d
		next += d * before
		before = d
	}
	if r := next / rest; r > 0 {
		n = max(3, n*(1-r)/(1+r))
	}
	// Student's t at 97.5 % is within 6 % of this from four degrees of freedom on,
	// and above it below that, where the interval is wide anyhow.
	free := n - 2
	width := (1.96 + 3/free) * math.Sqrt(rest/free/spread)
	return trend{slope, slope - width, slope + width}
}

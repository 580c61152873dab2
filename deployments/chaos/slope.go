package main

import (
	"math"
	"slices"
)

// A trend is a straight line through values at equal distances, of which a few may be
// far off.
type trend struct {
	slope float64 // for each step
	least float64 // the lower end of its 95 % interval
	most  float64 // the upper end
}

// trendOf returns the trend of values: the median of the slopes between each two of them
// and, by Kendall's tau, which of these slopes bound it (Sen, "Estimates of the regression
// coefficient based on Kendall's tau", J. Am. Stat. Assoc. 63, 1968). Of fewer than five
// values nothing is known. Values that hang on to the one before, as memory does, tell
// less than their number, as [inflation] says.
func trendOf(values []float64) trend {
	n := float64(len(values))
	if n < 5 {
		return trend{0, math.Inf(-1), math.Inf(1)}
	}
	var slopes []float64
	for i, v := range values {
		for j, before := range values[:i] {
			slopes = append(slopes, (v-before)/float64(i-j))
		}
	}
	slices.Sort(slopes)
	pairs := len(slopes)
	slope := (slopes[(pairs-1)/2] + slopes[pairs/2]) / 2
	rest := make([]float64, len(values))
	for i, v := range values {
		rest[i] = v - slope*float64(i)
	}
	within := 1.96 * math.Sqrt(n*(n-1)*(2*n+5)/18*inflation(rest))
	outside := int(math.Floor((float64(pairs) - within) / 2))
	if outside < 1 {
		return trend{slope, math.Inf(-1), math.Inf(1)}
	}
	return trend{slope, slopes[outside-1], slopes[pairs-outside]}
}

// inflation returns how many times wider the variance of Kendall's tau is for what a
// trend leaves than for values that know nothing of each other: (1+r)/(1-r), r the
// correlation of its ranks with those a step on (Yue and Wang, Water Resources Management
// 18, 2004), which few values show too small: by (2+4r)/n.
func inflation(rest []float64) float64 {
	n := float64(len(rest))
	sorted := slices.Sorted(slices.Values(rest))
	var along, spread, before float64
	for _, v := range rest {
		first, _ := slices.BinarySearch(sorted, v)
		last := first
		for last+1 < len(sorted) && sorted[last+1] == v {
			last++
		}
		d := float64(first+last)/2 - (n-1)/2
		along += d * before
		spread += d * d
		before = d
	}
	if spread == 0 {
		return 1
	}
	r := along / spread
	r = min(max(0, r+(2+4*r)/n), 0.9)
	return (1 + r) / (1 - r)
}

// creepOf returns the trend of what bursts come down to, for each step of values: that of
// the least value of each of some two dozen stretches of equal length. It says how many
// values a stretch has too; what is left over at the end is left out.
func creepOf(values []float64) (trend, int) {
	stretch := max(1, len(values)/24)
	var lows []float64
	for part := range slices.Chunk(values, stretch) {
		if len(part) == stretch {
			lows = append(lows, slices.Min(part))
		}
	}
	low, each := trendOf(lows), float64(stretch)
	return trend{low.slope / each, low.least / each, low.most / each}, stretch
}

// goesOn reports whether values surely grow by most or more for each step: all of them, and
// their second half alone. A program fills its caches after a start, and now and then takes
// a piece of memory once and keeps it; a leak does not end.
func goesOn(values []float64, most float64) bool {
	whole, _ := creepOf(values)
	late, _ := creepOf(values[len(values)/2:])
	return whole.least >= most && late.least >= most
}

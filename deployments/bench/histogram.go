package main

import (
	"math"
	"time"
)

// A histogram counts durations in buckets that are 5 % apart, from 10 µs on.
type histogram struct {
	buckets [400]int64
	n       int64
}

const (
	least = 10 * time.Microsecond
	ratio = 1.05
)

func (h *histogram) record(d time.Duration) {
	i := 0
	if d > least {
		i = min(int(math.Log(float64(d)/float64(least))/math.Log(ratio))+1, len(h.buckets)-1)
	}
	h.buckets[i]++
	h.n++
}

func (h *histogram) add(other *histogram) {
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
	h.n += other.n
}

// quantile returns the upper end of the bucket in which a share of the durations
// is reached: 0.99 for the 99th percentile.
func (h *histogram) quantile(share float64) time.Duration {
	want, seen := int64(math.Ceil(share*float64(h.n))), int64(0)
	for i, n := range h.buckets {
		if seen += n; seen >= want {
			return time.Duration(float64(least) * math.Pow(ratio, float64(i)))
		}
	}
	return 0
}

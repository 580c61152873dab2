package simulators

// A dice is a source of numbers that depend on its keys alone: asked twice, it
// answers the same, so nothing has to be remembered between runs.
type dice uint64

// roll returns 64 even bits for keys. The finaliser is that of SplitMix64.
//
// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
func (d dice) roll(keys ...int64) uint64 {
	z := uint64(d)
	for _, k := range keys {
		z += uint64(k)*0x9e3779b97f4a7c15 + 0x632be59bd9b4e019 //nolint:gosec // bits, not a quantity
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
	}
	return z
}

// below returns a number in [0,n) for keys; 0 when n is not positive.
func (d dice) below(n int64, keys ...int64) int64 {
	if n <= 0 {
		return 0
	}
	return int64(d.roll(keys...)>>1) % n
}

// between returns a number in [lo,hi] for keys.
func (d dice) between(lo, hi int64, keys ...int64) int64 {
	return lo + d.below(hi-lo+1, keys...)
}

// child returns a dice of its own for keys.
func (d dice) child(keys ...int64) dice { return dice(d.roll(keys...)) }

// drift returns a smooth curve through numbers in [-amplitude,amplitude] thrown
// every period, at instant at; at and period are in the same unit.
func (d dice) drift(amplitude, period, at int64) int64 {
	k := floorDiv(at, period)
	a := d.between(-amplitude, amplitude, period, k)
	b := d.between(-amplitude, amplitude, period, k+1)
	// smoothstep in 1024ths: no corner at the throws
	x := (at - k*period) * 1024 / period
	s := x * x * (3*1024 - 2*x) / (1024 * 1024)
	return a + (b-a)*s/1024
}

// floorDiv divides rounding down, also below zero. b is positive.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// floorMod is the remainder of [floorDiv], in [0,b).
func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// roundDiv divides rounding half away from zero. b is positive.
func roundDiv(a, b int64) int64 {
	if a < 0 {
		return -((-a + b/2) / b)
	}
	return (a + b/2) / b
}

package caltrack

import (
	"math"
	"slices"
)

// A filler says what would have been used in a day without a temperature, from what
// its hints say, and how far all of its hole is off.
type filler struct {
	fixed  float64
	weight hints
	off    float64
}

// hints of a day in a hole are what lies on the line between its nearest neighbours,
// on the line between those after them, and what was used that day.
type hints [3]float64

// plain takes the line between the nearest neighbours for what it is.
var plain = hints{1}

// fewest is how many stretches have to be hidden to learn from them.
const fewest = 10

// learn hides every stretch of which all is known in the way of a hole. What lay on
// the line and what was used then tell what was expected, by least squares. With too
// few stretches the line alone does, and each day may be off by the whole range that
// days have.
func (g gaps) learn(h hole, days, confidence float64) filler {
	var at []int // where stretches begin
	var told []hints
	var truths []float64
	for from := 0; from+len(h) <= len(g.periods); from++ {
		if slices.ContainsFunc(g.periods[from:from+len(h)], func(p Period) bool { return !p.whole() }) {
			continue
		}
		n, inside := len(told), true
		for k, known := range h {
			if known.warm {
				continue
			}
			x, ok := g.hints(h, from, from+k)
			inside = inside && ok
			if known.use {
				told, truths = append(told, x), append(truths, g.expected[from+k])
			}
		}
		if !inside {
			told, truths = told[:n], truths[:n]
			continue
		}
		at = append(at, from)
	}
	if len(at) < fewest {
		return filler{weight: plain, off: g.width() * days}
	}
	f := tell(told, truths)
	offs := make([]float64, len(at))
	for i, from := range at {
		filled, _ := g.through(h, from, f)
		for _, p := range g.periods[from : from+len(h)] {
			filled += p.Use
		}
		for k := range h {
			filled -= g.expected[from+k] * g.periods[from+k].Days
		}
		offs[i] = math.Abs(filled)
	}
	slices.Sort(offs)
	f.off = Quantile(offs, confidence)
	return f
}

// tell returns the least squares of truths by hints; the line alone where these do
// not determine them.
func tell(told []hints, truths []float64) filler {
	n := float64(len(truths))
	var mean hints
	var truth float64
	for i, x := range told {
		truth += truths[i] / n
		for a := range x {
			mean[a] += x[a] / n
		}
	}
	var sums [len(mean)][len(mean) + 1]float64 // of products about the means
	for i, x := range told {
		for a := range x {
			for b := range x {
				sums[a][b] += (x[a] - mean[a]) * (x[b] - mean[b])
			}
			sums[a][len(x)] += (x[a] - mean[a]) * (truths[i] - truth)
		}
	}
	weight, ok := solve(sums)
	if !ok {
		return filler{weight: plain}
	}
	f := filler{fixed: truth, weight: weight}
	for a := range weight {
		f.fixed -= weight[a] * mean[a]
	}
	return f
}

// solve returns the solution of normal equations; false when they determine none.
func solve(rows [len(hints{})][len(hints{}) + 1]float64) (x hints, ok bool) {
	const dependent = 1e-9
	for a := range rows {
		row := &rows[a]
		whole := row[a]
		for b, above := range rows[:a] {
			share := row[b] / above[b]
			for c := range row {
				row[c] -= share * above[c]
			}
		}
		if !(row[a] > dependent*whole) {
			return x, false
		}
	}
	for a := len(x) - 1; a >= 0; a-- {
		x[a] = rows[a][len(x)]
		for b := a + 1; b < len(x); b++ {
			x[a] -= rows[a][b] * x[b]
		}
		x[a] /= rows[a][a]
	}
	return x, true
}

// hints returns what is told of period i, in a hole; false without a neighbour that
// the hole leaves on either side.
func (g gaps) hints(h hole, from, i int) (x hints, ok bool) {
	known := func(j int) bool { return g.warm[j] && (j < from || j >= from+len(h) || h[j-from].warm) }
	near, ok := line(g.expected, known, i, 1)
	far, _ := line(g.expected, known, i, 2)
	return hints{near, far, g.periods[i].Use / g.periods[i].Days}, ok
}

// through returns what was saved and expected over a stretch, filled as a hole in it is.
func (g gaps) through(h hole, from int, f filler) (saved, expected float64) {
	for k, known := range h {
		p := g.periods[from+k]
		e := g.expected[from+k]
		if !known.warm {
			x, _ := g.hints(h, from, from+k)
			e = x[0]
			if known.use {
				e = f.fixed + f.weight[0]*x[0] + f.weight[1]*x[1] + f.weight[2]*x[2]
			}
		}
		e *= p.Days
		use := p.Use
		if !known.use {
			use = e * g.ratio
		}
		saved, expected = saved+e-use, expected+e
	}
	return saved, expected
}

// width returns the range of what was expected in a day, or saved, whichever is wider.
func (g gaps) width() float64 {
	var expected, saved []float64
	for i, p := range g.periods {
		if g.warm[i] {
			expected = append(expected, g.expected[i])
		}
		if p.whole() {
			saved = append(saved, g.expected[i]-p.Use/p.Days)
		}
	}
	return max(slices.Max(expected)-slices.Min(expected), slices.Max(saved)-slices.Min(saved))
}

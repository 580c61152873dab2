package caltrack

import (
	"math"
	"slices"
)

// A filler says what would have been used in a day without a temperature, from what
// lies on the line between its neighbours and what was used, and how far all of its
// hole is off.
type filler struct {
	fixed, line, use float64
	off              float64
}

// fewest is how many stretches have to be hidden to learn from them.
const fewest = 10

// learn hides every stretch of which all is known in the way of a hole. What lay on
// the line and what was used then tell what was expected, by least squares. With too
// few stretches the line alone does, and each day may be off by the whole range that
// days have.
func (g gaps) learn(h hole, days, confidence float64) filler {
	var at []int // where stretches begin
	var lines, uses, truths []float64
	for from := 0; from+len(h) <= len(g.periods); from++ {
		inside := true
		for i := from; i < from+len(h) && inside; i++ {
			inside = g.periods[i].whole()
		}
		if !inside {
			continue
		}
		n := len(lines)
		for k, known := range h {
			l, ok := g.between(h, from, from+k)
			inside = inside && (known.warm || ok)
			if !known.warm && known.use {
				p := g.periods[from+k]
				lines, uses, truths = append(lines, l), append(uses, p.Use/p.Days), append(truths, g.expected[from+k])
			}
		}
		if !inside {
			lines, uses, truths = lines[:n], uses[:n], truths[:n]
			continue
		}
		at = append(at, from)
	}
	if len(at) < fewest {
		return filler{line: 1, off: g.width() * days}
	}
	f := tell(lines, uses, truths)
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

// tell returns the least squares of truths by lines and uses; the line alone where
// they do not determine it.
func tell(lines, uses, truths []float64) filler {
	const least = 1e-9
	n := float64(len(truths))
	var l, u, t float64
	for i := range truths {
		l, u, t = l+lines[i]/n, u+uses[i]/n, t+truths[i]/n
	}
	var ll, uu, lu, lt, ut float64
	for i := range truths {
		a, b, c := lines[i]-l, uses[i]-u, truths[i]-t
		ll, uu, lu, lt, ut = ll+a*a, uu+b*b, lu+a*b, lt+a*c, ut+b*c
	}
	det := ll*uu - lu*lu
	if !(det > least*ll*uu) {
		return filler{line: 1}
	}
	f := filler{line: (lt*uu - ut*lu) / det, use: (ut*ll - lt*lu) / det}
	f.fixed = t - f.line*l - f.use*u
	return f
}

// between returns what was expected in period i, in a hole, on the line between the
// neighbours that the hole leaves; false without one on either side.
func (g gaps) between(h hole, from, i int) (float64, bool) {
	return line(g.expected, func(j int) bool { return g.warm[j] && (j < from || j >= from+len(h) || h[j-from].warm) }, i)
}

// through returns what was saved and expected over a stretch, filled as a hole in it is.
func (g gaps) through(h hole, from int, f filler) (saved, expected float64) {
	for k, known := range h {
		p := g.periods[from+k]
		e := g.expected[from+k]
		if !known.warm {
			e, _ = g.between(h, from, from+k)
			if known.use {
				e = f.fixed + f.line*e + f.use*p.Use/p.Days
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

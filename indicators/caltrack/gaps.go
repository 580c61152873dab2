package caltrack

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Bounds are what a home saved over a whole reporting period: what is missing of it
// filled, and the interval so much the wider. At the confidence of the settings the
// saving lies between Low and High.
type Bounds struct {
	Low, Central, High float64
	Filled             int     // periods that something is missing of
	Model              float64 // half the width that the scatter of the baseline makes
	Gaps               float64 // that the filled periods add
	Baseline           float64 // that days of the baseline without a temperature add
}

// Bound fills what is missing of a reporting period. What would have been used in a
// period without a temperature lies on the line between its neighbours; what was
// used in one without a reading is the same share of that as in all others.
//
// How far that may be off is measured, not assumed: every stretch of which all is
// known is hidden in the way of the gap, filled the same way and compared. Gaps apart
// from each other add up as a root of squares. Where too few such stretches are
// known, the gap takes the whole range of what the others show.
//
// Days of the baseline with a use and without a temperature take no part in f. A
// second model has their temperatures on the line between their neighbours; the
// central value lies half way between what the two say, and so much is added on
// either side. Residuals count as neighbours here when their days are, so that
// missing days do not make the others look independent.
//
// Nil without a period to learn from.
func Bound(f Fitted, baseline, reporting []Period, s Settings) *Bounds {
	g := gapsOf(f.Model, dense(Clean(reporting, s), s))
	if g.observed == 0 {
		return nil
	}
	central, expected, off := g.fill(s.Confidence)
	b := &Bounds{Gaps: off}
	for _, p := range g.periods {
		if !p.whole() {
			b.Filled++
		}
	}
	n := len(g.periods)
	f.Totals.EffectiveN = f.Model.independent(Clean(baseline, s), float64(f.Totals.N))
	if u := uncertaintyOf(f, s, monthsOf(g.periods, n, s), n, expected, central); u != nil {
		b.Model = u.Energy
	}
	if other, ok := refit(baseline, s); ok {
		again, _, _ := gapsOf(other.Model, g.periods).fill(s.Confidence)
		b.Baseline = math.Abs(again-central) / 2
		central = (again + central) / 2
	}
	half := b.Model + b.Gaps + b.Baseline
	b.Low, b.Central, b.High = unsigned(central-half), unsigned(central), unsigned(central+half)
	return b
}

// independent returns how many independent periods the whole ones of a baseline stand
// for, by the autocorrelation of the residuals of periods that follow each other; n
// without any.
func (m Model) independent(ps []Period, n float64) float64 {
	var a, b []float64
	last := 0.0
	for i, p := range ps {
		if !p.whole() {
			continue
		}
		residual := m.Predict(p).Total() - p.Use
		if i > 0 && ps[i-1].whole() && ps[i-1].To.Equal(p.From) {
			a, b = append(a, last), append(b, residual)
		}
		last = residual
	}
	if rho := pearson(a, b); rho != nil {
		return effective(n, *rho)
	}
	return n
}

// dense returns the periods with an empty one for each day that has none.
func dense(ps []Period, s Settings) []Period {
	if s.Frequency != Daily {
		return ps
	}
	var all []Period
	for i, p := range ps {
		if i > 0 {
			from := all[len(all)-1].To
			for n := math.Round(p.From.Sub(from).Hours() / 24); n > 0; n-- { // of 23 to 25 hours
				to := from.Add(time.Duration(float64(p.From.Sub(from)) / n))
				all = append(all, Period{From: from, To: to, Days: 1})
				from = to
			}
		}
		all = append(all, p)
	}
	return all
}

// refit fits a baseline with temperatures on the line between neighbours; false when
// none of its days needs one.
func refit(ps []Period, s Settings) (Fitted, bool) {
	if s.Frequency != Daily {
		return Fitted{}, false
	}
	ps = dense(Clean(ps, s), s)
	temps := make([]float64, len(ps))
	warm := make([]bool, len(ps))
	for i, p := range ps {
		if warm[i] = p.warm(); warm[i] {
			temps[i] = p.Temps[0]
		}
	}
	needed := false
	for i, p := range ps {
		if v, ok := line(temps, func(j int) bool { return warm[j] }, i); p.Known && !p.warm() && ok {
			ps[i].Temps, needed = []float64{v}, true
		}
	}
	if !needed {
		return Fitted{}, false
	}
	f, err := Fit(ps, s)
	return f, err == nil
}

// gaps are reporting periods with what the model expects of those with a temperature.
type gaps struct {
	periods  []Period
	expected []float64 // a day, where warm
	warm     []bool
	observed int     // whole periods
	ratio    float64 // of what was used to what was expected, over these
}

func gapsOf(m Model, ps []Period) gaps {
	g := gaps{periods: ps, expected: make([]float64, len(ps)), warm: make([]bool, len(ps)), ratio: 1}
	var used, expected float64
	for i, p := range ps {
		if g.warm[i] = p.warm(); g.warm[i] {
			g.expected[i] = m.daily(p).Total()
		}
		if p.whole() {
			g.observed++
			used, expected = used+p.Use, expected+g.expected[i]*p.Days
		}
	}
	if expected > 0 {
		g.ratio = used / expected
	}
	return g
}

// A hole says of a stretch of periods what is known of each.
type hole []struct{ use, warm bool }

// form names holes alike of which the same is missing for as many days.
func (h hole) form(days float64) string { return fmt.Sprint(h, days) }

// fill returns what was saved and what was expected over all periods, and how far
// that may be off for what is missing.
func (g gaps) fill(confidence float64) (saved, expected, off float64) {
	offs := map[string]float64{} // of each form of hole
	for i := 0; i < len(g.periods); {
		if g.periods[i].whole() {
			e := g.expected[i] * g.periods[i].Days
			saved, expected = saved+e-g.periods[i].Use, expected+e
			i++
			continue
		}
		from := i
		var h hole
		days := 0.0
		for ; i < len(g.periods) && !g.periods[i].whole(); i++ {
			h = append(h, struct{ use, warm bool }{g.periods[i].Known, g.warm[i]})
			days += g.periods[i].Days
		}
		s, e, _ := g.through(h, from)
		saved, expected = saved+s, expected+e
		form := h.form(days)
		if _, known := offs[form]; !known {
			offs[form] = g.off(h, days, confidence)
		}
		off = math.Hypot(off, offs[form])
	}
	return saved, expected, off
}

// through returns what was saved and expected over a stretch, filled as a hole in it
// is; false where the hole has no neighbour on one side.
func (g gaps) through(h hole, from int) (saved, expected float64, inside bool) {
	known := func(i int) bool { return g.warm[i] && (i < from || i >= from+len(h) || h[i-from].warm) }
	inside = true
	for k, of := range h {
		i := from + k
		p := g.periods[i]
		e := g.expected[i]
		if !of.warm {
			var ok bool
			e, ok = line(g.expected, known, i)
			inside = inside && ok
		}
		e *= p.Days
		use := p.Use
		if !of.use {
			use = e * g.ratio
		}
		saved, expected = saved+e-use, expected+e
	}
	return saved, expected, inside
}

// fewest is how many stretches have to be hidden to learn from them.
const fewest = 10

// off returns how far what is filled in a hole of some days is off, at some
// confidence: a quantile of what hiding stretches shows, or for each of its days the
// whole range that days have.
func (g gaps) off(h hole, days, confidence float64) float64 {
	var offs []float64
	for from := 0; from+len(h) <= len(g.periods); from++ {
		truth := 0.0
		whole := true
		for i := from; i < from+len(h) && whole; i++ {
			p := g.periods[i]
			whole = p.whole()
			truth += g.expected[i]*p.Days - p.Use
		}
		if !whole {
			continue
		}
		if filled, _, inside := g.through(h, from); inside {
			offs = append(offs, math.Abs(filled-truth))
		}
	}
	if len(offs) < fewest {
		return g.width() * days
	}
	slices.Sort(offs)
	return Quantile(offs, confidence)
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

// line returns the value of i on the line between the nearest known values before
// and after it; with one side alone that value and false, with none 0 and false.
func line(values []float64, known func(int) bool, i int) (float64, bool) {
	before, after := i-1, i+1
	for before >= 0 && !known(before) {
		before--
	}
	for after < len(values) && !known(after) {
		after++
	}
	switch {
	case before >= 0 && after < len(values):
		share := float64(i-before) / float64(after-before)
		return values[before] + share*(values[after]-values[before]), true
	case before >= 0:
		return values[before], false
	case after < len(values):
		return values[after], false
	}
	return 0, false
}

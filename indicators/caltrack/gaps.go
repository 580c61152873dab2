package caltrack

import (
	"fmt"
	"math"
	"time"
)

// Bounds are what a home saved over a whole reporting period: what is missing of it
// filled, and the interval so much the wider. At the confidence of the settings the
// saving lies between Low and High.
type Bounds struct {
	Low, Central, High float64
	Expected           float64 // what would have been used, the filled periods included
	Filled             int     // periods that something is missing of
	Model              float64 // half the width that the scatter of the baseline makes
	Gaps               float64 // that the filled periods add
	Baseline           float64 // that the choice of a model without them adds
	Season             float64 // that a part of a year adds, by what f leaves over in that season
}

// Bound fills what is missing of a reporting period. What was used in a period
// without a reading is the same share of what would have been as in all others. What
// would have been used in one without a temperature follows from what lies on the
// line between its neighbours and, where that is known, from what was used.
//
// How that follows, and how far it may be off, is learnt from the home itself: every
// stretch of which all is known is hidden in the way of the gap and filled in turn.
// Gaps apart from each other add up as a root of squares. Where too few such
// stretches are known the line alone does, and the gap takes the whole range of what
// days show.
//
// Days of the baseline with a use and without a temperature take no part in f. They
// are filled in the same way, and what f leaves over in the whole baseline, which is
// nothing where all of it is known, is taken off the saving: else what happened to be
// used on the missing days would move it. What is missing of the baseline also says
// less of the scatter, so that half the width that it makes grows with the root of how
// many periods there are for each that is known; and of which type the model is, so
// that what one of another type says otherwise is added where it describes the baseline
// nearly as well. Residuals count as neighbours here when their days are, so that
// missing days do not make the others look independent.
//
// A model that is right over a year may be off in each of its seasons. What f leaves over
// on the days of the baseline that have the dates reported, nothing for a whole year, is
// added too, and how little so many days say of it: as much as those reported, less the
// more of the baseline they are, for that adds up to nothing, and more the fewer are known.
//
// Nil without a period to learn from.
func Bound(f Fitted, baseline, reporting []Period, s Settings) *Bounds {
	g := gapsOf(f.Model, dense(Clean(reporting, s), s))
	if g.observed == 0 {
		return nil
	}
	own := gapsOf(f.Model, dense(Clean(baseline, s), s))
	central, expected, off := g.less(own, s.Confidence)
	b := &Bounds{Gaps: off, Expected: expected}
	for _, p := range g.periods {
		if !p.whole() {
			b.Filled++
		}
	}
	n, whole := len(g.periods), float64(f.Totals.N)
	f.Totals.EffectiveN = f.Model.independent(Clean(baseline, s), whole)
	if u := uncertaintyOf(f, s, monthsOf(g.periods, n, s), n, expected, central); u != nil {
		b.Model = u.Energy * math.Sqrt(max(float64(len(own.periods))/whole, 1))
	}
	if own.observed < len(own.periods) {
		for _, m := range f.rivals() {
			other, _, _ := gapsOf(m, g.periods).less(gapsOf(m, own.periods), s.Confidence)
			b.Baseline = max(b.Baseline, math.Abs(other-central))
		}
	}
	left, share, lacks := f.Model.season(own.periods, g.periods)
	b.Season = left + b.Model*(math.Sqrt(2-share)-1+math.Sqrt(lacks*(1-share)))
	half := b.Model + b.Gaps + b.Baseline + b.Season
	b.Low, b.Central, b.High = unsigned(central-half), unsigned(central), unsigned(central+half)
	return b
}

// less returns what was saved and expected over all periods, and how far that may be
// off for what is missing, once what the model leaves over in its own baseline, filled
// as these periods are, is taken off: nothing when all of that is known.
func (g gaps) less(own gaps, confidence float64) (saved, expected, off float64) {
	saved, expected, off = g.fill(confidence)
	left, _, offOwn := own.fill(confidence)
	share := g.days() / own.days()
	return saved - left*share, expected - left*share, math.Hypot(off, offOwn*share)
}

func (g gaps) days() (sum float64) {
	for _, p := range g.periods {
		sum += p.Days
	}
	return sum
}

// season returns how much m leaves over in the periods of a baseline that begin on a date
// of the reporting period, in some year, as much of them as is reported; which share of what
// is known of the baseline these are; and how much of them is missing for each that is known.
func (m Model) season(baseline, reporting []Period) (left, share, lacks float64) {
	from, to := reporting[0].From, reporting[len(reporting)-1].To
	var days, all, missing float64
	for _, p := range baseline {
		date := p.From
		for date.Before(from) {
			date = p.From.AddDate(date.Year()-p.From.Year()+1, 0, 0)
		}
		switch inside := date.Before(to); {
		case p.whole() && inside:
			left, days, all = left+m.Predict(p).Total()-p.Use, days+p.Days, all+p.Days
		case p.whole():
			all += p.Days
		case inside:
			missing += p.Days
		}
	}
	return math.Abs(left) * span(reporting) / max(days, 1), days / max(all, 1), missing / max(days, 1)
}

// rivals returns the best models of other types that describe the baseline nearly as
// well as the one that was taken: other days would have made one of them win.
func (f Fitted) rivals() (near []Model) {
	const far = 3.84 // twice the logarithm of a ratio of likelihoods that one in twenty exceeds by chance
	for _, m := range f.Best {
		if m.Type != f.Model.Type && float64(f.Totals.N)*math.Log((1-m.R2)/(1-f.Model.R2)) < far {
			near = append(near, m)
		}
	}
	return near
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
	fillers := map[string]filler{} // of each form of hole
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
		form := h.form(days)
		f, ok := fillers[form]
		if !ok {
			f = g.learn(h, days, confidence)
			fillers[form] = f
		}
		s, e := g.through(h, from, f)
		saved, expected, off = saved+s, expected+e, math.Hypot(off, f.off)
	}
	return saved, expected, off
}

// line returns the value of i on the line between the known values before and after
// it, the nearest or those after them, as far as there are so many; with one side
// alone that value and false, with none 0 and false.
func line(values []float64, known func(int) bool, i, nth int) (float64, bool) {
	before, after := neighbour(len(values), known, i, -1, nth), neighbour(len(values), known, i, 1, nth)
	switch {
	case before >= 0 && after >= 0:
		share := float64(i-before) / float64(after-before)
		return values[before] + share*(values[after]-values[before]), true
	case before >= 0:
		return values[before], false
	case after >= 0:
		return values[after], false
	}
	return 0, false
}

// neighbour returns the nth of n values that is known beside i in steps of one
// direction, or the last of fewer; -1 of none.
func neighbour(n int, known func(int) bool, i, step, nth int) int {
	found := -1
	for j := i + step; j >= 0 && j < n && nth > 0; j += step {
		if known(j) {
			found = j
			nth--
		}
	}
	return found
}

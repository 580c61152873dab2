package caltrack

import (
	"errors"
	"math"
)

// ErrNoData refuses a baseline of which no period has both a use and a temperature.
var ErrNoData = errors.New("no period has both a use and a temperature")

// A Fitted is the model of a baseline, how it was chosen and how well it describes.
type Fitted struct {
	Model      Model
	Candidates Candidates
	Best       []Model  // the best of each type that has one, in the order of types
	Margin     *float64 // adjusted R² above that of the next best; nil without another
	Averages   Metrics  // of use a day
	Totals     Metrics  // of use
}

// Candidates counts what was tried.
type Candidates struct {
	Qualified    int
	Disqualified int // a parameter is negative, or not determined
	NotAttempted int // too few degree days
}

// Total returns how many candidates the grid has.
func (c Candidates) Total() int { return c.Qualified + c.Disqualified + c.NotAttempted }

// Fit returns the model of a baseline. It tries the intercept alone, each heating
// balance point, each cooling balance point, and each pair of which the heating one
// is not the higher; refuses those with a negative parameter; and takes the one with
// the largest adjusted R², the first of equals. The error is [ErrNoData].
//
// For every balance point the centred sums of squares are taken once, so that a pair
// costs one product and the solution of two equations.
//
// Source: CalTRACK 2.0, 3.4.
func Fit(ps []Period, s Settings) (Fitted, error) {
	c := contest{sample: sampleOf(Clean(ps, s), s.Weighted)}
	if len(c.sample.periods) == 0 {
		return Fitted{}, ErrNoData
	}
	c.run(s)
	return c.result(), nil
}

// Qualified returns every candidate of a baseline that qualifies, of which [Fit] takes one,
// in the order in which it tries them. The error is [ErrNoData].
func Qualified(ps []Period, s Settings) ([]Model, error) {
	var all []Model
	c := contest{sample: sampleOf(Clean(ps, s), s.Weighted), each: func(m Model) { all = append(all, m) }}
	if len(c.sample.periods) == 0 {
		return nil, ErrNoData
	}
	c.run(s)
	return all, nil
}

// run tries the candidates.
func (c *contest) run(s Settings) {
	in := c.sample
	c.offer(c.intercept())
	points := s.Grid.points()
	below := in.columns(points, heating, s)
	for i := range below {
		c.try(HeatingOnly, &below[i], nil)
	}
	if s.Cooling {
		above := in.columns(points, cooling, s)
		for i := range above {
			c.try(CoolingOnly, nil, &above[i])
		}
		for i := range above {
			for j := range below[:i+1] {
				c.try(Both, &below[j], &above[i])
			}
		}
	}
}

// A contest keeps the best candidates so far.
type contest struct {
	sample   *sample
	each     func(Model) // told of every candidate that qualifies; nil for none
	counts   Candidates
	best     []Model // of each type tried, the winner first among equals
	runnerUp float64
	ranked   int
}

// tie is what adjusted R² may differ by, for rounding alone.
const tie = 1e-12

// offer enters a qualified candidate.
func (c *contest) offer(m Model) {
	c.counts.Qualified++
	if c.each != nil {
		c.each(m)
	}
	winner := c.winner()
	switch {
	case winner == nil:
	case m.AdjustedR2 > winner.AdjustedR2+tie:
		c.runnerUp = winner.AdjustedR2
	case c.ranked == 1 || m.AdjustedR2 > c.runnerUp:
		c.runnerUp = m.AdjustedR2
	}
	c.ranked++
	for i := range c.best {
		if c.best[i].Type == m.Type {
			if m.AdjustedR2 > c.best[i].AdjustedR2+tie {
				c.best[i] = m
			}
			return
		}
	}
	c.best = append(c.best, m)
}

// winner returns the best candidate of all; the first of equals.
func (c *contest) winner() *Model {
	var w *Model
	for i := range c.best {
		if w == nil || c.best[i].AdjustedR2 > w.AdjustedR2+tie {
			w = &c.best[i]
		}
	}
	return w
}

func (c *contest) intercept() Model {
	n := float64(len(c.sample.periods))
	m := Model{Type: InterceptOnly, Intercept: c.sample.mean}
	if n > 1 {
		m.Errors.Intercept = math.Sqrt(c.sample.syy / (n - 1) / c.sample.total)
	}
	return m
}

// try fits a candidate with heating, cooling or both.
func (c *contest) try(t Type, h, k *column) {
	if h != nil && !h.enough || k != nil && !k.enough {
		c.counts.NotAttempted++
		return
	}
	m, ok := c.solve(t, h, k)
	if !ok || m.Intercept < 0 || m.Heating < 0 || m.Cooling < 0 {
		c.counts.Disqualified++
		return
	}
	c.offer(m)
}

// solve returns the least squares; false when the sample does not determine them.
func (c *contest) solve(t Type, h, k *column) (Model, bool) {
	s := c.sample
	m := Model{Type: t}
	left := float64(len(s.periods) - 1 - m.Variables())
	if left <= 0 || !s.variable {
		return m, false
	}
	var explained, spread float64 // spread: (mean' S⁻¹ mean) of the degree days
	var hh, kk float64            // diagonal of S⁻¹
	switch t {
	case HeatingOnly:
		if h.sxx == 0 {
			return m, false
		}
		hh = 1 / h.sxx
		m.Heating = h.sxy * hh
		explained, spread = m.Heating*h.sxy, h.mean*h.mean*hh
	case CoolingOnly:
		if k.sxx == 0 {
			return m, false
		}
		kk = 1 / k.sxx
		m.Cooling = k.sxy * kk
		explained, spread = m.Cooling*k.sxy, k.mean*k.mean*kk
	case Both:
		x := s.cross(h, k)
		det := h.sxx*k.sxx - x*x
		const dependent = 1e-9
		if det <= dependent*h.sxx*k.sxx {
			return m, false
		}
		hh, kk = k.sxx/det, h.sxx/det
		m.Heating = (h.sxy*k.sxx - k.sxy*x) / det
		m.Cooling = (k.sxy*h.sxx - h.sxy*x) / det
		explained = m.Heating*h.sxy + m.Cooling*k.sxy
		spread = h.mean*h.mean*hh + k.mean*k.mean*kk - 2*h.mean*k.mean*x/det
	case InterceptOnly:
	}
	m.Intercept, m.Heating, m.Cooling = s.mean, unsigned(m.Heating), unsigned(m.Cooling)
	if h != nil {
		m.HeatingPoint = h.balance
		m.Intercept -= m.Heating * h.mean
	}
	if k != nil {
		m.CoolPoint = k.balance
		m.Intercept -= m.Cooling * k.mean
	}
	m.R2 = min(explained/s.syy, 1)
	m.AdjustedR2 = Adjusted(1-m.R2, 1, len(s.periods), m.Variables())
	variance := (1 - m.R2) * s.syy / left
	m.Errors = StdErrors{math.Sqrt(variance * (1/s.total + spread)), math.Sqrt(variance * hh), math.Sqrt(variance * kk)}
	return m, true
}

// Adjusted returns the adjusted R² of n values described by some variables and an
// intercept, from the sums of squares of the residuals and of the values about their
// mean.
//
// Source: CalTRACK 2.0, 3.4.3.3.
func Adjusted(residual, total float64, n, variables int) float64 {
	return 1 - residual/float64(n-variables-1)/(total/float64(n-1))
}

// result returns the winner with what is to be said of it.
func (c *contest) result() Fitted {
	winner := *c.winner()
	out := Fitted{Model: winner, Candidates: c.counts, Best: c.best}
	if c.ranked > 1 {
		margin := winner.AdjustedR2 - c.runnerUp
		out.Margin = &margin
	}
	n := len(c.sample.periods)
	observed, predicted := make([]float64, n), make([]float64, n)
	for i, p := range c.sample.periods {
		observed[i], predicted[i] = p.Use/p.Days, winner.daily(p).Total()
	}
	out.Averages = MetricsOf(observed, predicted, winner.Variables())
	for i, p := range c.sample.periods {
		observed[i], predicted[i] = observed[i]*p.Days, predicted[i]*p.Days
	}
	out.Totals = MetricsOf(observed, predicted, winner.Variables())
	return out
}

package caltrack

// A sample is the periods a model is fitted to, as weights and uses a day.
type sample struct {
	periods  []Period  // whole ones
	weights  []float64 // days with a temperature, or 1
	days     []float64 // of each period
	total    float64   // of weights
	centred  []float64 // use a day less its mean
	mean     float64
	syy      float64 // of the centred uses, weighted
	variable bool    // whether any two uses differ
	single   bool    // whether every period has one temperature
}

// sampleOf takes what is whole of the periods.
func sampleOf(ps []Period, weighted bool) *sample {
	s := &sample{single: true}
	s.periods, s.weights = make([]Period, 0, len(ps)), make([]float64, 0, len(ps))
	s.days, s.centred = make([]float64, 0, len(ps)), make([]float64, 0, len(ps))
	for _, p := range ps {
		if !p.whole() {
			continue
		}
		w := 1.0
		if weighted {
			w = float64(len(p.Temps))
		}
		use := p.Use / p.Days
		s.periods, s.days = append(s.periods, p), append(s.days, p.Days)
		s.weights, s.centred = append(s.weights, w), append(s.centred, use)
		s.total, s.mean = s.total+w, s.mean+w*use
		s.single = s.single && len(p.Temps) == 1
		s.variable = s.variable || use != s.centred[0]
	}
	if len(s.periods) == 0 {
		return s
	}
	s.mean /= s.total
	for i, w := range s.weights {
		s.centred[i] -= s.mean
		s.syy += w * s.centred[i] * s.centred[i]
	}
	return s
}

// A column is the degree days of the sample for one balance point.
type column struct {
	balance float64
	enough  bool      // whether there are enough of them for a model
	mean    float64   // weighted
	centred []float64 // degree days less their mean
	sxx     float64   // of centred, weighted
	sxy     float64   // of centred and the centred use, weighted
}

// columns returns a column for each balance point.
func (s *sample) columns(points []float64, of degrees, set Settings) []column {
	all := make([]column, len(points))
	n := len(s.periods)
	cells := make([]float64, n*len(points))
	for j, b := range points {
		c := column{balance: b, centred: cells[j*n : (j+1)*n]}
		of(c.centred, s.periods, b)
		nonZero, sum, mean := 0, 0.0, 0.0
		for i, d := range c.centred {
			if d > 0 {
				nonZero++
			}
			mean += s.weights[i] * d
			sum += d * s.days[i]
		}
		c.mean = mean / s.total
		for i, w := range s.weights {
			d := c.centred[i] - c.mean
			c.centred[i] = d
			c.sxx += w * d * d
			c.sxy += w * d * s.centred[i]
		}
		c.enough = nonZero >= set.NonZeroDays && sum >= set.DegreeDays
		all[j] = c
	}
	return all
}

// degrees writes the mean degree days of a day of each period.
type degrees func(to []float64, ps []Period, balance float64)

func heating(to []float64, ps []Period, balance float64) {
	for i := range ps {
		to[i] = ps[i].heating(balance)
	}
}

func cooling(to []float64, ps []Period, balance float64) {
	for i := range ps {
		to[i] = ps[i].cooling(balance)
	}
}

// cross returns the weighted sum of the products of two centred columns. A day never
// has degree days of both kinds when the heating balance point is not above the
// other, so that the sum follows from the means.
func (s *sample) cross(heating, cooling *column) float64 {
	if s.single {
		return -s.total * heating.mean * cooling.mean
	}
	var sum float64
	for i, w := range s.weights {
		sum += w * heating.centred[i] * cooling.centred[i]
	}
	return sum
}

package indicators

import (
	"math"

	"foyer/indicators/caltrack"
	"foyer/internal/energy"
)

// Likely are the models of a home that its days do not rule out, each with how likely it is.
// Days of one season say little of the temperature at which heating ends: models that agree
// on them part beyond, and the one that fits best by a hair is no likelier than the next.
type likely []candidate

type candidate struct {
	caltrack.Model
	weight float64 // of all, 1 together
}

// unlikely is how much less likely than the likeliest a model is that counts no longer.
const unlikely = 0.01

// likelyOf weighs models by what they leave of some days, which tell as much as a number of
// days that do not know of each other: each type as likely beforehand as another, and each
// balance point of a type that qualifies.
//
// Source: Bayesian model averaging, J. A. Hoeting and others, Statistical Science 14 (1999)
// 382-417, with the approximation of G. Schwarz, Annals of Statistics 6 (1978) 461-464.
func likelyOf(models []caltrack.Model, independent float64) likely {
	of := map[caltrack.Type]float64{}
	for _, m := range models {
		of[m.Type]++
	}
	best, weights := math.Inf(-1), make([]float64, len(models))
	for i, m := range models {
		left := max(1-m.R2, least)
		weights[i] = -(independent*math.Log(left)+float64(m.Variables())*math.Log(independent))/2 - math.Log(of[m.Type])
		best = max(best, weights[i])
	}
	var all likely
	var sum float64
	for i, m := range models {
		if w := math.Exp(weights[i] - best); w >= unlikely {
			all = append(all, candidate{m, w})
			sum += w
		}
	}
	for i := range all {
		all[i].weight /= sum
	}
	return all
}

// at returns what is expected of a day of a temperature, kWh.
func (l likely) at(celsius float64) (kWh float64) {
	for _, m := range l {
		kWh += m.weight * m.On(celsius).Total()
	}
	return kWh
}

// independent returns how many days that do not know of each other tell as much as days that
// are off by something.
func independent(off map[energy.Day]float64) float64 {
	s := straysOf(off)
	var squares float64
	for _, v := range s.values {
		squares += v * v
	}
	spells := s.sum(spell).variance / spell
	if spells <= 0 {
		return s.n
	}
	return min(max(squares/spells, 2), s.n)
}

// doubt returns how well is known what a day of some temperatures is expected to use: how
// far the models part, and how well the factors of each are known. What it uses more than the
// days that the level is known from counts, as far as the level is drawn to these, and more
// than all days for the rest.
func (r *fuelResponse) doubt(ahead []float64) doubt {
	drawn := float64(r.of) / float64(r.of+recentDays)
	var middle, sum float64
	more := make([]float64, len(r.models))
	for i, m := range r.models {
		there, late, all := m.over(ahead), m.over(r.temps[len(r.temps)-r.of:]), m.over(r.temps)
		heats := there.Heating - drawn*late.Heating - (1-drawn)*all.Heating
		cools := there.Cooling - drawn*late.Cooling - (1-drawn)*all.Cooling
		more[i] = heats + cools
		middle += m.weight * more[i]
		h, c := part(heats*m.Errors.Heating, m.Heating), part(cools*m.Errors.Cooling, m.Cooling)
		sum += m.weight * (h*h + c*c) / r.worth
	}
	for i, m := range r.models {
		sum += m.weight * (more[i] - middle) * (more[i] - middle)
	}
	return doubt{sum, r.worth * float64(len(r.temps))}
}

// over returns the mean load of days of some temperatures, for heat and for cold.
func (c candidate) over(temps []float64) (all caltrack.Load) {
	for _, t := range temps {
		l := c.On(t)
		all.Heating += l.Heating / float64(len(temps))
		all.Cooling += l.Cooling / float64(len(temps))
	}
	return all
}

// part returns a of b; 0 of nothing.
func part(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

package indicators

import (
	"math"

	"foyer/internal/energy"
)

// Waves are how much more or less than on the mean day of the year a day costs, EUR:
// factors of two waves a year, the second of which makes a winter narrower than a summer.
//
// Source: harmonic regression, R. J. Hyndman and G. Athanasopoulos, Forecasting:
// Principles and Practice, 3rd edition, 7.4.
type waves [1 + 2*harmonics]float64

const harmonics = 2

// terms returns the values that the factors multiply on a day.
func (waves) terms(d energy.Day) (x waves) {
	angle := turn(float64(sinceSeasons(d)))
	x[0] = 1
	for k := range harmonics {
		x[1+2*k], x[2+2*k] = math.Cos(angle*float64(k+1)), math.Sin(angle*float64(k+1))
	}
	return x
}

// at returns how much more a day costs.
func (s waves) at(d energy.Day) (more float64) {
	for i, x := range s.terms(d) {
		more += s[i] * x
	}
	return more
}

// wavesOf fits the season of a year of days by least squares; false when they
// determine none.
func wavesOf(h *habit) (s waves, ok bool) {
	var rows [len(s)][len(s) + 1]float64
	for i, cost := range h.costs {
		if !h.valid[i] {
			continue
		}
		x := s.terms(h.day(i))
		for a := range x {
			for b := range x {
				rows[a][b] += x[a] * x[b]
			}
			rows[a][len(s)] += x[a] * cost
		}
	}
	for a := range rows {
		for b := range rows {
			if b == a {
				continue
			}
			share := rows[b][a] / rows[a][a]
			for c := range rows[b] {
				rows[b][c] -= share * rows[a][c]
			}
		}
	}
	for a := range s {
		if s[a] = rows[a][len(s)] / rows[a][a]; math.IsNaN(s[a]) || math.IsInf(s[a], 0) {
			return waves{}, false
		}
	}
	s[0] = 0 // the level is that of the last days
	return s, true
}

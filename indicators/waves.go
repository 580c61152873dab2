package indicators

import (
	"math"

	"foyer/internal/energy"
)

// Waves are the mean of the year of what follows the season, and factors of two waves a
// year, the second of which makes a winter narrower than a summer.
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

// at returns what is expected of a day.
func (s waves) at(d energy.Day) float64 { return s.times(s.terms(d)) }

func (s waves) times(x waves) (sum float64) {
	for i := range s {
		sum += s[i] * x[i]
	}
	return sum
}

// plus adds the terms of a day some times.
func (s waves) plus(d energy.Day, times float64) waves {
	for i, x := range s.terms(d) {
		s[i] += x * times
	}
	return s
}

// A wavesFit adds up what determines them by least squares.
type wavesFit struct {
	rows [len(waves{})][2 * len(waves{})]float64 // of the equations, and of their inverse
	sums waves
}

func (f *wavesFit) add(d energy.Day, value float64) {
	x := waves{}.terms(d)
	for a := range x {
		for b := range x {
			f.rows[a][b] += x[a] * x[b]
		}
		f.sums[a] += x[a] * value
	}
}

// solve returns the waves, and how well they are known: the variances and covariances of
// the factors, of that of a value; false when they are not determined.
func (f *wavesFit) solve() (s waves, inverse [len(waves{})]waves, ok bool) {
	rows := f.rows
	for a := range rows {
		rows[a][len(rows)+a] = 1
	}
	for a := range rows {
		for b := range rows {
			share := rows[b][a] / rows[a][a]
			if b == a {
				share = 1 - 1/rows[a][a]
			}
			for c := range rows[b] {
				rows[b][c] -= share * rows[a][c]
			}
		}
	}
	for a := range s {
		copy(inverse[a][:], rows[a][len(rows):])
		if s[a] = inverse[a].times(f.sums); math.IsNaN(s[a]) || math.IsInf(s[a], 0) {
			return waves{}, inverse, false
		}
	}
	return s, inverse, true
}

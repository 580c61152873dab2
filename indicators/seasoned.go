package indicators

import (
	"slices"

	"foyer/internal/energy"
)

// A seasoned is by how much something is off over the year, with the sun of spring, lamps of
// winter and whatever else follows the season and not the temperature: two waves fitted to a
// year of days, drawn to nothing as far as chance alone would make as much of them.
type seasoned struct {
	waves
	inverse [len(waves{})]waves
	share   float64 // of the waves as fitted, from 0 to 1
}

// seasonOf learns it from days of a year. What is left tells how many of them do not know of
// each other.
//
// Source: W. James and C. Stein, Estimation with Quadratic Loss, Fourth Berkeley Symposium 1
// (1961) 361-379, the part that is not negative.
func seasonOf(off map[energy.Day]float64) (s seasoned) {
	days := make([]energy.Day, 0, len(off))
	for d := range off {
		days = append(days, d)
	}
	slices.SortFunc(days, energy.Day.Compare)
	var fit wavesFit
	for _, d := range days {
		fit.add(d, off[d])
	}
	var ok bool
	if s.waves, s.inverse, ok = fit.solve(); !ok {
		return seasoned{}
	}
	var told, squares float64
	left := map[energy.Day]float64{}
	for _, d := range days {
		at := s.at(d)
		left[d] = off[d] - at
		told, squares = told+at*at, squares+left[d]*left[d]
	}
	const factors = float64(len(waves{}))
	if chance := factors * squares / max(independent(left)-factors, 1); told > chance {
		s.share = 1 - chance/told
	}
	for i := range s.waves {
		s.waves[i] *= s.share
	}
	return s
}

// variance returns how well what stands in terms of waves is known, of the variance of a day
// that knows of no other.
func (s seasoned) variance(weighted waves) (sum float64) {
	for i, row := range s.inverse {
		sum += weighted[i] * row.times(weighted)
	}
	return sum * s.share
}

package indicators

import (
	"slices"

	"foyer/indicators/caltrack"
	"foyer/internal/energy"
)

// Skies are the temperatures of a place: what they were, and how they follow the season.
type skies struct {
	temps   map[energy.Day]float64 // of days before today, °C
	season  waves
	inverse [len(waves{})]waves
	off     map[energy.Day]float64 // by which days were warmer than their season
	spread  []float64              // the same, one for each like share of days
	whole   bool                   // the season is known
}

// Days whose temperatures tell the season of a place at least, those on either side of a
// day that tell of it, and how many like shares of days stand for all.
const (
	fewestSkies = 183
	season      = 10
	shares      = 20
)

// skies learns them from the days before today.
func (in Input) skies() skies {
	s := skies{temps: map[energy.Day]float64{}, off: map[energy.Day]float64{}}
	var fit wavesFit
	n := 0
	for _, w := range in.Weather {
		if !w.Day.Before(in.Today) || w.Day.Before(in.Today.Add(-mostWarm-2*season)) {
			continue
		}
		if p := caltrack.DayOf(w.Day, in.Zone, 0, energy.Coverage{}, w); len(p.Temps) > 0 {
			s.temps[w.Day] = p.Temps[0]
			fit.add(w.Day, p.Temps[0])
			n++
		}
	}
	if n < fewestSkies {
		return s
	}
	s.season, s.inverse, s.whole = fit.solve()
	all := make([]float64, 0, n)
	for d, t := range s.temps {
		s.off[d] = t - s.season.at(d)
		all = append(all, s.off[d])
	}
	slices.Sort(all)
	for i := range shares {
		s.spread = append(s.spread, mean(all[i*n/shares:(i+1)*n/shares]))
	}
	return s
}

// about reports whether the temperatures around a day are known.
func (s skies) about(middle energy.Day) bool {
	n := 0
	for i := -season; i <= season; i++ {
		if _, ok := s.temps[middle.Add(i)]; ok {
			n++
		}
	}
	return n > season
}

// usual returns temperatures that are to be expected of a day, each as likely.
func (s skies) usual(d energy.Day) []float64 {
	all, middle := make([]float64, len(s.spread)), s.season.at(d)
	for i, off := range s.spread {
		all[i] = middle + off
	}
	return all
}

// slope returns how much more something is for each degree that a day is warmer.
func (s skies) slope(d energy.Day, of func(celsius float64) float64) float64 {
	var both, squares float64
	for i, celsius := range s.usual(d) {
		both, squares = both+s.spread[i]*of(celsius), squares+s.spread[i]*s.spread[i]
	}
	if squares == 0 {
		return 0
	}
	return both / squares
}

// doubt returns how well something is known that follows the season of days, which stands
// in terms of waves.
func (s skies) doubt(weighted waves) doubt {
	var sum float64
	for i, row := range s.inverse {
		sum += weighted[i] * row.times(weighted)
	}
	return straysOf(s.off).sum(spell).scaled(sum / spell)
}

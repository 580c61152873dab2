package indicators

import (
	"math"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

// width returns how far on either side of what is expected the range reaches that holds
// four times of five what the days of [from, to) that are still open cost, EUR. What the
// model does not say is as on days of a like season; together with it, what their weather
// would make of the days ahead. Beside that, the level and the season are known so well.
func (r *response) width(from, to energy.Day, open int64) decimal.Decimal {
	var some []energy.Day // that stand for all
	for d := from; d.Before(to); d = d.Add(1 + to.Sub(from)/10) {
		some = append(some, d)
	}
	expected := r.skies.season.at(from.Add(to.Sub(from) / 2))
	left, strayed := map[energy.Day]float64{}, map[energy.Day]float64{}
	const alike, enough = 4, 30 // °C, days
	for _, near := range []float64{alike, math.Inf(1)} {
		for d, off := range r.off {
			if _, ok := strayed[d]; ok || math.Abs(r.skies.season.at(d)-expected) > near {
				continue
			}
			var weather float64
			for _, day := range some {
				weather += r.ahead(day, r.skies.season.at(day)+r.skies.off[d])
			}
			left[d], strayed[d] = off, off+r.lot[d]+weather/float64(len(some))
		}
		if len(strayed) >= enough {
			break
		}
	}
	n := float64(open)
	var degrees waves
	for _, day := range some {
		more := r.skies.slope(day, func(celsius float64) float64 { return r.ahead(day, celsius) })
		degrees = degrees.plus(day, more*n/float64(len(some)))
	}
	return width(append(r.told(some, n), straysOf(strayed).sum(n), r.levelled(left, n), r.skies.doubt(degrees))...)
}

// widthOfSeasons is width for days further ahead than a month. How the home and the
// weather strayed is read from the same days a year before, so that each season counts
// for its own days. Red days that follow each other are fewer later, a season having so
// many: what days cost for their colour counts as independent. False where the home was
// not seen on half of these days: how it heats is then anybody's guess.
func (r *response) widthOfSeasons(to energy.Day, open int64) (decimal.Decimal, bool) {
	left, weather, lot := map[energy.Day]float64{}, map[energy.Day]float64{}, map[energy.Day]float64{}
	first, end := yearBefore(r.in.Today), yearBefore(to)
	for d, off := range r.off {
		if d.Before(end) {
			left[d], weather[d] = off, r.at(d, r.skies.temps[d])-r.at(d, r.skies.season.at(d))
			lot[d] = r.lot[d]
		}
	}
	if 2*len(left) < end.Sub(first) {
		return decimal.Zero, false
	}
	var some []energy.Day // that stand for all
	for d := r.in.Today; d.Before(to); d = d.Add(10) {
		some = append(some, d)
	}
	var degrees waves
	for d := first; d.Before(end); d = d.Add(1) {
		degrees = degrees.plus(d, r.skies.slope(d, func(celsius float64) float64 { return r.at(d, celsius) }))
	}
	n := float64(open)
	return width(append(r.told(some, n), straysOf(left).sum(n), straysOf(weather).sum(n), straysOf(lot).sum(1).scaled(n), r.levelled(r.off, n), r.skies.doubt(degrees))...), true
}

// levelled returns how well the level is known that counts for n days, of a home that
// strays so.
func (r *response) levelled(left map[energy.Day]float64, n float64) doubt {
	return straysOf(left).sum(spell).scaled(n * n / spell / float64(r.of+recentDays))
}

// told returns how well the models of each fuel and its season are known that count for n
// days like some.
func (r *response) told(some []energy.Day, n float64) (all []doubt) {
	for _, p := range r.parts {
		var price float64
		var temps []float64
		var season waves
		for _, d := range some {
			price += p.priceAhead(d).InexactFloat64() / float64(len(some))
			temps = append(temps, r.skies.usual(d)...)
			season = season.plus(d, n/float64(len(some)))
		}
		season[0] = 0 // the level is known by itself
		all = append(all, p.doubt(temps).scaled(n*n*price*price), straysOf(p.off).sum(spell).scaled(p.season.variance(season)/spell))
	}
	return all
}

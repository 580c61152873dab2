package indicators

import (
	"math"

	"github.com/shopspring/decimal"

	"foyer/indicators/caltrack"
	"foyer/internal/energy"
)

// A habit is what days cost by the home's own past alone, where its weather is not
// known: as the last ones did by weekday class, and where a year is known as much more
// or less as the season moves.
type habit struct {
	today  energy.Day
	costs  [mostWarm]float64 // of energy on the days before today, the latest last, EUR; the season taken off
	valid  [mostWarm]bool
	class  [mostWarm]int
	season waves
	whole  bool    // a year is known, and with it the season
	more   float64 // where none is, what the depth of winter costs more, EUR a day
	told   float64 // how much of that is known, from 0 to 1
}

// habit learns it from the days before today.
func (in Input) habit() *habit {
	h := &habit{today: in.Today}
	known := 0
	for _, d := range in.past(mostWarm) {
		i := mostWarm - in.Today.Sub(d.Day)
		h.costs[i], h.valid[i] = d.energyCost().InexactFloat64(), true
		known++
	}
	for i := range h.class {
		h.class[i] = class(h.day(i))
	}
	if known*100 < YearDays*Complete {
		h.more, h.told = h.heats()
		h.without()
		return h
	}
	var fit wavesFit
	for i, cost := range h.costs {
		if h.valid[i] {
			fit.add(h.day(i), cost)
		}
	}
	if h.season, _, h.whole = fit.solve(); h.whole {
		h.season[0] = 0 // the level is that of the last days
		h.without()
	}
	return h
}

// without takes the season off what days cost.
func (h *habit) without() {
	for i := range h.costs {
		h.costs[i] -= h.inSeason(h.day(i))
	}
}

// inSeason returns how much more a day costs for its season, EUR.
func (h *habit) inSeason(d energy.Day) float64 {
	if h.whole {
		return h.season.at(d)
	}
	return h.more * max(yearOfHeating().depth(d), 0)
}

func (h *habit) day(i int) energy.Day { return h.today.Add(i - mostWarm) }

// level returns the mean cost of a day by weekday class, of all days for a class with
// fewer than two, from the valid days among those before the i-th: the last 14, or 28
// where these have fewer than 7; false where those have too.
func (h *habit) level(i int) (mean [2]float64, ok bool) {
	for _, back := range []int{recentDays, usualDays} {
		var sum, n [2]float64
		for j := max(i-back, 0); j < i; j++ {
			if h.valid[j] {
				sum[h.class[j]] += h.costs[j]
				n[h.class[j]]++
			}
		}
		all := n[0] + n[1]
		if all < fewestDays {
			continue
		}
		for c := range mean {
			if mean[c] = (sum[0] + sum[1]) / all; n[c] >= 2 {
				mean[c] = sum[c] / n[c]
			}
		}
		return mean, true
	}
	return mean, false
}

// cost returns what the energy of a day to come is expected to cost, EUR.
func (h *habit) cost(d energy.Day) decimal.Decimal {
	level, _ := h.level(mostWarm)
	return decimal.NewFromFloat(max(level[class(d)]+h.inSeason(d), 0)).Round(6)
}

// nearby is how many days ago the days of a forecast of the past may have ended, or how
// many days after the same day a year before they may have begun, to be of a like season.
const nearby = 60

// strayed forecasts n days by the same rule from each morning of the past that was of a
// like season, and returns the mean square of what that was off, and how many mornings.
//
// Source: rolling-origin evaluation, L. J. Tashman, International Journal of
// Forecasting 16 (2000) 437–450.
func (h *habit) strayed(n int) (square, mornings float64) {
	for i := fewestDays; i+n <= mostWarm; i++ {
		level, ok := h.level(i)
		if !ok || i > fewestDays+nearby && i+n < mostWarm-nearby {
			continue
		}
		var off, seen float64
		for j := i; j < i+n; j++ {
			if h.valid[j] {
				off += h.costs[j] - level[h.class[j]]
				seen++
			}
		}
		if seen*100 < float64(n)*Complete {
			continue
		}
		off *= float64(n) / seen
		square, mornings = square+off*off, mornings+1
	}
	return square / max(mornings, 1), mornings
}

// width returns how far below and above what is expected the range reaches that holds what
// n days to come, at least one, cost four times of five, EUR: as far as the same rule was
// off in a like season. That tells as much as the n days go into the mornings it was tried
// on, for what overlaps tells nothing new. Until a year is known, the mornings tell of days
// of another season alone: one time more is how the days of late strayed, and the range
// reaches at least as far as the season ahead may take a home, see [turned].
func (h *habit) width(n int64) (below, above decimal.Decimal) {
	square, mornings := h.strayed(int(n))
	times := mornings / float64(n)
	if !h.whole || times < 1 {
		square = (square*times + h.wandered(float64(n))) / (times + 1)
		times++
	}
	less := caltrack.StudentT(0.9, times) * math.Sqrt(square)
	more := less
	if !h.whole {
		level, _ := h.level(mostWarm)
		daily := (5*level[0]+2*level[1])/7 + h.inSeason(h.today.Add(-recentDays/2))
		fall, rise := turned(h.today, int(n))
		less, more = max(less, daily*fall*(1-h.told)), max(more, daily*rise*(1-h.told))
	}
	return decimal.NewFromFloat(less).Round(6), decimal.NewFromFloat(more).Round(6)
}

// wandered returns the mean square of what a forecast of n days is off by how the last 28
// days strayed, days that resemble their neighbours with an autocorrelation of 0.5: the
// variance of their sum against that of m others is (1 + 0.5) / (1 - 0.5) times that of a
// day times n + n²/m.
func (h *habit) wandered(n float64) float64 {
	const m = recentDays
	level, _ := h.level(mostWarm)
	var squares, days float64
	for i := mostWarm - usualDays; i < mostWarm; i++ {
		if h.valid[i] {
			off := h.costs[i] - level[h.class[i]]
			squares, days = squares+off*off, days+1
		}
	}
	return squares / max(days-2, 1) * 3 * (n + n*n/m)
}

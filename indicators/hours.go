package indicators

import (
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
)

// An hour is the mean of what was held in one hour of a local day.
type hour struct {
	clock int     // 0 to 23, of its start
	mean  *number // nil where less than half of the hour was seen
}

// hourly returns the hours of a day of what was held over it: 23 to 25.
func (in Input) hourly(held []energy.Held) []hour {
	var all []hour
	for at := in.From.Start(in.Zone); at.Before(in.To.Start(in.Zone)); at = at.Add(time.Hour) {
		mean, _ := meanOver(held, at, at.Add(time.Hour))
		all = append(all, hour{at.In(in.Zone).Hour(), mean})
	}
	return all
}

// meanOver returns the mean of what was held in a time, in the base unit, and how much
// of it was seen; nil where that is less than half.
func meanOver(held []energy.Held, from, to time.Time) (*number, energy.Coverage) {
	c := energy.Coverage{Of: to.Sub(from)}
	var sum decimal.Decimal
	for _, h := range held {
		start, end := h.From, h.To
		if start.Before(from) {
			start = from
		}
		if to.Before(end) {
			end = to
		}
		if d := end.Sub(start); d > 0 {
			c.Seen += d
			sum = sum.Add(decimal.NewFromInt(h.Value).Mul(decimal.NewFromInt(d.Milliseconds())))
		}
	}
	if !atLeast(c, 50) {
		return nil, c
	}
	return num(sum.DivRound(decimal.NewFromInt(c.Seen.Milliseconds()), 6).Shift(-3)), c
}

// overDay returns the mean of what was held over the day of the period.
func (in Input) overDay(held []energy.Held) (*number, energy.Coverage) {
	return meanOver(held, in.From.Start(in.Zone), in.To.Start(in.Zone))
}

// outside returns the mean outdoor temperature of a day; nil where less than half of it
// was seen.
func (in Input) outside(d energy.Day) (*number, energy.Coverage) {
	for _, w := range in.Weather {
		if w.Day == d {
			c := energy.Coverage{Seen: w.Seen, Of: w.Of}
			if atLeast(c, 50) {
				return num(decimal.New(w.Mean, -3)), c
			}
			return nil, c
		}
	}
	return nil, energy.Coverage{Of: d.End(in.Zone).Sub(d.Start(in.Zone))}
}

// lesser returns the coverage that saw less.
func lesser(a, b energy.Coverage) energy.Coverage {
	if b.Share() < a.Share() {
		return b
	}
	return a
}

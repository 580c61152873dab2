package jobs

import (
	"slices"

	"github.com/shopspring/decimal"

	"foyer/indicators"
	"foyer/internal/household"
	"foyer/internal/opendata"
)

// A count makes the figures of homes poll. Of a figure that cannot be published nothing
// is kept but its name; the view that it is read from judges again.
type count struct {
	rule    opendata.Rule
	year    household.AggregateYear
	homes   []household.CountedYear
	figures []household.AggregateFigure
}

// How coarse the figures are.
const (
	toHundreds   = -2
	toOnes       = 0
	toHundredths = 2
)

func (c *count) all(listed []indicators.Indicator) error {
	var use, cost poll
	for _, h := range c.homes {
		use.take(h, decimal.New(h.Energy, -6))
		if h.Cents != nil {
			cost.take(h, decimal.New(*h.Cents, -2))
		}
	}
	c.add(household.AggregateFigure{Figure: "use", Part: "total", Unit: "kWh", Value: use.total().Round(toHundreds).String()}, use)
	c.add(household.AggregateFigure{Figure: "cost", Part: "total", Unit: "EUR", Value: cost.total().Round(toHundreds).String()}, cost)
	for _, i := range listed {
		if !i.Flags() {
			continue
		}
		if err := c.flags(i); err != nil {
			return err
		}
	}
	return nil
}

// flags counts the homes of which an indicator is known and those that it flags.
func (c *count) flags(i indicators.Indicator) error {
	flagged := 0
	var said, gaps, depths, squares poll
	for _, h := range c.homes {
		n := slices.IndexFunc(h.Results, func(r household.Result) bool { return r.Indicator == i.ID })
		if n < 0 {
			continue
		}
		flag, err := indicators.Flagged(h.Results[n])
		if err != nil {
			return err
		}
		if flag == nil {
			continue
		}
		if *flag {
			flagged++
		}
		said.take(h)
		if i.ID == indicators.PovertyGap {
			gap, depth, err := indicators.Gap(h.Results[n])
			if err != nil {
				return err
			}
			gaps.take(h, gap)
			depths.take(h, depth)
			squares.take(h, depth.Mul(depth))
		}
	}
	c.add(household.AggregateFigure{Figure: i.ID, Part: "homes", Flagged: &flagged}, said)
	if i.ID == indicators.PovertyGap {
		c.gap(i.ID, flagged, gaps, depths, squares)
	}
	return nil
}

// gap adds how far homes are above what would weigh no more than usual: on the mean of those
// that are, without a value where none is, and as the depth and the severity of all.
//
// Source: Foster, Greer, Thorbecke 1984, alpha 1 and 2; alpha 0 is the share of homes.
func (c *count) gap(id string, flagged int, gaps, depths, squares poll) {
	monthly := ""
	if flagged > 0 {
		monthly = gaps.over(12 * flagged).Round(toOnes).String()
	}
	c.add(household.AggregateFigure{Figure: id, Part: "mean_gap", Unit: "EUR a month", Flagged: &flagged, Value: monthly}, gaps)
	c.add(household.AggregateFigure{Figure: id, Part: "depth", Unit: "index", Flagged: &flagged, Value: depths.over(depths.homes).Round(toHundredths).String()}, depths)
	c.add(household.AggregateFigure{Figure: id, Part: "severity", Unit: "index", Flagged: &flagged, Value: squares.over(squares.homes).Round(toHundredths).String()}, squares)
}

// add keeps a figure, or its name alone.
func (c *count) add(f household.AggregateFigure, t poll) {
	hidden := c.rule.Judge(opendata.Cell{Homes: t.homes, Values: t.values}) != opendata.Publish
	if f.Flagged != nil && !hidden {
		cells, err := opendata.Hide([]int{*f.Flagged, t.homes - *f.Flagged}, c.rule.Min, true)
		hidden = err != nil || slices.Contains(cells, true)
	}
	if hidden {
		f.Flagged, f.Value = nil, ""
	} else {
		f.Known, f.Most, f.Seen, f.Estimated = t.homes, t.most(), t.percentSeen(c.year), t.estimated
	}
	c.figures = append(c.figures, f)
}

package pages

import (
	"slices"
	"time"

	"foyer/internal/disclosure"
)

// The drawing area of the chart of days, in its own units.
const (
	chartWidth  = 308
	chartHeight = 176
	chartTop    = 8   // the top of the tallest bar
	chartBase   = 128 // where bars stand; amounts and days are below, clear of every line
	amountsY    = 148
	daysY       = 168
	barWidth    = 30
)

// A chart is the last days in bars of euros, with the table behind them. The
// template turns it into SVG: text stays text, and nothing needs a script.
type chart struct {
	Title     string
	Width     int
	Height    int
	Base      int
	BarWidth  int
	AmountsY  int // where amounts are written, and "?"
	DaysY     int // where the names of days are written
	Bars      []column
	UsualY    int // of the dashed line; 0 for none
	Usual     string
	Long      bool // amounts have five signs: "12,31"
	Estimated bool // at least one bar is dotted
	Missing   bool // at least one day is not known
	Rows      []row
}

// A column is one bar.
type column struct {
	X, Y, Height, Mid int
	Label             string // "1,84", "?" for a day not known
	Day               string // "mar"
	Estimated         bool
	Missing           bool
}

// A row is one day of the table.
type row struct{ Day, Euros, Energy string }

// drawWeek draws the last days, or nil when nothing is known of them.
func drawWeek(w *words, h disclosure.Home) *chart {
	if !slices.ContainsFunc(h.Week, func(d disclosure.DayFigure) bool { return d.Cost != nil }) {
		return nil
	}
	c := &chart{Title: w.say("week.title"), Width: chartWidth, Height: chartHeight, Base: chartBase, BarWidth: barWidth, AmountsY: amountsY, DaysY: daysY}
	if h.Silent {
		c.Title = w.say("week.until", "When", w.when(h.LastData))
	}
	top := int64(1)
	for _, d := range h.Week {
		if d.Cost != nil {
			top = max(top, int64(*d.Cost))
		}
	}
	if h.Usual != nil {
		top = max(top, int64(*h.Usual))
	}
	c.Long = top >= 1000
	step := chartWidth / len(h.Week)
	tall := func(c disclosure.Cents) int { return int(max(int64(c), 0) * (chartBase - chartTop) / top) }
	for i, d := range h.Week {
		col := column{
			X:         i*step + (step-barWidth)/2,
			Mid:       i*step + step/2,
			Day:       w.keep(w.Short(d.Day.Weekday())),
			Estimated: d.Estimated,
			Missing:   d.Missing || d.Cost == nil,
		}
		if col.Missing {
			col.Label, col.Y = "?", chartBase
			c.Missing = true
		} else {
			col.Height = max(tall(*d.Cost), 2)
			col.Y = chartBase - col.Height
			col.Label = plainEuros(w, *d.Cost)
			c.Estimated = c.Estimated || d.Estimated
		}
		c.Bars = append(c.Bars, col)
		c.Rows = append(c.Rows, drawRow(w, d))
	}
	if h.Usual != nil {
		c.UsualY = chartBase - tall(*h.Usual)
		c.Usual = w.say("week.usual", "Euros", w.Euros(int64(*h.Usual)))
	}
	return c
}

func drawRow(w *words, d disclosure.DayFigure) row {
	at := time.Date(d.Day.Year, d.Day.Month, d.Day.Date, 12, 0, 0, 0, time.UTC)
	r := row{Day: capital(w.keep(w.DayMonth(at))), Euros: w.say("week.missing"), Energy: w.say("week.missing")}
	if d.Missing {
		return r
	}
	if d.Cost != nil {
		r.Euros = w.money(*d.Cost, d.Estimated)
	}
	if d.Energy != nil {
		r.Energy = w.KWh(int64(*d.Energy))
		if d.Estimated {
			r.Energy = w.say("about", "Amount", r.Energy)
		}
	}
	return r
}

// plainEuros writes an amount for a bar, whose title already says euros.
func plainEuros(w *words, c disclosure.Cents) string { return w.Fixed(c.String(), 2) }

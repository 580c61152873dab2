package simulators

import (
	"math"
	"time"
)

// A Climate is the weather of a town. Its zero value is that of an inland French
// town at 400 m, about 12 °C over the year.
type Climate struct {
	Mean    int64  `yaml:"mean"`    // mean of the year, m°C; 11,500 by default
	Swing   int64  `yaml:"swing"`   // from the mean to the coldest day, m°C; 7,800 by default
	Daily   int64  `yaml:"daily"`   // from the mean of a day to its afternoon, m°C; 3,200 by default
	Noise   int64  `yaml:"noise"`   // how far some days stray from the season, m°C; 3,200 by default
	Coldest string `yaml:"coldest"` // the coldest time of the year, month and day; "01-18" by default
	Missing int64  `yaml:"missing"` // percent of the local days before the start of which the station kept nothing

	coldest int64 // Unix ms of a coldest day
	dice    dice
}

// year is the mean length of a year, ms.
const year = 365*day + day/4

func (c *Climate) open(d dice) error {
	set := func(p *int64, v int64) {
		if *p == 0 {
			*p = v
		}
	}
	set(&c.Mean, 11_500)
	set(&c.Swing, 7_800)
	set(&c.Daily, 3_200)
	set(&c.Noise, 3_200)
	if c.Coldest == "" {
		c.Coldest = "01-18"
	}
	for _, v := range []int64{c.Mean, c.Swing, c.Daily, c.Noise} {
		if outside(v, -60_000, 60_000) {
			return mistake("climate", v, "want thousandths of °C, -60000 to 60000")
		}
	}
	if outside(c.Missing, 0, 100) {
		return mistake("climate.missing", c.Missing, "want 0 to 100 percent")
	}
	t, err := time.Parse(time.DateOnly, "2024-"+c.Coldest)
	if err != nil {
		return mistake("climate.coldest", c.Coldest, "want month and day, as 01-18")
	}
	c.coldest, c.dice = t.UnixMilli(), d
	return nil
}

// kept reports whether the station still has what it measured on the local day of an
// instant.
func (c *Climate) kept(at time.Time) bool {
	noon := time.Date(at.Year(), at.Month(), at.Day(), 12, 0, 0, 0, time.UTC)
	return c.dice.child(2).below(100, noon.Unix()) >= c.Missing
}

// season returns the mean of the day at instant ms, without its weather, m°C.
func (c *Climate) season(ms int64) int64 {
	return c.Mean - c.Swing*cosine(ms-c.coldest, year)/unit
}

// outside returns the temperature of the air at instant ms, m°C.
func (c *Climate) outside(ms int64) int64 {
	t := c.season(ms)
	// clear days swing more than grey ones; the warmest hour is about 14:30 UTC
	t += c.Daily * cosine(ms-14*hour-hour/2, day) / unit * c.sky(ms) / 1000
	t += c.dice.drift(c.Noise, 60*hour, ms)
	return t + c.dice.drift(c.Noise/8, 3*hour, ms)
}

// sky returns how clear the day is, from 300 to 1000.
func (c *Climate) sky(ms int64) int64 { return 650 + c.dice.child(1).drift(350, 20*hour, ms) }

// sun returns how much of a window's full sun comes in at instant ms, from 0 to 1000.
func (c *Climate) sun(ms int64) int64 {
	height := 600*cosine(ms-11*hour-50*minute, day)/unit - 350*cosine(ms-c.coldest, year)/unit
	return max(0, height) * c.sky(ms) / 1000
}

// Lengths of time in Unix milliseconds.
const (
	minute = int64(time.Minute / time.Millisecond)
	hour   = 60 * minute
	day    = 24 * hour
)

// unit is the 1 of [cosine].
const unit = 1 << 16

// cosines holds one turn, rounded once, so that no later arithmetic is in floats.
var cosines = func() (table [1025]int64) {
	for i := range table {
		table[i] = int64(math.Round(unit * math.Cos(2*math.Pi*float64(i)/1024)))
	}
	return table
}()

// cosine returns unit times the cosine of the part at/period of a turn.
func cosine(at, period int64) int64 {
	x := floorMod(at, period) * 1024
	i, rest := x/period, x%period
	return cosines[i] + (cosines[i+1]-cosines[i])*(rest/1024)/(period/1024)
}

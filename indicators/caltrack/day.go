package caltrack

import (
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// DayOf returns a local day as a period in kWh and degrees Celsius, from what is kept
// of it: energy in thousandths of a Wh with its coverage, and the weather. Half of a
// day has to be seen of either; the rest of its use is that of the hours seen.
//
// Source: CalTRACK 2.0, 2.2.2.1 and 2.2.2.3.
func DayOf(day energy.Day, zone *time.Location, milliWh int64, c energy.Coverage, w household.Weather) Period {
	p := Period{From: day.Start(zone), To: day.End(zone), Days: 1}
	if half(c.Seen, c.Of) {
		const kWh = 1e6
		p.Use, p.Known = float64(milliWh)/kWh*(float64(c.Of)/float64(c.Seen)), true
	}
	if half(w.Seen, w.Of) {
		const degree = 1000
		p.Temps, p.Seen = []float64{float64(w.Mean) / degree}, float64(w.Seen)/float64(w.Of)
	}
	return p
}

// half reports whether at least half of a time was seen.
func half(seen, of time.Duration) bool { return of > 0 && seen > 0 && seen >= of-seen }

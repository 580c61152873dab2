package indicators

import "testing"

// Of a home known since November, March is expected to cost less than the last days where
// its winter stood out, and as much where it did not.
func TestAFirstWinterTellsHowTheSpringFalls(t *testing.T) {
	for name, c := range map[string]struct {
		heats       float64 // kWh a day in the depth of winter
		least, most int64   // cents of 31 days below the last 14
	}{"heats": {20, 1000, 4000}, "does not": {0, 0, 30}} {
		y := yearOfHeating()
		all := home(t, "2027-03-31", func(d *Day) { d.Energy += int64(c.heats * max(y.depth(d.Day), 0) * milliWhInKWh) })
		in := all.on(date(t, "2027-03-01"), date(t, "2027-04-01"))
		in.Today = date(t, "2027-03-01")
		in.Days = nil
		for _, d := range all.Days {
			if !d.Day.Before(date(t, "2026-11-01")) && d.Day.Before(in.Today) {
				in.Days = append(in.Days, d)
			}
		}
		f, ok := in.forecast()
		mean := meanOf(in.past(recentDays))
		usual := f.central
		for d := in.From; d.Before(in.To); d = d.Add(1) {
			usual -= toCents(mean(d))
		}
		if below := 310 - usual; !ok || below < c.least || below > c.most { // 10 a day of standing charge
			t.Errorf("%s: %+v, %d below the last days", name, f, below)
		}
	}
}

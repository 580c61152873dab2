package jobs_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
)

// A home in a world of its own zone, whose clock goes wrong.
type clocked struct {
	*world
	zone     *time.Location
	readings []energy.Reading // in order of time
	sent     int
}

// openClocked has a meter and a thermometer speak every hour or so, with silences.
func openClocked(tb testing.TB, zone *time.Location, seed uint64, from, to energy.Day) *clocked {
	tb.Helper()
	c := &clocked{world: openWorldIn(tb, zone, from.Start(zone)), zone: zone}
	luck := rand.New(rand.NewPCG(seed, 14))
	f := c.family("home", peak)
	indoor := c.meter("indoor", f, household.Indoor, from.Start(zone))
	two := []count{
		{meter: c.meter("linky", f, household.Electricity, from.Start(zone)), register: "energy_import/f01"},
		{register: "energy_import/f02"},
	}
	two[1].meter = two[0].meter
	for t := from.Start(zone); t.Before(to.Start(zone)); t = t.Add(time.Duration(luck.Int64N(int64(2 * time.Hour)))) {
		if luck.IntN(150) == 0 {
			t = t.Add(time.Duration(luck.Int64N(int64(4 * 24 * time.Hour))))
		}
		for i := range two {
			two[i].show(energy.Instant(t))
			c.readings = append(c.readings, two[i].all[len(two[i].all)-1])
		}
		now := &two[1]
		if h := t.In(zone).Hour(); h >= 22 || h < 6 {
			now = &two[0]
		}
		now.value += luck.Int64N(1_000_000)
		c.readings = append(c.readings, energy.Reading{
			Meter: indoor, Register: "temperature", At: energy.Instant(t), Value: 15_000 + luck.Int64N(5_000), Source: energy.DeviceTime,
		})
	}
	return c
}

// until writes what was shown before an instant.
func (c *clocked) until(t time.Time) {
	c.tb.Helper()
	n := c.sent
	for n < len(c.readings) && c.readings[n].At.Before(t) {
		n++
	}
	if n > c.sent {
		c.write(c.readings[c.sent:n])
	}
	c.sent = n
}

// jumps are how far a clock goes wrong.
var jumps = []time.Duration{5 * time.Second, -5 * time.Second, time.Hour, -time.Hour, 24 * time.Hour, -24 * time.Hour}

// live runs passes until an end: hours apart, after downtimes of up to 40 days, with
// a clock that is wrong for some passes, by planners that start anew now and then.
func (c *clocked) live(seed uint64, from, end time.Time, longest time.Duration) {
	c.tb.Helper()
	luck := rand.New(rand.NewPCG(seed, 15))
	for now, wrong := from, time.Duration(0); now.Before(end); {
		step := 30*time.Minute + time.Duration(luck.Int64N(int64(20*time.Hour)))
		if luck.IntN(20) == 0 {
			step = time.Duration(luck.Int64N(int64(longest)))
		}
		now = now.Add(step)
		if now.After(end) {
			break
		}
		switch luck.IntN(4) {
		case 0:
			wrong = jumps[luck.IntN(len(jumps))]
		case 1, 2:
			wrong = 0
		}
		if luck.IntN(6) == 0 {
			c.restart()
		}
		c.until(now)
		c.pass(now.Add(wrong))
	}
}

// TestOneCurrentResultOverWrongClocks lives through changes of time, a leap day,
// downtimes and clocks that jump, and wants what one pass at the end comes to: one
// current result for each family, indicator and period, none too many. With
// FOYER_CLOCK_YEARS=1 over three years, several times.
func TestOneCurrentResultOverWrongClocks(t *testing.T) {
	t.Parallel()
	type stretch struct {
		zone     string
		from, to string
	}
	stretches, seeds := []stretch{
		{"Europe/Paris", "2026-10-20", "2026-11-03"},
		{"America/Santiago", "2026-08-30", "2026-09-12"},
		{"Australia/Lord_Howe", "2027-03-29", "2027-04-11"},
		{"Europe/Paris", "2028-02-20", "2028-03-05"},
	}, 2
	if testing.Short() {
		seeds = 1
	}
	if os.Getenv("FOYER_CLOCK_YEARS") != "" {
		stretches, seeds = nil, 4
		for _, zone := range []string{"Europe/Paris", "America/Santiago", "Australia/Lord_Howe"} {
			stretches = append(stretches, stretch{zone, "2026-01-01", "2029-01-01"})
		}
	}
	for _, s := range stretches {
		for seed := range uint64(seeds) {
			t.Run(fmt.Sprintf("%s %s %d", s.zone, s.from, seed), func(t *testing.T) {
				t.Parallel()
				zone, err := time.LoadLocation(s.zone)
				if err != nil {
					t.Fatal(err)
				}
				from, to := date(s.from), date(s.to)
				longest := min(40*24*time.Hour, to.Start(zone).Sub(from.Start(zone))/2)
				end := to.Add(3).Start(zone).Add(7 * time.Hour) // later than any clock was
				calm := openClocked(t, zone, seed, from, to)
				calm.until(end)
				calm.pass(end)
				w := openClocked(t, zone, seed, from, to)
				w.live(seed, from.Start(zone), to.Add(1).Start(zone), longest)
				w.until(end)
				w.pass(end)
				w.settledMarks()
				if d := different(w.dump(), calm.dump()); d != "" {
					t.Errorf("the figures differ from those of one pass:\n%s", d)
				}
				if n := w.number(`SELECT COUNT(*) FROM (SELECT family, indicator, from_day FROM result GROUP BY 1, 2, 3 HAVING COUNT(DISTINCT to_day) > 1)`); n != 0 {
					t.Errorf("%d periods have two current results", n)
				}
				w.restart()
				if r := w.pass(end.Add(time.Minute)); r.Results != 0 {
					t.Errorf("another pass adds %d results", r.Results)
				}
				if v, found := w.verified(jobs.Order{}); len(found) != 0 || v.Waiting != 0 {
					t.Errorf("%+v %v", v, found[:min(3, len(found))])
				}
			})
		}
	}
}

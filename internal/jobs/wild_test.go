package jobs_test

import (
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// wildWorld is a home whose meter and thermometer behave badly: they speak when
// they like, jump, fall, begin anew and stay silent for days. Bills of the past
// overlap each other and the registers.
func wildWorld(tb testing.TB, seed uint64) (*world, []energy.Reading, []energy.Interval) {
	tb.Helper()
	luck := rand.New(rand.NewPCG(seed, 1))
	from := date("2026-10-15").Start(paris)
	w := openWorld(tb, from)
	f := w.family("wild", base)
	meter := w.meter("linky", f, household.Electricity, from.AddDate(0, 0, -30))
	sensor := w.meter("indoor", f, household.Indoor, from)
	station := w.meter("station", "", household.Outdoor, from)
	var rs []energy.Reading
	var last time.Time
	speak := func(n int, m energy.MeterID, r energy.Register, next func() int64) {
		for t := from; n > 0; n-- {
			switch luck.IntN(12) {
			case 0:
				t = t.Add(time.Duration(luck.Int64N(int64(60 * time.Hour))))
			case 1, 2, 3:
				t = t.Add(time.Duration(luck.Int64N(int64(4 * time.Hour))))
			default:
				t = t.Add(time.Duration(luck.Int64N(int64(20*time.Minute))) + time.Millisecond)
			}
			rs = append(rs, energy.Reading{Meter: m, Register: r, At: energy.Instant(t), Value: next(), Source: energy.DeviceTime})
			if t.After(last) {
				last = t
			}
		}
	}
	value, mad := int64(50_000_000), 0
	counts := func() int64 {
		value += luck.Int64N(900_000)
		if mad--; mad > 0 {
			return luck.Int64N(2 * value) // anything at all
		}
		switch luck.IntN(15) {
		case 14:
			if luck.IntN(6) == 0 {
				mad = 30
			}
		case 0:
			return value - luck.Int64N(20_000_000) // a glitch
		case 1:
			return value + luck.Int64N(900_000_000) // a jump
		case 2:
			if luck.IntN(3) == 0 {
				value = luck.Int64N(1_000_000) // a reset
			}
		case 3:
			if luck.IntN(4) == 0 {
				value += 400_000_000
			}
		}
		return value
	}
	speak(260, meter, "energy_import/base", counts)
	value = 7_000_000
	speak(120, meter, "energy_import/total", counts)
	temperature := func() int64 { return 12_000 + luck.Int64N(9_000) }
	speak(200, sensor, "temperature", temperature)
	speak(200, station, "temperature", temperature)
	w.set(last.Add(time.Hour))

	var ivs []energy.Interval
	taken := map[[2]int]bool{}
	for range 14 {
		place := [2]int{luck.IntN(40), []int{1, 1, 2, 7, 30}[luck.IntN(5)]}
		if taken[place] {
			continue // a second one would replace the first
		}
		taken[place] = true
		begin, length := date("2026-09-20").Add(place[0]), place[1]
		ivs = append(ivs, energy.Interval{
			Meter: meter, Register: "energy_import/base", From: begin.Start(paris), To: begin.Add(length).Start(paris),
			Energy: luck.Int64N(30_000_000) * int64(length), Estimated: luck.IntN(4) == 0,
		})
	}
	return w, rs, ivs
}

// unknown matches results of periods of which nothing is known.
var unknown = regexp.MustCompile(`(?m)^result .*insufficient_data.*("energy_kwh":""|"valid_days":0|"seen_ms":0,"share).*\n`)

// TestWildReadings has the worst of readings and bills come in any order, a few at a
// time with a pass after each, and wants what all of them at once give.
func TestWildReadings(t *testing.T) {
	t.Parallel()
	seeds := []uint64{1, 16, 21, 38}
	if testing.Short() { // as under the race detector: its goroutines are those of any
		seeds = seeds[:1]
	}
	for _, seed := range seeds {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			once, rs, ivs := wildWorld(t, seed)
			if err := once.records.ImportIntervals(t.Context(), ivs); err != nil {
				t.Fatal(err)
			}
			once.arrive(rs)
			end := once.clock()
			once.pass(end)
			once.settledMarks()

			// Meters have other random ids in another world.
			w, rs, ivs := wildWorld(t, seed)
			luck := rand.New(rand.NewPCG(seed, 2))
			if seed%2 == 0 { // else in order of time
				luck.Shuffle(len(rs), func(i, j int) { rs[i], rs[j] = rs[j], rs[i] })
			}
			luck.Shuffle(len(ivs), func(i, j int) { ivs[i], ivs[j] = ivs[j], ivs[i] })
			for len(rs)+len(ivs) > 0 {
				n, k := min(len(rs), 1+luck.IntN(120)), min(len(ivs), luck.IntN(3))
				w.arrive(rs[:n])
				if err := w.records.ImportIntervals(t.Context(), ivs[:k]); err != nil {
					t.Fatal(err)
				}
				rs, ivs = rs[n:], ivs[k:]
				w.pass(end)
			}
			w.settledMarks()
			// Of a day that was known once, to be nobody's, it is said that nothing is known.
			if d := different(unknown.ReplaceAllString(w.dump(), ""), unknown.ReplaceAllString(once.dump(), "")); d != "" {
				t.Errorf("the figures differ:\n%s", d)
			}
			if n := w.number(`SELECT COUNT(*) FROM usage_slot WHERE energy < 0 OR seen > length OR seen < 0`); n != 0 {
				t.Errorf("%d half-hours of negative energy or seen for longer than they are", n)
			}
		})
	}
}

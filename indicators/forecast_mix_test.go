package indicators

import (
	"testing"

	"github.com/shopspring/decimal"

	"foyer/internal/tariff"
	"foyer/simulators"
)

// aMix is what lives in a town: what its homes heat with, how well they keep it, whether
// their families go away, whether what they heat with is billed as gas, and whether they
// pay by the colour of the day.
var aMix = []struct {
	simulators.Home
	away, gas, colours bool
}{
	{Home: simulators.Home{Heating: "electric", Insulation: "fair"}},
	{Home: simulators.Home{Heating: "electric", Insulation: "poor", Contract: simulators.PeakOffPeak}},
	{Home: simulators.Home{Heating: "electric", Insulation: "fair", Contract: simulators.PeakOffPeak}, away: true},
	{Home: simulators.Home{Heating: "electric", Insulation: "poor", Situation: simulators.Budget}, away: true},
	{Home: simulators.Home{Heating: "electric", Insulation: "fair"}, gas: true},
	{Home: simulators.Home{Heating: "electric", Insulation: "poor"}, gas: true},
	{Home: simulators.Home{Heating: "gas", Insulation: "fair"}},
	{Home: simulators.Home{Heating: "gas", Insulation: "poor", Contract: simulators.PeakOffPeak}, away: true},
	{Home: simulators.Home{Heating: "electric", Insulation: "fair"}, colours: true},
}

// mixedTown returns what is known of a town of aMix.
func mixedTown(t *testing.T, seed uint64, past int) []Input {
	var homes []simulators.Home
	for _, m := range aMix {
		m.History, m.Dialect = past, "linky_tasmota_teleinfo"
		homes = append(homes, m.Home)
	}
	all := lived(t, seed, past, homes)
	for i, m := range aMix {
		if m.away {
			goAway(all[i], int(seed)+i)
		}
		if m.gas {
			heatWithGas(all[i])
		}
		if m.colours {
			payByColour(all[i])
		}
	}
	return all
}

// goAway takes two thirds off what a home uses, for one to three weeks in each season.
func goAway(in Input, luck int) {
	for from := 20 + luck*17%60; from < len(in.Days); from += 75 + luck*29%40 {
		for i := from; i < min(from+7+(from+luck)%15, len(in.Days)); i++ {
			in.Days[i].reprice(in.Days[i].Energy / 3)
		}
	}
}

// heatWithGas bills as gas, at half the price, what goes beyond one and a half times
// what a home used on its least day.
func heatWithGas(in Input) {
	least := in.Days[0].Energy
	for _, d := range in.Days {
		least = min(least, d.Energy)
	}
	for i := range in.Days {
		d := &in.Days[i]
		gas := max(d.Energy-least*3/2, 0)
		d.reprice(d.Energy - gas)
		d.Add(Part{Fuel: tariff.Gas, Energy: gas, Coverage: d.Coverage}, &tariff.Cost{
			Energy: tariff.KWh(gas).Mul(decimal.New(1, -1)), Standing: decimal.New(100, 0), ProRata: tariff.ByYear,
		})
	}
}

func (d *Day) reprice(used int64) {
	cost := *d.Parts[0].cost
	d.Energy, cost.Energy = used, tariff.KWh(used).Mul(decimal.New(2, -1))
	d.Price(cost)
}

// TestForecastsHoldOfAMixOfHomes tries the forecasts of 12 months of homes of all kinds
// with and without the weather, of homes known for a year before and of new ones, and
// wants of each 70 to 90 % in the range and an error that falls as the month goes on.
// FORECAST_TOWNS says in how many towns, FORECAST_SEED the seed of the first.
func TestForecastsHoldOfAMixOfHomes(t *testing.T) {
	t.Parallel()
	const year = 365
	towns, first := simulatedTowns(3, 5200)
	type known struct{ weather, before bool }
	sums := map[known]*trialSum{}
	for seed := range uint64(towns) {
		for _, in := range mixedTown(t, first+seed, 2*year) {
			start := in.Today.Add(-year)
			for _, k := range []known{{true, true}, {true, false}, {false, true}, {false, false}} {
				if sums[k] == nil {
					sums[k] = newTrialSum()
				}
				seen := in
				if !k.weather {
					seen.Weather = nil
				}
				if !k.before {
					seen.Days = in.Days[year:]
				}
				for _, trial := range BackTest(seen) {
					if trial.On.Before(start) {
						continue
					}
					if trial.Known != (k.before || trial.On.Sub(start) >= fewestDays) {
						t.Fatalf("forecast of %s on %s: %v", trial.From, trial.On, trial.Known)
					}
					if trial.Known {
						sums[k].add(trial)
					}
				}
			}
		}
	}
	for k, sum := range sums {
		t.Logf("weather %v, a year before %v", k.weather, k.before)
		sum.check(t, TrialDays(), 1000)
	}
}

// Where the sensor outdoors hangs for two to five months, nobody knows the weather of the
// days ahead a year before, and the last days mislead when the season turns.
func TestForecastsHoldWhileTheSensorIsNew(t *testing.T) {
	t.Parallel()
	const year = 365
	towns, first := simulatedTowns(1, 8100)
	sum := newTrialSum()
	for seed := range uint64(towns) {
		for _, in := range mixedTown(t, first+seed, 2*year) {
			for hung := in.Today.Add(-year); !in.Today.Before(hung.Add(150)); hung = hung.Add(75) {
				seen := in
				seen.Today, seen.Weather = hung.Add(150), nil
				for _, w := range in.Weather {
					if !w.Day.Before(hung) {
						seen.Weather = append(seen.Weather, w)
					}
				}
				for _, trial := range BackTest(seen) {
					if !trial.On.Before(hung.Add(60)) {
						sum.add(trial)
					}
				}
			}
		}
	}
	sum.check(t, TrialDays(), 200)
}

// On the first morning of a month the charges of all of it are expected, also of days that
// are not known until the meter speaks again.
func TestAForecastHasTheStandingChargeOfTheWholeMonth(t *testing.T) {
	all := home(t, "2026-10-31", nil)
	for _, today := range []string{"2026-10-01", "2026-10-05"} {
		in := all.on(date(t, "2026-10-01"), date(t, "2026-11-01"))
		in.Today = date(t, today)
		in.Days = nil
		for _, d := range all.Days {
			if d.Day.Before(in.From) || !d.Day.Before(date(t, "2026-10-03")) && d.Day.Before(in.Today) {
				in.Days = append(in.Days, d)
			}
		}
		// 31 days of 2.00 and of 36.50 a year.
		if f, ok := in.forecast(); !ok || f.central != 6510 {
			t.Errorf("on %s: %+v, want 6510", today, f)
		}
	}
}

// A home whose season nobody has seen yet says less than it will a year later, and says
// so in its range.
func TestARangeIsWiderUntilAYearIsKnown(t *testing.T) {
	all := home(t, "2026-10-05", func(d *Day) { d.Energy += int64(d.Day.Date%3) * 500_000 })
	in := all.on(date(t, "2026-10-01"), date(t, "2026-11-01"))
	in.Today = date(t, "2026-10-05")
	whole, ok := in.forecast()
	if !ok {
		t.Fatal("no forecast")
	}
	last := whole.high - whole.low
	for _, days := range []int{200, 60, 30, fewestDays} {
		short := in
		short.Days = nil
		for _, d := range in.Days {
			if !d.Day.Before(in.Today.Add(-days)) && d.Day.Before(in.Today) {
				short.Days = append(short.Days, d)
			}
		}
		f, ok := short.forecast()
		if !ok || f.high-f.low <= last {
			t.Errorf("of %d days: %+v, of more the range was %d", days, f, last)
		}
		last = f.high - f.low
	}
}

// What rises each autumn is expected to rise, once an autumn is known.
func TestAForecastKnowsTheSeasonOfItsOwnYear(t *testing.T) {
	wave := waves{0, 1.2, 0.4, 0.2, -0.1} // EUR
	all := home(t, "2026-10-31", func(d *Day) { d.Energy += int64(5_000_000 * wave.at(d.Day)) })
	var sum tariff.Sum
	in := all.on(date(t, "2026-10-01"), date(t, "2026-11-01"))
	in.Today = date(t, "2026-10-05")
	in.Days = nil
	for _, d := range all.Days {
		if !d.Day.Before(in.From) {
			d.addTo(&sum)
		}
		if d.Day.Before(in.Today) {
			in.Days = append(in.Days, d)
		}
	}
	f, ok := in.forecast()
	if off := f.central - sum.Cents(); !ok || off > 10 || off < -10 {
		t.Errorf("%+v, it came to %d", f, sum.Cents())
	}
	in.Days = in.Days[len(in.Days)-200:]
	if f, ok := in.forecast(); !ok || sum.Cents()-f.central < 300 {
		t.Errorf("%+v of a home that has not seen an autumn, it came to %d", f, sum.Cents())
	}
}

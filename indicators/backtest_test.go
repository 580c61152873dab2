package indicators

import (
	"math"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/tariff"
	"foyer/internal/weather"
	"foyer/simulators"
)

// lived returns what is known of simulated homes with a past of some days.
func lived(t *testing.T, seed uint64, past int, homes []simulators.Home) []Input {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	s := simulators.Scenario{Seed: seed, Start: "2026-11-01", Days: 1, HalfHours: past, Interval: 30 * time.Minute, Sensors: 30 * time.Minute, Homes: homes}
	opened, err := simulators.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	use := make([]map[energy.Day]int64, len(homes))
	for _, iv := range opened.Past() {
		if use[iv.Home] == nil {
			use[iv.Home] = map[energy.Day]int64{}
		}
		use[iv.Home][energy.DayOf(iv.From, zone)] += iv.Energy
	}
	air := weather.Series{}
	for _, r := range opened.Samples() {
		if r.Home < 0 && r.Register.Quantity() == energy.Temperature {
			air.Held = append(air.Held, energy.Held{From: r.At, To: r.At.Add(30 * time.Minute), Value: r.Value})
		}
	}
	days := air.Days(zone)
	end := energy.Day{Year: 2026, Month: time.November, Date: 1}
	all := make([]Input, len(homes))
	for i := range homes {
		in := Input{Zone: zone, Today: end, Weather: days}
		for d := end.Add(-past); d.Before(end); d = d.Add(1) {
			of := d.End(zone).Sub(d.Start(zone))
			day := Day{Day: d, Energy: use[i][d], Coverage: energy.Coverage{Seen: of, Of: of}}
			day.Price(tariff.Cost{
				Energy: tariff.KWh(use[i][d]).Mul(decimal.New(2, -1)), Standing: decimal.New(15, 0), ProRata: tariff.ByYear,
			})
			in.Days = append(in.Days, day)
		}
		all[i] = in
	}
	return all
}

// TestForecastsHoldOnSimulatedMonths tries forecasts over the last 12 months of homes
// that heat with electricity or not, and wants 70 to 90 % of the months in the range
// and an error that falls as the month goes on. FORECAST_TOWNS says how many
// towns, FORECAST_SEED the seed of the first.
func TestForecastsHoldOnSimulatedMonths(t *testing.T) {
	t.Parallel()
	towns, err := strconv.Atoi(os.Getenv("FORECAST_TOWNS"))
	if err != nil {
		towns = 1
	}
	first, err := strconv.ParseUint(os.Getenv("FORECAST_SEED"), 10, 64)
	if err != nil {
		first = 300
	}
	const year = 365
	off, n, held := map[int]float64{}, map[int]int{}, map[int]int{}
	for seed := range uint64(towns) {
		var homes []simulators.Home
		for i := range 8 {
			h := simulators.Home{Heating: []string{"electric", "electric", "gas", "electric"}[i%4], History: 2 * year, Dialect: "linky_tasmota_teleinfo"}
			h.Insulation = []string{"fair", "poor"}[i/2%2]
			homes = append(homes, h)
		}
		for _, in := range lived(t, first+seed, 2*year, homes) {
			for _, trial := range BackTest(in) {
				if trial.On.Before(in.Today.Add(-year)) {
					continue
				}
				if !trial.Known {
					t.Fatalf("no forecast of %s on %s", trial.Month, trial.On)
				}
				d := trial.On.Date
				n[d]++
				off[d] += math.Abs(float64(trial.Central-trial.Actual)) / float64(trial.Actual)
				if trial.Holds() {
					held[d]++
				}
			}
		}
	}
	all, within := 0, 0
	last := math.Inf(1)
	for _, d := range TrialDays() {
		mean := off[d] / float64(n[d])
		t.Logf("day %2d: %d trials, %.1f %% within, mean error %.1f %%", d, n[d], 100*float64(held[d])/float64(n[d]), 100*mean)
		if mean >= last {
			t.Errorf("the error grows to %.3f on day %d", mean, d)
		}
		last = mean
		all, within = all+n[d], within+held[d]
	}
	if share := float64(within) / float64(all); all < 400 || share < 0.7 || share > 0.9 {
		t.Errorf("%d trials, %.1f %% within the range of 80 %%", all, 100*share)
	}
}

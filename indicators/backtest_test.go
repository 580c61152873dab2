package indicators

import (
	"math"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
	"foyer/internal/weather"
	"foyer/simulators"
)

// lived returns what is known of simulated homes with a past of some days.
func lived(t *testing.T, seed uint64, past int, homes []simulators.Home) []Input {
	t.Helper()
	return livedIn(t, simulators.Climate{}, seed, past, homes)
}

// livedIn is lived in a climate.
func livedIn(t *testing.T, climate simulators.Climate, seed uint64, past int, homes []simulators.Home) []Input {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	s := simulators.Scenario{Seed: seed, Start: "2026-11-01", Days: 1, HalfHours: past, Interval: 30 * time.Minute, Sensors: 30 * time.Minute, Homes: homes, Climate: climate}
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
				Energy: tariff.KWh(use[i][d]).Mul(decimal.New(2, -1)), Level: decimal.New(2, -1), Standing: decimal.New(15, 0), ProRata: tariff.ByYear,
			})
			in.Days = append(in.Days, day)
		}
		all[i] = in
	}
	return all
}

// simulatedTowns returns how many towns forecasts are tried in, and the seed of the first.
func simulatedTowns(towns int, seed uint64) (int, uint64) {
	if n, err := strconv.Atoi(os.Getenv("FORECAST_TOWNS")); err == nil {
		towns = n
	}
	if n, err := strconv.ParseUint(os.Getenv("FORECAST_SEED"), 10, 64); err == nil {
		seed = n
	}
	return towns, seed
}

// A trialSum counts trials by their step.
type trialSum struct {
	off     map[int]float64
	n, held map[int]int
}

func newTrialSum() *trialSum { return &trialSum{map[int]float64{}, map[int]int{}, map[int]int{}} }

func (y *trialSum) add(trial Trial) {
	y.n[trial.Step]++
	y.off[trial.Step] += math.Abs(float64(trial.Central-trial.Actual)) / float64(trial.Actual)
	if trial.Holds() {
		y.held[trial.Step]++
	}
}

// check wants 70 to 90 % of at least some trials in the range of 80 %, and an error that
// falls from step to step.
func (y *trialSum) check(t *testing.T, steps []int, least int) {
	t.Helper()
	all, within := 0, 0
	last := math.Inf(1)
	for _, d := range steps {
		mean := y.off[d] / float64(y.n[d])
		t.Logf("step %2d: %d trials, %.1f %% within, mean error %.1f %%", d, y.n[d], 100*float64(y.held[d])/float64(y.n[d]), 100*mean)
		if !(mean < last) {
			t.Errorf("the error grows to %.3f at step %d", mean, d)
		}
		last = mean
		all, within = all+y.n[d], within+y.held[d]
	}
	share := float64(within) / float64(all)
	t.Logf("all: %d trials, %.1f %% within", all, 100*share)
	if all < least || share < 0.7 || share > 0.9 {
		t.Errorf("%d trials, %.1f %% within the range of 80 %%", all, 100*share)
	}
}

// TestForecastsHoldOnSimulatedMonths tries forecasts over the last 12 months of homes
// that heat with electricity or not, and wants 70 to 90 % of the months in the range
// and an error that falls as the month goes on. FORECAST_TOWNS says how many
// towns, FORECAST_SEED the seed of the first.
func TestForecastsHoldOnSimulatedMonths(t *testing.T) {
	t.Parallel()
	towns, first := simulatedTowns(1, 300)
	const year = 365
	sum := newTrialSum()
	for seed := range uint64(towns) {
		for _, in := range lived(t, first+seed, 2*year, mixed(8, 2*year)) {
			for _, trial := range BackTest(in) {
				if trial.On.Before(in.Today.Add(-year)) {
					continue
				}
				if !trial.Known {
					t.Fatalf("no forecast of %s on %s", trial.From, trial.On)
				}
				sum.add(trial)
			}
		}
	}
	sum.check(t, TrialDays(), 400)
}

// mixed returns homes of which three of four heat with electricity, with a past of days.
func mixed(n, past int) (homes []simulators.Home) {
	for i := range n {
		homes = append(homes, simulators.Home{
			Heating: []string{"electric", "electric", "gas", "electric"}[i%4], Insulation: []string{"fair", "poor"}[i/2%2],
			History: past, Dialect: "linky_tasmota_teleinfo",
		})
	}
	return homes
}

// TestForecastsHoldOnSimulatedYears is the same of settlement years, which
// begin in different months.
func TestForecastsHoldOnSimulatedYears(t *testing.T) {
	t.Parallel()
	towns, first := simulatedTowns(20, 700)
	const year = 365
	sum := newTrialSum()
	for seed := range uint64(towns) {
		for i, in := range lived(t, first+seed, 3*year, mixed(6, 3*year)) {
			begins := in.Today.Add(-2*year + (61*i+17*int(seed))%year)
			in.Contracts = []household.Contract{{Fuel: tariff.Electricity, From: begins}}
			trials := BackTestYears(in)
			if len(trials) == 0 || len(trials)%len(YearSteps()) != 0 {
				t.Fatalf("%d trials of years from %s", len(trials), begins)
			}
			for _, trial := range trials {
				if !trial.Known {
					t.Fatalf("no forecast of the year from %s on %s", trial.From, trial.On)
				}
				sum.add(trial)
			}
		}
	}
	sum.check(t, YearSteps(), 500)
}

// Of a first year, whose seasons nobody has seen, nothing is said until its end is near.
func TestAYearWithoutOneBeforeIsNotGuessed(t *testing.T) {
	t.Parallel()
	const year = 365
	in := lived(t, 41, year, mixed(1, year))[0]
	in.Contracts = []household.Contract{{Fuel: tariff.Electricity, From: in.Today.Add(-year)}}
	trials := BackTestYears(in)
	if len(trials) != len(YearSteps()) {
		t.Fatalf("%d trials", len(trials))
	}
	for _, trial := range trials {
		if trial.Known != (trial.Step == 11) {
			t.Errorf("after %d months: %+v", trial.Step, trial)
		}
	}
}

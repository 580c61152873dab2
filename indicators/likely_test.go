package indicators

import (
	"math"
	"math/rand/v2"
	"testing"

	"foyer/indicators/caltrack"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// heatedByGas returns a home whose days of [from, to) are known, with temperatures of two
// years that stray by some degrees from a season of -1 to 21 °C. A kWh costs a euro.
func heatedByGas(t *testing.T, from, to string, strays float64, use func(d energy.Day, celsius, luck float64) float64) Input {
	t.Helper()
	luck := rand.New(rand.NewPCG(5, 6))
	in := home(t, to, nil)
	in.Days = nil
	for d := in.Today.Add(-800); !in.Today.Before(d); d = d.Add(1) {
		of := d.End(in.Zone).Sub(d.Start(in.Zone))
		celsius := 10 - 11*math.Cos(turn(float64(d.Sub(date(t, "2026-01-18"))))) + strays*luck.NormFloat64()
		in.Weather = append(in.Weather, household.Weather{Day: d, Mean: int64(celsius * 1000), Seen: of, Of: of})
		if kWh := use(d, celsius, luck.NormFloat64()); !d.Before(date(t, from)) {
			p := Part{Fuel: tariff.Gas, Energy: int64(kWh * milliWhInKWh), Coverage: energy.Coverage{Seen: of, Of: of}}
			day := Day{Day: d}
			day.Add(p, &tariff.Cost{Energy: tariff.KWh(p.Energy)})
			in.Days = append(in.Days, day)
		}
	}
	return in
}

// month forecasts the 30 days from a morning on, and returns what they come to as well.
func (in Input) month(t *testing.T, morning string) (f forecast, came int64) {
	t.Helper()
	d := date(t, morning)
	came, known := in.came(d, d.Add(30))
	f, ok := in.asOf(d, d.Add(30), d).forecast()
	if !ok || !known {
		t.Fatalf("forecast of 30 days from %s: %v, what they came to: %v", morning, ok, known)
	}
	return f, came
}

// Winters that are the same do not say at what temperature heating ends: the range holds
// the spring of the home that heats up to 9 °C and that of the one that heats up to 16.
func TestAWinterDoesNotSayWhereHeatingEnds(t *testing.T) {
	for name, use := range map[string]func(float64) float64{
		"at 9":  func(celsius float64) float64 { return 31 + 3*max(9-celsius, 0) },
		"at 16": func(celsius float64) float64 { return 10 + 3*max(16-celsius, 0) },
	} {
		in := heatedByGas(t, "2025-12-15", "2026-06-01", 1.2, func(_ energy.Day, celsius, luck float64) float64 { return use(celsius) + luck })
		if f, came := in.month(t, "2026-03-24"); came < f.low || came > f.high {
			t.Errorf("%s: %+v, it came to %d", name, f, came)
		}
	}
}

// Gas that is not used all summer is known not to be used, and not unknown.
func TestASummerWithoutGasIsExpectedAgain(t *testing.T) {
	in := heatedByGas(t, "2025-06-20", "2026-08-20", 2.5, func(_ energy.Day, celsius, luck float64) float64 {
		return max(2*(14-celsius)+6*luck, 0)
	})
	if f, came := in.month(t, "2026-07-10"); f.central > 1500 {
		t.Errorf("%+v, it came to %d", f, came)
	}
}

// What follows the season and not the temperature is expected to come again.
func TestASeasonBesideTheTemperatureComesAgain(t *testing.T) {
	in := heatedByGas(t, "2025-05-01", "2026-05-31", 1, func(d energy.Day, celsius, luck float64) float64 {
		sun := 4 * math.Sin(turn(float64(d.Sub(date(t, "2026-02-08")))))
		return 20 + 2*max(15-celsius, 0) - sun + luck
	})
	f, came := in.month(t, "2026-05-01")
	if off := f.central - came; off > came/15 || off < -came/15 || f.high-f.low > came/6 {
		t.Errorf("%+v, it came to %d", f, came)
	}
}

// Two waves of a year are told from days that stray, and days that only stray have none.
func TestASeasonIsToldFromChance(t *testing.T) {
	luck := rand.New(rand.NewPCG(7, 8))
	waved, alone := map[energy.Day]float64{}, map[energy.Day]float64{}
	wave := waves{0, 1, -0.5, 0.3, 0.2}
	for i := range YearDays {
		d := date(t, "2025-01-01").Add(i)
		alone[d] = luck.NormFloat64()
		waved[d] = wave.at(d) + alone[d]
	}
	if s := seasonOf(alone); s.share > 0.5 {
		t.Errorf("of chance alone %+v", s)
	}
	s := seasonOf(waved)
	for d := range waved {
		if off := s.at(d) - wave.at(d); s.share < 0.9 || math.Abs(off) > 0.35 {
			t.Fatalf("on %s off by %.2f: %+v", d, off, s)
		}
	}
}

// Models that leave as much are as likely, one that leaves half as much again is not, and
// one with more factors has to leave less.
func TestModelsAreAsLikelyAsWhatTheyLeave(t *testing.T) {
	heats := func(point, r2 float64) caltrack.Model {
		return caltrack.Model{Type: caltrack.HeatingOnly, Heating: 1, HeatingPoint: point, R2: r2}
	}
	l := likelyOf([]caltrack.Model{heats(12, 0.9), heats(13, 0.85), heats(14, 0.9), {Type: caltrack.InterceptOnly}}, 60)
	if len(l) != 2 || l[0].weight != 0.5 || l[1].HeatingPoint != 14 {
		t.Errorf("%+v", l)
	}
	l = likelyOf([]caltrack.Model{heats(12, 0.01), {Type: caltrack.InterceptOnly, Intercept: 7}}, 60)
	if len(l) != 2 || l[1].weight < 0.8 {
		t.Errorf("%+v", l)
	}
}

// What models say of colder days than those that they are known from is known less well, by
// how far they part and by how well their factors are known.
func TestModelsPartWhereNobodyLooked(t *testing.T) {
	parted := fuelResponse{worth: 0.5, temps: []float64{6, 8}, models: likely{
		{caltrack.Model{Type: caltrack.HeatingOnly, Heating: 1, HeatingPoint: 10}, 0.5},
		{caltrack.Model{Type: caltrack.HeatingOnly, Heating: 1, HeatingPoint: 14}, 0.5},
	}}
	variance := func(of int, celsius float64) float64 {
		parted.of = of
		return parted.doubt([]float64{celsius}).variance
	}
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: variance %v, want %v", what, got, want)
		}
	}
	near("as cold", variance(0, 7), 0)
	near("warmer", variance(0, 12), 1) // 3 and 5 less
	for i := range parted.models {
		parted.models[i].Errors.Heating = 0.1
	}
	near("factors too", variance(0, 12), 1+0.01*(9+25)/2/0.5)
	drawn := 1 / float64(1+recentDays) // to the last day, of 8 °C
	near("drawn", variance(1, 12), 1+0.01*((3-drawn)*(3-drawn)+(5-drawn)*(5-drawn))/2/0.5)
}

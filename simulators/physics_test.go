package simulators_test

import (
	"slices"
	"testing"
	"time"

	"foyer/simulators"
)

var paris = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return zone
}()

// alone is a scenario of one home over some winter days.
func alone(h simulators.Home, days int) simulators.Scenario {
	h.History = 1
	return simulators.Scenario{Seed: 11, Start: "2026-11-10", Days: days, HalfHours: 1, Homes: []simulators.Home{h}}
}

func totals(t *testing.T, s simulators.Scenario) simulators.Total {
	t.Helper()
	town := open(t, s)
	from, to := town.Span()
	return town.Totals(from, to)[0]
}

func TestEnergyIsNeitherMadeNorLost(t *testing.T) {
	for _, h := range []simulators.Home{{Heating: "electric"}, {Heating: "gas", Insulation: "poor"}, {Situation: simulators.Cold}, {Situation: simulators.Drift}} {
		s := totals(t, alone(h, 30))
		if s.Energy != s.Appliances+s.HotWater+s.Heating {
			t.Errorf("%+v: uses are not all of it: %+v", h, s)
		}
		if in := s.Appliances + s.Heating + s.Fuel + s.Gains; in-s.Lost != s.Stored {
			t.Errorf("%+v: %d mWh in, %d out, %d stored", h, in, s.Lost, s.Stored)
		}
		if s.OffPeak < 0 || s.OffPeak > s.Energy || s.Coldest > s.Inside {
			t.Errorf("%+v: %+v", h, s)
		}
	}
}

func TestAFamilyThatHoldsBackIsColdAndUsesLess(t *testing.T) {
	h := simulators.Home{Heating: "electric", Insulation: "poor", Persons14: 1, Area: 55}
	warm := totals(t, alone(h, 10))
	h.Situation = simulators.Cold
	cold := totals(t, alone(h, 10))
	switch {
	case warm.Inside < 18_000 || warm.Coldest < 15_500:
		t.Errorf("a heated home has %d m°C, at least %d", warm.Inside, warm.Coldest)
	case cold.Inside > 15_500:
		t.Errorf("a home that holds back has %d m°C", cold.Inside)
	case cold.Heating*10 > warm.Heating*8:
		t.Errorf("holding back saves only %d of %d mWh", warm.Heating-cold.Heating, warm.Heating)
	case cold.Appliances != warm.Appliances || cold.HotWater != warm.HotWater:
		t.Errorf("heating changes other uses: %+v, %+v", warm, cold)
	case !cold.HoldsBack || warm.HoldsBack:
		t.Errorf("warm %v, cold %v", warm.HoldsBack, cold.HoldsBack)
	}
}

func TestInsulationSavesHeat(t *testing.T) {
	fair := totals(t, alone(simulators.Home{Insulation: "fair", Area: 70}, 10))
	poor := totals(t, alone(simulators.Home{Insulation: "poor", Area: 70}, 10))
	if poor.Heating < fair.Heating*3/2 {
		t.Errorf("poor walls take %d mWh, fair ones %d", poor.Heating, fair.Heating)
	}
}

func TestWinterIsColderThanSummerAndNobodyHeatsInJuly(t *testing.T) {
	at := func(start string) simulators.Total {
		s := alone(simulators.Home{}, 28)
		s.Start = start
		return totals(t, s)
	}
	winter, summer := at("2027-01-10"), at("2026-07-05")
	if winter.Outside > 8_000 || winter.Outside < -5_000 || summer.Outside < 15_000 || summer.Outside > 25_000 {
		t.Errorf("outside %d m°C in winter, %d in summer", winter.Outside, summer.Outside)
	}
	if summer.Heating > winter.Heating/50 || winter.Heating == 0 {
		t.Errorf("heats with %d mWh in summer, %d in winter", summer.Heating, winter.Heating)
	}
	if summer.Inside > 30_000 {
		t.Errorf("%d m°C inside in summer", summer.Inside)
	}
}

func TestWaterIsHeatedOffPeak(t *testing.T) {
	s := totals(t, alone(simulators.Home{Heating: "gas", OffPeak: "01:30-07:00", Persons14: 2}, 10))
	if s.HotWater < 10*2_000_000 || s.HotWater > s.OffPeak {
		t.Errorf("%d mWh of hot water, %d off-peak", s.HotWater, s.OffPeak)
	}
}

// means returns the mean indoor temperature of local days, m°C.
func means(town *simulators.Town, home int) map[string]int64 {
	sum, n := map[string]int64{}, map[string]int64{}
	from, _ := town.Span()
	add := func(at time.Time, v int64) {
		if at.Before(from.AddDate(0, 0, -9)) {
			return
		}
		day := at.In(paris).Format(time.DateOnly)
		sum[day] += v
		n[day]++
	}
	for _, s := range town.Samples() {
		if s.Home == home && s.Register == "temperature" {
			add(s.At, s.Value)
		}
	}
	gateway := town.Homes()[home].Gateway
	for m := range town.Marks(from, from.AddDate(0, 0, 3)) {
		if m.Gateway == gateway && m.Register == "temperature" {
			add(m.At, m.Value)
		}
	}
	for day := range sum {
		sum[day] /= n[day]
	}
	return sum
}

// daily returns what a home used on local days before the start, mWh.
func daily(town *simulators.Town, home int) map[string]int64 {
	sum := map[string]int64{}
	from, _ := town.Span()
	for _, p := range town.Past() {
		if p.Home == home && p.From.After(from.AddDate(0, 0, -9)) {
			sum[p.From.In(paris).Format(time.DateOnly)] += p.Energy
		}
	}
	return sum
}

func TestTheDemoShowsItsSituationsWhateverTheSeedAndTheSeason(t *testing.T) {
	for i, start := range []string{"2026-11-24", "2027-01-31", "2026-07-14", "2026-10-25", "2027-03-28", "2026-12-31"} {
		for seed := range uint64(3) {
			day, err := time.ParseInLocation(time.DateOnly, start, paris)
			if err != nil {
				t.Fatal(err)
			}
			at := time.Date(day.Year(), day.Month(), day.Day(), 20, 0, 0, 0, paris)
			s := simulators.Demo(uint64(i)*100+seed, at, paris)
			if s.Homes[10].History != 250 || s.Homes[11].History != 100 || s.Homes[0].History != 0 {
				t.Errorf("%s: histories %d %d %d", start, s.Homes[0].History, s.Homes[10].History, s.Homes[11].History)
			}
			for j := range s.Homes {
				s.Homes[j].History = 40 // enough to see what happens
			}
			town := open(t, s)
			homes := town.Homes()
			on := func(n int) string { return day.AddDate(0, 0, n).Format(time.DateOnly) }

			if len(homes) != 12 || homes[0].Label != "Foyer 01" || homes[11].Label != "Foyer 12" || !homes[0].From.Equal(at) {
				t.Fatalf("%s: %d homes, first %+v", start, len(homes), homes[0])
			}
			find := func(s simulators.Situation) int {
				return slices.IndexFunc(homes, func(h simulators.Home) bool { return h.Situation == s })
			}
			cold := means(town, find(simulators.Cold))
			if cold[on(-2)] < 16_000 || cold[on(-1)] >= 16_000 || cold[on(0)] >= 15_500 || cold[on(1)] >= 15_500 || cold[on(0)] < 12_000 {
				t.Errorf("%s seed %d: the cold home has %d, %d, %d, %d m°C", start, seed, cold[on(-2)], cold[on(-1)], cold[on(0)], cold[on(1)])
			}
			if normal := means(town, 0); normal[on(0)] < 18_000 {
				t.Errorf("%s seed %d: a normal home has %d m°C", start, seed, normal[on(0)])
			}
			drift := daily(town, find(simulators.Drift))
			usual := drift[on(-6)]
			for n := -3; n < 0; n++ {
				if drift[on(n)] < usual*3/2 || drift[on(n)]-usual < 6_000_000 {
					t.Errorf("%s seed %d: the drifting home used %d on day %d, %d before", start, seed, drift[on(n)], n, usual)
				}
			}
			if b := homes[find(simulators.Budget)]; b.Budget < 1_000 {
				t.Errorf("%s seed %d: budget %d", start, seed, b.Budget)
			}
			if h := homes[find(simulators.Instalments)]; h.Instalment < 4_000 {
				t.Errorf("%s seed %d: instalment %d", start, seed, h.Instalment)
			}
			if h := homes[find(simulators.Stopped)]; !h.Withdrawn || len(h.Consents) == 0 {
				t.Errorf("%s seed %d: %+v has not stopped", start, seed, h)
			}
			if h := homes[find(simulators.New)]; h.History != 0 || !h.Since.Equal(h.From) {
				t.Errorf("%s seed %d: %+v has a past", start, seed, h)
			}
		}
	}
}

func TestSilentAndNewMetersSaySoBySilence(t *testing.T) {
	at := time.Date(2026, 11, 24, 20, 0, 0, 0, paris)
	town := open(t, simulators.Demo(1, at, paris))
	homes := town.Homes()
	first, last := map[string]time.Time{}, map[string]time.Time{}
	for e := range town.Emissions(at, at.AddDate(0, 0, 3)) {
		if e.Home < 0 {
			continue
		}
		k := string(homes[e.Home].Situation) + " " + string(e.Device.Role)
		if first[k].IsZero() {
			first[k] = e.Sent
		}
		last[k] = e.Sent
	}
	if l := last["silent electricity"]; !l.Equal(at.Add(time.Hour)) {
		t.Errorf("the silent meter spoke last at %s", l)
	}
	if l := last["silent indoor"]; l.Before(at.AddDate(0, 0, 2)) {
		t.Errorf("its home's sensor spoke last at %s", l)
	}
	for _, role := range []string{"electricity", "indoor"} {
		if f := first["new "+role]; f.Before(at.Add(48 * time.Hour)) {
			t.Errorf("the new home's %s device spoke at %s", role, f)
		}
	}
}

func TestWorksSaveFromTheirDayOn(t *testing.T) {
	h := simulators.Home{Heating: "electric", Insulation: "poor", Area: 70}
	never := totals(t, alone(h, 20))
	h.Works = simulators.Works{Insulation: 40}
	warmer := totals(t, alone(h, 20))
	h.Works = simulators.Works{Colder: 3000}
	colder := totals(t, alone(h, 20))
	switch {
	case warmer.Heating*10 > never.Heating*7 || warmer.Inside < never.Inside-300:
		t.Errorf("insulation: %+v, without %+v", warmer, never)
	case colder.Heating >= never.Heating || colder.Inside > never.Inside-2000:
		t.Errorf("heating less: %+v, without %+v", colder, never)
	case warmer.Appliances != never.Appliances || colder.Appliances != never.Appliances:
		t.Error("works change other uses")
	}
	for _, s := range []simulators.Total{warmer, colder} {
		if in := s.Appliances + s.Heating + s.Fuel + s.Gains; in-s.Lost != s.Stored {
			t.Errorf("%d mWh in, %d out, %d stored", in, s.Lost, s.Stored)
		}
	}
}

package simulators

import "time"

// Demo returns twelve homes, one in each situation, from start on without end.
//
// Before start they have 400 days of past, the eleventh 250 and the twelfth 100. The
// family that holds back heating began two days before start, so that for a start in
// the evening the second cold day ends at the first midnight; the one whose consumption
// drifts began four days before. A demo needs a winter: unless start falls into one, the
// town has its coldest days soon after, whatever the calendar says.
func Demo(seed uint64, start time.Time, zone *time.Location) Scenario {
	s := Scenario{Seed: seed, Start: start.Format(time.RFC3339), Zone: zone.String(), Climate: Climate{Noise: 2_000}}
	s.Homes = []Home{
		{Situation: Normal, Dialect: "linky_tasmota_teleinfo", Contract: PeakOffPeak, Persons14: 2, Under14: 1, Income: 2_450_000},
		{Situation: Drift, Dialect: "linky_zlinky_z2m", Contract: Base, Persons14: 2, Onset: 4, Income: 1_780_000},
		{Situation: Budget, Dialect: "linky_tasmota_teleinfo", Contract: PeakOffPeak, Persons14: 2, Under14: 2, Area: 66, Income: 2_160_000},
		{Situation: Cold, Dialect: "shelly_gen2", Contract: Base, Persons14: 1, Area: 52, Onset: 2, Income: 1_020_000},
		{Situation: Silent, Dialect: "tasmota_energy", Contract: Base, Persons14: 2, Under14: 2, Income: 2_590_000},
		{Situation: New, Dialect: "linky_zlinky_z2m", Contract: PeakOffPeak, Persons14: 1, Under14: 1, Income: 1_640_000},
		{Situation: Stopped, Dialect: "shelly_gen2", Contract: Base, Persons14: 2, Income: 2_010_000},
		{Situation: Partial, Dialect: "linky_zlinky_z2m_standard", Contract: Base, Persons14: 1, Income: 1_390_000},
		{Situation: Instalments, Dialect: "linky_zlinky_z2m", Contract: PeakOffPeak, Persons14: 2, Under14: 1, Income: 2_230_000},
		{Situation: Normal, Dialect: "linky_tasmota_teleinfo", Contract: Base, Persons14: 1, Heating: "gas", Income: 1_870_000},
		{Situation: Normal, Dialect: "linky_zlinky_z2m", Contract: PeakOffPeak, Persons14: 2, Under14: 2, History: 250, Income: 2_320_000},
		{Situation: Normal, Dialect: "shelly_gen2", Contract: Base, Persons14: 1, History: 100, Income: 1_510_000, Plug: true},
	}
	if m := start.In(zone).Month(); m > time.February && m < time.November || m == time.November && start.In(zone).Day() < 10 {
		coldest := start.In(zone).AddDate(0, 0, 30)
		s.Climate.Coldest = coldest.Format("01-02")
	}
	return s
}

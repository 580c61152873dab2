package rehearsal_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"foyer/internal/household"
	"foyer/internal/rehearsal"
	"foyer/simulators"
)

// number returns the number in a variable of the environment, or another without one.
func number(t *testing.T, name string, without uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return without
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// try lives four homes of a scenario that ships. CALTRACK_TOWNS asks for towns of ten
// homes instead, CALTRACK_SEED for the seed of the first.
func try(t *testing.T, name string, each func(rehearsal.Trial)) rehearsal.Score {
	t.Helper()
	return tryOf(t, name, func(*simulators.Scenario) {}, each)
}

// tryOf is try of a scenario that ships, changed.
func tryOf(t *testing.T, name string, change func(*simulators.Scenario), each func(rehearsal.Trial)) rehearsal.Score {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "simulators", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	s, err := simulators.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	s.Seed = number(t, "CALTRACK_SEED", 100)
	towns := number(t, "CALTRACK_TOWNS", 0)
	if towns == 0 {
		towns, s.Homes = 1, s.Homes[:4]
	}
	change(&s)
	var score rehearsal.Score
	for range towns {
		err := rehearsal.Try(s, func(trial rehearsal.Trial) {
			score.Add(trial)
			each(trial)
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Seed++
	}
	t.Logf("%+v", score)
	return score
}

// TestSimulatedSavingsLieWithinTheirInterval holds the interval of 90 % against homes
// with walls, people and a tank, whose works save a known part of their electricity.
func TestSimulatedSavingsLieWithinTheirInterval(t *testing.T) {
	t.Parallel()
	score := try(t, "saving.yaml", func(trial rehearsal.Trial) {
		if trial.Status != household.OK || trial.Filled != 0 {
			t.Errorf("%+v", trial)
		}
		if !trial.Within() {
			t.Logf("not within: %+v", trial)
		}
	})
	if !score.Holds() || score.Saved < 0.10 || score.Saved > 0.14 {
		t.Errorf("%+v", score)
	}
}

// TestSavingsOfAPartOfAYearLieWithinTheirInterval asks while the year after the works
// runs: a model that is right over a year is off in each of its seasons.
func TestSavingsOfAPartOfAYearLieWithinTheirInterval(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"saving.yaml", "saving_gaps.yaml"} {
		estimated, within := 0, 0
		for start, days := range map[string]int{"2026-06-15": 60, "2026-08-01": 60, "2026-09-10": 90, "2026-12-01": 60} {
			score := tryOf(t, name, func(s *simulators.Scenario) {
				s.Start, s.Seed, s.Homes = start, s.Seed+101, append(s.Homes, s.Homes...)
				for i := range s.Homes {
					s.Homes[i].Works.Days = days
				}
			}, func(trial rehearsal.Trial) {
				if trial.Status != household.Provisional {
					t.Errorf("%+v", trial)
				}
			})
			estimated, within = estimated+score.Estimated, within+score.Within
			if score.NotWider > 0 {
				t.Errorf("%s, %s: missing weather does not make %d intervals wider", name, start, score.NotWider)
			}
		}
		if estimated < 32 || within*100 < estimated*85 {
			t.Errorf("%s: %d of %d intervals of 90 %% hold what is true", name, within, estimated)
		}
	}
}

// TestSavingsBearDaysWithoutWeather takes a fifth of the weather from the same homes.
func TestSavingsBearDaysWithoutWeather(t *testing.T) {
	t.Parallel()
	score := try(t, "saving_gaps.yaml", func(trial rehearsal.Trial) {
		if trial.Status != household.Provisional || trial.Filled < 40 {
			t.Errorf("%+v", trial)
		}
	})
	if !score.Holds() || score.Compared != score.Homes {
		t.Errorf("%+v", score)
	}
}

// TestSimulatedHomeThatHeatsLessIsRefused takes 3 °C from each home.
func TestSimulatedHomeThatHeatsLessIsRefused(t *testing.T) {
	t.Parallel()
	score := try(t, "saving_colder.yaml", func(trial rehearsal.Trial) {
		if trial.Central <= 0 || trial.Low > trial.High {
			t.Errorf("saves nothing by heating less: %+v", trial)
		}
	})
	if !score.Holds() || score.Colder == 0 {
		t.Errorf("%+v", score)
	}
}

// TestSimulatedWarmHomeThatHeatsLessIsRefused has homes that are kept warmer than most,
// and 1.5 °C less so since: hardly an hour of them is below 18 °C.
func TestSimulatedWarmHomeThatHeatsLessIsRefused(t *testing.T) {
	t.Parallel()
	for _, colder := range []int64{0, 1500} {
		cooler := 0
		score := tryOf(t, "saving.yaml", func(s *simulators.Scenario) {
			for i := range s.Homes {
				s.Homes[i].Situation, s.Homes[i].Works.Colder = simulators.Budget, colder
			}
		}, func(trial rehearsal.Trial) {
			if trial.Comfort == household.Cooler {
				cooler++
			}
		})
		if !score.Holds() || score.Refused != 0 || cooler > 0 != (colder > 0) {
			t.Errorf("%d m°C less: %d were only kept less warm; %+v", colder, cooler, score)
		}
	}
}

// TestScoreFailsWhatDoesNotHold says so for each thing that can be wrong.
func TestScoreFailsWhatDoesNotHold(t *testing.T) {
	t.Parallel()
	good := rehearsal.Trial{Status: household.OK, Saved: 5, Low: 1, Central: 4, High: 9}
	off, near, wider := 1.5, 0.5, 1.0
	for name, bad := range map[string]func(*rehearsal.Trial){
		"outside":     func(x *rehearsal.Trial) { x.Saved = 10 },
		"no interval": func(x *rehearsal.Trial) { x.Status = household.InsufficientData },
		"not refused": func(x *rehearsal.Trial) { x.Colder = true },
		"moved":       func(x *rehearsal.Trial) { x.Moved, x.Whole, x.Wider = &off, &near, &wider },
		"moved far":   func(x *rehearsal.Trial) { x.Moved, x.Whole, x.Wider = &near, &off, &wider },
		"not wider": func(x *rehearsal.Trial) {
			none := 0.0
			x.Moved, x.Whole, x.Wider = &none, &none, &none
		},
	} {
		var score rehearsal.Score
		score.Add(good)
		if !score.Holds() {
			t.Fatalf("%+v", score)
		}
		score = rehearsal.Score{}
		trial := good
		bad(&trial)
		score.Add(trial)
		if score.Holds() {
			t.Errorf("%s: %+v", name, score)
		}
	}
}

// TestScenariosThatProveNothingAreRefused names what is missing.
func TestScenariosThatProveNothingAreRefused(t *testing.T) {
	t.Parallel()
	home := simulators.Home{Dialect: "linky_tasmota_teleinfo", History: 30}
	for name, works := range map[string]simulators.Works{
		"none": {}, "not over": {Insulation: 10}, "no year before": {Days: 20, Insulation: 10},
	} {
		home.Works = works
		err := rehearsal.Try(simulators.Scenario{Start: "2026-11-01", Days: 1, Homes: []simulators.Home{home}}, func(rehearsal.Trial) {})
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

package jobs_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
)

// TestAForecastKnowsTheWeather has a home that heats: its running month is forecast by
// its own response, again when the weather of a day that is over becomes another, and
// its months are tried.
func TestAForecastKnowsTheWeather(t *testing.T) {
	notUnderTheRaceDetector(t)
	t.Parallel()
	from, to := date("2025-10-20"), date("2026-11-20") // the weather a year before is known
	w := openWorld(t, from.Start(paris))
	f := w.family("home", base)
	c := count{meter: w.meter("linky", f, household.Electricity, from.Start(paris)), register: "energy_import/base"}
	station := w.meter("station", "", household.Outdoor, from.Start(paris))
	luck := rand.New(rand.NewPCG(5, 6))
	var late, air []energy.Reading
	cold := int64(0)
	for at := from.Start(paris); at.Before(to.Start(paris)); at = at.Add(2 * time.Hour) {
		if at.In(paris).Hour() < 2 {
			season := math.Cos(2 * math.Pi * float64(at.YearDay()-20) / 365)
			cold = 8_000 + int64(8_000*season) + luck.Int64N(4_000)
		}
		r := energy.Reading{Meter: station, Register: "temperature", At: at, Value: 20_000 - cold, Source: energy.DeviceTime}
		if day := energy.DayOf(at, paris); day == to.Add(-5) {
			late = append(late, r)
		} else {
			air = append(air, r)
		}
		c.show(at)
		c.value += 300_000 + max(0, cold-3_000)*100 + luck.Int64N(50_000)
	}
	w.write(append(air, c.all...))
	end := to.Start(paris).Add(20 * time.Minute)
	w.pass(end)
	month := func() string {
		return w.rows(`SELECT detail FROM result WHERE family = $1 AND indicator = 'cost_month' AND from_day = '2026-11-01' ORDER BY id DESC`, string(f))[0][0]
	}
	before := month()
	if !strings.Contains(before, `"forecast_eur"`) {
		t.Fatal(before)
	}
	for i := range late {
		late[i].Value -= 8_000
	}
	w.write(late)
	w.pass(end.Add(10 * time.Minute))
	w.settledMarks()
	if month() == before {
		t.Error("the weather of a day is another, the forecast is not")
	}
	if v, found := w.verified(jobs.Order{}); len(found) != 0 || v.Waiting != 0 {
		t.Errorf("%+v %v", v, found)
	}
	known := 0
	failed, err := w.planner.BackTest(t.Context(), jobs.Order{From: date("2026-10-01")}, indicators.BackTest, func(id household.FamilyID, trials []indicators.Trial) {
		for _, trial := range trials {
			if id != f || trial.From != date("2026-10-01") || trial.Actual <= 0 {
				t.Errorf("%+v", trial)
			}
			if trial.Known {
				known++
			}
		}
	})
	if err != nil || failed != 0 || known != len(indicators.TrialDays()) {
		t.Errorf("%d forecasts, %d failed: %v", known, failed, err)
	}
}

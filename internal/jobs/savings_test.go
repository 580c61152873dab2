package jobs_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
)

// coldness is how warm it is on a day of these worlds, in thousandths of degC.
func coldness(d energy.Day, luck *rand.Rand) int64 {
	season := math.Cos(2 * math.Pi * float64(d.Start(time.UTC).YearDay()-20) / 365)
	return int64(11_000 - 8_000*season + 2_500*luck.NormFloat64())
}

// A heated home is told by the day: its use and the weather, imported.
type heated struct {
	family  household.FamilyID
	meter   energy.MeterID
	weather map[energy.Day]int64
	use     map[energy.Day]int64 // thousandths of a Wh
}

// heat has a family use electricity by the weather from one day to another, 12 % less
// from a day on.
func (w *world) heat(from, to, done energy.Day) heated {
	w.tb.Helper()
	h := heated{family: w.family("home", base), weather: map[energy.Day]int64{}, use: map[energy.Day]int64{}}
	h.meter = w.meter("linky", h.family, household.Electricity, from.Start(paris))
	luck := rand.New(rand.NewPCG(8, 9))
	for d := from; d.Before(to); d = d.Add(1) {
		h.weather[d] = coldness(d, luck)
		wh := float64(6_000) + 2.2*math.Max(0, 16_000-float64(h.weather[d]))
		wh *= 1 + 0.1*luck.NormFloat64()
		if !d.Before(done) {
			wh *= 0.88
		}
		h.use[d] = int64(wh) * 1000
	}
	return h
}

// state imports what was used on the days of [from, to), each by itself or all as one.
func (w *world) state(h heated, from, to energy.Day, together bool) {
	w.tb.Helper()
	var ivs []energy.Interval
	for d := from; d.Before(to); d = d.Add(1) {
		if n := len(ivs); together && n > 0 {
			ivs[n-1].To, ivs[n-1].Energy = d.End(paris), ivs[n-1].Energy+h.use[d]
			continue
		}
		ivs = append(ivs, energy.Interval{Meter: h.meter, Register: "energy_import", From: d.Start(paris), To: d.End(paris), Energy: h.use[d]})
	}
	if err := w.records.ImportIntervals(w.tb.Context(), ivs); err != nil {
		w.tb.Fatal(err)
	}
}

// air imports the weather of some days from a source.
func (w *world) air(source household.WeatherSource, days map[energy.Day]int64) {
	w.tb.Helper()
	x := household.WeatherImport{Pilot: "p", Source: source, Digest: fmt.Sprint(source, days), At: w.clock()}
	first, last := date("9999-01-01"), date("1900-01-01")
	for d := range days {
		if d.Before(first) {
			first = d
		}
		if last.Before(d) {
			last = d
		}
	}
	for d := first; !last.Before(d); d = d.Add(1) {
		if v, ok := days[d]; ok {
			of := d.End(paris).Sub(d.Start(paris))
			x.Days = append(x.Days, household.Weather{Day: d, Mean: v, Seen: of, Of: of})
			x.Held = append(x.Held, energy.Held{From: d.Start(paris), To: d.End(paris), Value: v})
		}
	}
	if _, err := w.records.ImportWeather(w.tb.Context(), x); err != nil {
		w.tb.Fatal(err)
	}
}

func (w *world) works(f household.FamilyID, from, to string, undone bool) {
	w.tb.Helper()
	err := w.registry.AddWorks(w.tb.Context(), household.Works{
		Family: f, Kind: household.Insulation, From: date(from), To: date(to), Undone: undone, By: "A. Roy", Why: "invoice",
	})
	if err != nil {
		w.tb.Fatal(err)
	}
}

// saving returns the newest saving of a family, and how many there ever were.
func (w *world) saving(f household.FamilyID) (status string, d household.Savings, rows int) {
	w.tb.Helper()
	all := w.rows(`SELECT status, detail FROM result WHERE family = $1 AND indicator = 'metered_savings' ORDER BY id DESC`, string(f))
	if len(all) == 0 {
		return "", d, 0
	}
	if err := json.Unmarshal([]byte(all[0][1]), &d); err != nil {
		w.tb.Fatal(err)
	}
	return all[0][0], d, len(all)
}

var archive = household.WeatherSource{Kind: household.OpenMeteo, Place: "45.8,4.8"}

// TestSavingsFollowWorksWeatherAndTime has works done, waits, changes the weather and
// takes the works back.
func TestSavingsFollowWorksWeatherAndTime(t *testing.T) {
	notUnderTheRaceDetector(t)
	t.Parallel()
	from, done, end := date("2024-01-01"), date("2025-03-15"), date("2026-03-20")
	w := openWorld(t, done.Add(10).Start(paris).Add(time.Hour))
	h := w.heat(from, end, done)
	w.air(archive, h.weather)
	w.state(h, from, done.Add(10), false)
	w.works(h.family, "2025-03-01", "2025-03-15", false)
	w.pass(w.clock())
	w.settledMarks()
	status, d, _ := w.saving(h.family)
	if status != "insufficient_data" || d.Reason != "too_soon_after_works" || d.Ready == nil || *d.Ready != "2025-04-14" || d.Final != "2026-03-15" {
		t.Fatalf("%s %+v", status, d)
	}
	if d.Baseline.From != "2024-03-01" || d.Baseline.To != "2025-03-01" || d.Baseline.Valid != 365 {
		t.Errorf("%+v", d.Baseline)
	}
	w.state(h, done.Add(10), done.Add(120), false)
	w.pass(done.Add(120).Start(paris).Add(time.Hour))
	if status, d, _ = w.saving(h.family); status != "provisional" || d.Reason != "year_not_over" || d.Central == nil {
		t.Fatalf("%s %+v", status, d)
	}
	w.state(h, done.Add(120), end, false)
	over := end.Start(paris).Add(time.Hour)
	w.pass(over)
	status, d, rows := w.saving(h.family)
	var share float64
	if d.Share != nil {
		_, _ = fmt.Sscan(*d.Share, &share)
	}
	if status != "ok" || share < 0.09 || share > 0.15 || d.Report.Valid != 365 || len(d.Weather) != 1 || d.Weather[0].Kind != "open_meteo" || d.Comfort.Judgement != "unseen" {
		t.Fatalf("%s %s %+v", status, *d.Share, d)
	}
	w.pass(over.Add(time.Hour))
	if _, _, again := w.saving(h.family); again != rows {
		t.Errorf("%d results, then %d without any change", rows, again)
	}
	if v, found := w.verified(jobs.Order{}); len(found) != 0 || v.Waiting != 0 {
		t.Errorf("%+v %v", v, found)
	}
	// A better source of two days of the baseline: these are marked, nothing else is.
	station := household.WeatherSource{Kind: household.MeteoFrance, Place: "69029001"}
	w.air(station, map[energy.Day]int64{date("2024-06-10"): 9_000, date("2024-12-10"): -3_000})
	w.pass(over.Add(2 * time.Hour))
	w.settledMarks()
	if _, d, n := w.saving(h.family); n != rows+1 || len(d.Weather) != 2 || d.Weather[1].Place != station.Place || d.Weather[1].Days != 2 {
		t.Errorf("%d results, %+v", n, d.Weather)
	}
	past, err := w.records.WeatherAsOf(t.Context(), "p", date("2024-12-10"), date("2024-12-11"), over.Add(time.Hour))
	if err != nil || len(past) != 1 || past[0].Source != archive {
		t.Errorf("%+v %v", past, err)
	}
	w.works(h.family, "2025-03-01", "2025-03-15", true)
	w.pass(over.Add(3 * time.Hour))
	if status, d, _ = w.saving(h.family); status != "not_applicable" || d.Reason != "works_taken_back" || d.Central != nil {
		t.Errorf("%s %+v", status, d)
	}
	if v, found := w.verified(jobs.Order{}); len(found) != 0 {
		t.Errorf("%+v %v", v, found)
	}
}

// TestSavingsOfBills knows the year before the works by months alone.
func TestSavingsOfBills(t *testing.T) {
	notUnderTheRaceDetector(t)
	t.Parallel()
	from, done, end := date("2023-12-01"), date("2025-03-01"), date("2026-03-10")
	w := openWorld(t, end.Start(paris).Add(time.Hour))
	h := w.heat(from, end, done)
	w.air(archive, h.weather)
	for m := from; m.Before(done); {
		next := energy.Day{Year: m.Year, Month: m.Month, Date: 1}.Add(32)
		next.Date = 1
		w.state(h, m, next, true)
		m = next
	}
	w.state(h, done, end, false)
	w.works(h.family, "2025-02-28", "2025-03-01", false)
	w.pass(w.clock())
	w.settledMarks()
	status, d, _ := w.saving(h.family)
	if status != "ok" || d.Method != "billing_monthly" || d.Share == nil || *d.Share < "0.08" || *d.Share > "0.16" {
		t.Fatalf("%s %+v", status, d)
	}
	if v, found := w.verified(jobs.Order{}); len(found) != 0 {
		t.Errorf("%+v %v", v, found)
	}
}

package jobs_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
	"foyer/internal/weather"
)

// archiveServer answers as Open-Meteo documents, 5 °C at each hour, or not at all; it
// tells which days were asked.
func archiveServer(t *testing.T, broken *atomic.Bool, asked func(from, to string)) weather.Archive {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		asked(q.Get("start_date"), q.Get("end_date"))
		if broken.Load() {
			http.Error(w, `{"error":true,"reason":"Daily API request limit exceeded."}`, http.StatusTooManyRequests)
			return
		}
		var out struct {
			Offset int               `json:"utc_offset_seconds"`
			Units  map[string]string `json:"hourly_units"`
			Hourly struct {
				Time        []int64   `json:"time"`
				Temperature []float64 `json:"temperature_2m"`
			} `json:"hourly"`
		}
		out.Units = map[string]string{"time": "unixtime", "temperature_2m": "°C"}
		end := date(q.Get("end_date")).End(time.UTC)
		for at := date(q.Get("start_date")).Start(time.UTC); at.Before(end); at = at.Add(time.Hour) {
			out.Hourly.Time, out.Hourly.Temperature = append(out.Hourly.Time, at.Unix()), append(out.Hourly.Temperature, 5)
		}
		if err := json.NewEncoder(w).Encode(out); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(srv.Close)
	return weather.Archive{URL: srv.URL, Client: srv.Client()}
}

// TestTheArchiveIsAskedOnceADayForWhatNobodyKnows has it fail first.
func TestTheArchiveIsAskedOnceADayForWhatNobodyKnows(t *testing.T) {
	t.Parallel()
	from := date("2026-03-01")
	w := openWorld(t, from.Start(paris))
	f := w.family("home", base)
	w.meter("linky", f, household.Electricity, from.Start(paris))
	w.air(household.WeatherSource{Kind: household.MeteoFrance, Place: "69029001"}, map[energy.Day]int64{from: 9_000, from.Add(1): 9_500})
	var broken atomic.Bool
	broken.Store(true)
	var asked []string
	place, err := weather.ParsePlace("45.76,4.84")
	if err != nil {
		t.Fatal(err)
	}
	a := archiveServer(t, &broken, func(from, to string) { asked = append(asked, from+" "+to) })
	w.config.Archive = jobs.Archive{Pilot: "p", Hours: func(ctx context.Context, from, to energy.Day) (weather.Series, error) {
		return a.Hours(ctx, place, from, to)
	}}
	w.restart()
	now := date("2026-03-31").Start(paris).Add(time.Hour)
	w.pass(now)
	w.pass(now.Add(time.Hour))
	if len(asked) != 1 || asked[0] != "2026-03-02 2026-03-26" {
		t.Fatalf("asked %v", asked)
	}
	broken.Store(false)
	w.pass(now.Add(24 * time.Hour))
	w.pass(now.Add(24*time.Hour + 10*time.Minute))
	days, err := w.records.Weather(t.Context(), "p", from, date("2026-04-30"))
	if err != nil || len(days) < 26 {
		t.Fatalf("%d days: %v", len(days), err)
	}
	for _, d := range days {
		if own := d.Day.Before(from.Add(2)); own != (d.Source.Kind == household.MeteoFrance) || d.Source.Kind == household.OpenMeteo && (d.Source.Place != "45.8,4.8" || d.Mean != 5_000) {
			t.Errorf("%+v", d)
		}
	}
	before := len(asked)
	w.pass(now.Add(25 * time.Hour))
	if len(asked) != before {
		t.Errorf("asked again on the same day: %v", asked)
	}
	if v, found := w.verified(jobs.Order{}); len(found) != 0 {
		t.Errorf("%+v %v", v, found)
	}
}

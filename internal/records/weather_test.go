package records

import (
	"fmt"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// TestWeatherKeepsWhoSaidWhatAndWhatWasBelieved imports, believes and believes others.
func TestWeatherKeepsWhoSaidWhatAndWhatWasBelieved(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		if _, err := db.AddPilot(ctx, household.Pilot{ID: "p1", Name: "P", Zone: "Europe/Paris"}); err != nil {
			t.Fatal(err)
		}
		station := household.WeatherSource{Kind: household.MeteoFrance, Place: "69029001"}
		first := energy.Day{Year: 2026, Month: time.January, Date: 1}
		say := func(n int, mean int64, seen time.Duration, s household.WeatherSource) household.Weather {
			return household.Weather{Day: first.Add(n), Mean: mean, Seen: seen, Of: 24 * time.Hour, Source: s}
		}
		read := func(digest string, days ...household.Weather) bool {
			t.Helper()
			x := household.WeatherImport{Pilot: "p1", Source: station, Name: "BRON", Measure: "T", Licence: "L", Digest: digest, Left: 2, At: noon, Days: days}
			for _, d := range days {
				x.Held = append(x.Held, energy.Held{From: d.Day.Start(time.UTC), To: d.Day.End(time.UTC), Value: d.Mean})
			}
			added, err := db.ImportWeather(ctx, x)
			if err != nil {
				t.Fatal(err)
			}
			return added
		}
		a, b := say(0, 1000, 24*time.Hour, station), say(1, 2000, 12*time.Hour, station)
		if !read("one", a, b) || read("one", a, b) {
			t.Error("the same bytes are kept twice, or not once")
		}
		b.Seen = 24 * time.Hour
		if !read("two", b) {
			t.Error("other bytes are not kept")
		}
		offers, err := db.WeatherOffers(ctx, "p1", first, first.Add(5))
		if err != nil || fmt.Sprint(offers) != fmt.Sprint([]household.Weather{a, b}) {
			t.Errorf("%v %v", offers, err)
		}
		if day, ok, err := db.FirstOffer(ctx, "p1"); err != nil || !ok || day != first {
			t.Errorf("%s %t %v", day, ok, err)
		}
		if _, ok, err := db.FirstOffer(ctx, "nobody"); err != nil || ok {
			t.Errorf("%t %v", ok, err)
		}
		stale, err := db.StaleWeather(ctx)
		if err != nil || len(stale) != 2 || stale[0].From != first || stale[0].To != first.Add(2) || stale[1].From != first.Add(1) {
			t.Fatalf("%+v %v", stale, err)
		}
		imports, err := db.WeatherImports(ctx, "p1")
		if err != nil || len(imports) != 2 || imports[0].Name != "BRON" || imports[0].Left != 2 || imports[1].Digest != "two" || !imports[1].At.Equal(noon) {
			t.Errorf("%+v %v", imports, err)
		}

		own := household.WeatherSource{Kind: household.OwnSensor}
		believe := func(at time.Time, w ...household.Weather) {
			t.Helper()
			c := household.Climate{Pilot: "p1", At: at, Today: first.Add(3), Chosen: w}
			for _, s := range stale {
				c.Dealt = append(c.Dealt, s.ID)
			}
			if err := db.SaveClimate(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		sensor := say(0, 900, 23*time.Hour, own)
		believe(noon, sensor, say(3, 5, time.Hour, own))
		believe(noon.Add(time.Hour), a, b, say(3, 7, 2*time.Hour, own))
		believe(noon.Add(2*time.Hour), a, b)
		believe(noon.Add(3*time.Hour), say(0, 0, 0, household.WeatherSource{}))
		if stale, err := db.StaleWeather(ctx); err != nil || len(stale) != 0 {
			t.Errorf("%+v %v", stale, err)
		}
		for _, c := range []struct {
			after time.Duration
			want  []household.Weather
		}{
			{-time.Minute, nil},
			{0, []household.Weather{sensor}},
			{time.Hour, []household.Weather{a, b}},
			{2*time.Hour + time.Minute, []household.Weather{a, b}},
			{3 * time.Hour, []household.Weather{b}},
		} {
			got, err := db.WeatherAsOf(ctx, "p1", first, first.Add(3), noon.Add(c.after))
			if err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("after %s: %v %v, want %v", c.after, got, err, c.want)
			}
		}
		now, err := db.Weather(ctx, "p1", first, first.Add(9))
		if err != nil || len(now) != 2 || now[0] != b || now[1].Mean != 7 {
			t.Errorf("%v %v", now, err)
		}
	})
}

// TestAChangedDayMarksWhoReadsIt counts the marks by day.
func TestAChangedDayMarksWhoReadsIt(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		if _, err := db.AddPilot(ctx, household.Pilot{ID: "p1", Name: "P", Zone: "Europe/Paris"}); err != nil {
			t.Fatal(err)
		}
		first := energy.Day{Year: 2026, Month: time.January, Date: 1}
		for _, f := range []string{"f1", "f2"} {
			execAlert(t, db, `INSERT INTO family (id, pilot, label, language, since) VALUES ($1, 'p1', $1, 'fr', 0)`, f)
		}
		execAlert(t, db, `INSERT INTO usage_day (family, day, register, energy, seen, length, estimated, provision, start_at) VALUES ('f1', '2026-01-02', 'energy_import', 1, 1, 1, 0, 0, 0)`)
		w := household.Weather{Day: first, Mean: 1, Seen: time.Hour, Of: 24 * time.Hour, Source: household.WeatherSource{Kind: household.OwnSensor}}
		later := w
		later.Day = first.Add(4)
		c := household.Climate{Pilot: "p1", At: noon, Today: first.Add(7), Chosen: []household.Weather{w, later}, Sensed: []household.Weather{w, later}}
		for range 2 { // what is so already marks nothing
			if err := db.SaveClimate(ctx, c); err != nil {
				t.Fatal(err)
			}
			dirty, err := db.DirtyDays(ctx, "f1", "f2")
			if err != nil || fmt.Sprint(dirty["f1"], dirty["f2"]) != "[2026-01-02 2026-01-05 2026-01-08] [2026-01-08]" {
				t.Errorf("%v %v", dirty, err)
			}
		}
		execAlert(t, db, `DELETE FROM dirty_day`)
		if err := db.SaveClimate(ctx, c); err != nil {
			t.Fatal(err)
		}
		if dirty, err := db.DirtyDays(ctx, "f1", "f2"); err != nil || len(dirty) != 0 {
			t.Errorf("%v %v", dirty, err)
		}
	})
}

// TestWorksStayWrittenDown says works and takes them back.
func TestWorksStayWrittenDown(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		if _, err := db.AddPilot(ctx, household.Pilot{ID: "p1", Name: "P", Zone: "Europe/Paris"}); err != nil {
			t.Fatal(err)
		}
		execAlert(t, db, `INSERT INTO family (id, pilot, label, language, since) VALUES ('f1', 'p1', 'F', 'fr', 0)`)
		cost := int64(840_000)
		first := energy.Day{Year: 2026, Month: time.June, Date: 1}
		said := household.Works{Family: "f1", Kind: household.Insulation, From: first, To: first.Add(12), Cost: &cost, By: "A", Why: "invoice", Said: noon}
		back := said
		back.Undone, back.Cost = true, nil
		for _, w := range []household.Works{said, back} {
			if err := db.AddWorks(ctx, w); err != nil {
				t.Fatal(err)
			}
		}
		all, err := db.Works(ctx, "f1")
		if err != nil || len(all) != 2 || *all[0].Cost != cost || all[0].To != said.To || !all[1].Undone || all[1].Cost != nil || !all[1].Said.Equal(noon) ||
			all[0].By != "A" || all[1].Why != "invoice" {
			t.Errorf("%+v %v", all, err)
		}
		dirty, err := db.DirtyDays(ctx, "f1", "f2")
		if err != nil || fmt.Sprint(dirty["f1"]) != "[2026-06-01 2026-06-13]" {
			t.Errorf("%v %v", dirty, err)
		}
	})
}

package jobs_test

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"foyer/indicators"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
	"foyer/internal/series"
	"foyer/internal/testserver"
)

// A settlement is many homes with a year of hourly readings of which everything is
// computed, in stores in a folder.
//
// Of the first homes, the models, the whole year was written and computed. The others,
// their twins, are registered as they are, with keys of their own. Their counters show the
// same use from another start. What is still kept of such readings is in the series store,
// and what was computed of the model stands in the records, row by row: the same comes out
// for the twin.
type settlement struct {
	tb     testing.TB
	dir    string
	url    string // of an InfluxDB; "": readings are in a file
	models int
	homes  []hourly // models first
	luck   *rand.Rand
}

// The year of a settlement.
var (
	yearFrom = date("2025-11-15")
	yearTo   = date("2026-11-15")
	yearOver = at("2026-11-15", 2, 0)
)

// settle prepares homes in a folder, some of them models. It returns how long the models
// were computed.
func settle(tb testing.TB, dir, url string, homes, models int) (*settlement, time.Duration) {
	tb.Helper()
	s := &settlement{tb: tb, dir: dir, url: url, models: min(models, homes), luck: rand.New(rand.NewPCG(13, 14))}
	took := s.register(homes)
	if homes > s.models {
		s.derive()
	}
	return s, took
}

// register takes the homes in. The year of the models is written and computed, which took
// as long as it returns.
func (s *settlement) register(homes int) (took time.Duration) {
	s.tb.Helper()
	w := s.open()
	defer w.close()
	if err := w.registry.AddPilot(s.tb.Context(), household.Pilot{ID: "p", Name: "Pilot", Zone: paris.String()}); err != nil {
		s.tb.Fatal(err)
	}
	for i := range s.models {
		s.homes = append(s.homes, w.hourly(i, yearFrom))
		w.agrees(s.homes[i].family)
		w.write(s.homes[i].until(yearTo, s.luck))
	}
	began := time.Now()
	w.pass(yearOver)
	took = time.Since(began)
	for i := s.models; i < homes; i++ {
		h := w.hourly(i, yearFrom)
		h.start = s.luck.Int64N(10_000_000_000)
		s.homes = append(s.homes, h)
	}
	for _, h := range s.homes[s.models:] { // last: what is asked of a meter looks through all that anybody agrees to
		w.agrees(h.family)
	}
	return took
}

// open opens the stores with the clock at the end of the year.
func (s *settlement) open() *world {
	s.tb.Helper()
	kept, err := openReadings(s.tb, s.dir, s.url)
	if err != nil {
		s.tb.Fatal(err)
	}
	return openStores(s.tb, s.dir, yearOver, kept)
}

// openReadings opens the series store of a settlement.
func openReadings(tb testing.TB, dir, url string) (readings, error) {
	if url == "" {
		return series.OpenSQLite(tb.Context(), filepath.Join(dir, "series.db"))
	}
	return series.OpenInflux(tb.Context(), series.InfluxConfig{URL: url, Database: testserver.Database})
}

// model returns the model of a twin: with an even number of them its contract is the same.
func (s *settlement) model(twin int) int { return twin % s.models }

// derive gives the twins what their models have. Nothing is left to be computed but how
// they compare with each other.
func (s *settlement) derive() {
	s.tb.Helper()
	var both errgroup.Group
	var secret []string
	both.Go(func() (err error) {
		secret, err = s.copyRows()
		return err
	})
	both.Go(s.copyReadings)
	if err := both.Wait(); err != nil {
		s.tb.Fatal(err)
	}
	w := s.open()
	defer w.close()
	if err := s.seal(w, secret); err != nil {
		s.tb.Fatal(err)
	}
	if r, err := w.planner.BringUp(s.tb.Context(), nil); err != nil || r.Rolled+r.Computed+r.Failed > 0 {
		s.tb.Fatalf("not everything of the twins was computed: %+v %v", r, err)
	}
}

// twins returns the twins of a model.
func (s *settlement) twins(model int) (all []hourly) {
	for i := model + s.models; i < len(s.homes); i += s.models {
		all = append(all, s.homes[i])
	}
	return all
}

// twinsAtOnce is of how many twins readings are written together.
const twinsAtOnce = 64

// copyReadings writes what is kept of the readings of models for their twins, each
// counter from the start of its own.
func (s *settlement) copyReadings() error {
	ctx := s.tb.Context()
	kept, err := openReadings(s.tb, s.dir, s.url)
	if err != nil {
		return err
	}
	defer kept.Close()
	for m := range s.models {
		power, err := kept.Read(ctx, s.homes[m].meter, yearFrom.Start(paris), yearOver)
		if err != nil {
			return err
		}
		indoors, err := kept.Read(ctx, s.homes[m].sensor, yearFrom.Start(paris), yearOver)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(s.twins(m), twinsAtOnce) {
			var all []energy.Reading
			for _, h := range some {
				all = append(append(all, shown(power, h.meter, h.start)...), shown(indoors, h.sensor, 0)...)
			}
			if err := kept.Write(ctx, all); err != nil {
				return err
			}
		}
	}
	return nil
}

// shown returns what another meter shows, more by so much.
func shown(by []energy.Reading, meter energy.MeterID, more int64) []energy.Reading {
	all := slices.Clone(by)
	for i := range all {
		all[i].Meter, all[i].Value = meter, all[i].Value+more
	}
	return all
}

// seal files the results of models that are sealed for their twins, under their keys.
func (s *settlement) seal(w *world, secret []string) error {
	ctx := s.tb.Context()
	of := map[string]indicators.Indicator{}
	for _, i := range indicators.All() {
		of[i.ID] = i
	}
	for m := range s.models {
		rows, err := w.records.Newest(ctx, s.homes[m].family, secret, yearFrom.Add(-1000), yearTo.Add(1000))
		if err != nil {
			return err
		}
		var all []household.Filed
		for _, r := range rows {
			i := of[r.Indicator]
			all = append(all, household.Filed{Result: r, Category: i.Category, Granularity: i.Granularity, Start: r.From.Start(paris)})
		}
		for _, h := range s.twins(m) {
			if err := w.records.FileResults(ctx, household.Filing{Family: h.family, At: yearOver, Results: all}); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestTwinsAreAsComputed(t *testing.T) {
	notUnderTheRaceDetector(t)
	s, _ := settle(t, t.TempDir(), "", 6, 2)
	w := s.open()
	t.Cleanup(w.close)
	verified := func(least int) {
		t.Helper()
		v, err := w.planner.Verify(t.Context(), jobs.Order{}, func(d jobs.Difference) { t.Errorf("%+v", d) })
		if err != nil || v.Families != 6 || v.Failed+v.Waiting+v.Differences > 0 || v.Figures < least {
			t.Errorf("%+v %v", v, err)
		}
	}
	verified(6 * 8000)
	w.spend(yearTo.Add(1), s.luck)
	if r := w.pass(yearOver.Add(24 * time.Hour)); r.Rolled != 6 || r.Computed != 6 {
		t.Errorf("%+v", r)
	}
	verified(6 * 8000)
}

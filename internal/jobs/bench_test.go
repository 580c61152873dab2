package jobs_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// lived is a world whose homes have a year of half-hourly readings, half of them
// with two numbered registers and off-peak hours, all of them with a thermometer.
// Everything is computed.
func lived(b *testing.B, homes int) (*world, []energy.MeterID) {
	b.Helper()
	from, to := date("2025-11-01"), date("2026-11-01")
	w := openWorld(b, from.Start(paris))
	var meters []energy.MeterID
	luck := rand.New(rand.NewPCG(13, 14))
	for i := range homes {
		contract := base
		if i%2 == 1 {
			contract = peak
		}
		f := w.family(fmt.Sprintf("Foyer %05d", i), contract)
		meters = append(meters, w.meter(fmt.Sprintf("linky %d", i), f, household.Electricity, from.Start(paris)))
		sensor := w.meter(fmt.Sprintf("indoor %d", i), f, household.Indoor, from.Start(paris))
		two := []count{{meter: meters[i], register: "energy_import/f01"}, {meter: meters[i], register: "energy_import/f02"}}
		var all []energy.Reading
		for t := from.Start(paris); !t.After(to.Start(paris)); t = t.Add(energy.SlotLength) {
			two[0].show(t)
			now := &two[0]
			if i%2 == 1 {
				two[1].show(t)
				if h := t.In(paris).Hour(); h >= 6 && h < 22 {
					now = &two[1]
				}
			}
			now.value += luck.Int64N(800_000)
			all = append(all, energy.Reading{Meter: sensor, Register: "temperature", At: t, Value: 16_000 + luck.Int64N(4_000), Source: energy.DeviceTime})
		}
		all = append(append(all, two[0].all...), two[1].all...)
		w.write(all)
	}
	return w, meters
}

// write keeps readings without the spool.
func (w *world) write(rs []energy.Reading) {
	w.tb.Helper()
	ctx := w.tb.Context()
	if _, err := w.records.Claim(ctx, rs); err != nil {
		w.tb.Fatal(err)
	}
	if err := w.series.Write(ctx, rs); err != nil {
		w.tb.Fatal(err)
	}
	spans := map[energy.MeterID]energy.Span{}
	for _, r := range rs {
		s, ok := spans[r.Meter]
		if !ok {
			s = energy.Span{Meter: r.Meter, From: r.At, To: r.At}
		}
		if r.At.Before(s.From) {
			s.From = r.At
		}
		if !r.At.Before(s.To) {
			s.To = r.At.Add(time.Millisecond)
		}
		spans[r.Meter] = s
	}
	if err := w.records.Stale(ctx, slices.Collect(maps.Values(spans))); err != nil {
		w.tb.Fatal(err)
	}
}

// BenchmarkPass measures passes over homes with a year of half-hours: the first one
// of a year, the first of a day, one after each meter spoke, one after a late day
// of a single home, and one with nothing to do. Per home where all are touched.
func BenchmarkPass(b *testing.B) {
	const homes = 10
	end := at("2026-11-02", 0, 0)
	perHome := func(b *testing.B, n int) {
		b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N)/float64(n), "ms/home")
	}
	b.Run("year", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			w, _ := lived(b, homes)
			b.StartTimer()
			w.pass(end)
		}
		perHome(b, homes)
	})
	w, meters := lived(b, homes)
	w.pass(end)
	b.Run("day", func(b *testing.B) {
		for b.Loop() {
			end = end.Add(24 * time.Hour)
			w.pass(end)
		}
		perHome(b, homes)
	})
	next := end
	b.Run("spoken", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			next = next.Add(time.Minute)
			var all []energy.Reading
			for _, m := range meters {
				all = append(all, energy.Reading{Meter: m, Register: "energy_import/f01", At: next, Value: 20_000_000_000, Source: energy.DeviceTime})
			}
			w.write(all)
			b.StartTimer()
			w.pass(next)
		}
		perHome(b, homes)
	})
	minute := 0
	b.Run("late", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			day := date("2026-05-04")
			minute = minute%28 + 1
			var all []energy.Reading
			for h := range 24 {
				at := day.Start(paris).Add(time.Duration(h*60+minute) * time.Minute)
				before, err := w.series.Before(b.Context(), meters[1], "energy_import/f02", at, 1)
				if err != nil {
					b.Fatal(err)
				}
				all = append(all, energy.Reading{
					Meter: meters[1], Register: "energy_import/f02", At: at, Value: before[0].Value, Source: energy.DeviceTime,
				})
			}
			w.write(all)
			b.StartTimer()
			w.pass(next)
		}
	})
	b.Run("idle", func(b *testing.B) {
		for b.Loop() {
			w.pass(next)
		}
		perHome(b, homes)
	})
}

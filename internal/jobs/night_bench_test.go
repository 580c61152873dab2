package jobs_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/series"
	"foyer/internal/testserver"
)

// BenchmarkNight measures the nightly run: b.N homes, as many as -benchtime 1000x says,
// have a year of hourly readings, of an electricity meter, every second with off-peak
// hours, and of a thermometer. All of it is computed, a further day arrives, in the
// middle of a month, and in the night after it the run brings everything up to date.
//
// first-ms/home is what the whole year took in the first run; cpu-ms/home is the
// processor time of the night, which other work on the machine makes less of a
// difference to. MiB is the resident memory of this process, at most during the night,
// and MiB-before what it was then: that of InfluxDB is its own, and so is its processor
// time.
func BenchmarkNight(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { night(b, nil) })
	b.Run("influx", func(b *testing.B) {
		s, err := series.OpenInflux(b.Context(), series.InfluxConfig{URL: "influx+" + testserver.Influx(b).URL(), Database: testserver.Database})
		if err != nil {
			b.Fatal(err)
		}
		night(b, s)
	})
}

func night(b *testing.B, kept readings) {
	b.Helper()
	from, today := date("2025-11-15"), date("2026-11-15")
	w := openWorldOn(b, paris, from.Start(paris), kept)
	luck := rand.New(rand.NewPCG(13, 14))
	homes := make([]hourly, b.N)
	for i := range homes {
		homes[i] = w.hourly(i, from)
		w.write(homes[i].until(today, luck))
	}
	perHome := func(took time.Duration) float64 { return float64(took.Microseconds()) / 1000 / float64(b.N) }
	began := time.Now()
	w.pass(at("2026-11-15", 2, 0))
	first := perHome(time.Since(began))
	for i := range homes {
		w.write(homes[i].until(today.Add(1), luck))
	}
	before, idle := resident(b), worked(b)
	b.ResetTimer()
	w.pass(at("2026-11-16", 2, 0))
	b.StopTimer()
	b.ReportMetric(perHome(worked(b)-idle), "cpu-ms/home")
	b.ReportMetric(float64(most(b)), "MiB")
	b.ReportMetric(float64(before), "MiB-before")
	b.ReportMetric(perHome(b.Elapsed()), "ms/home")
	b.ReportMetric(first, "first-ms/home")
}

// hourly is a home whose meter and thermometer show something each hour.
type hourly struct {
	meter, sensor energy.MeterID
	peak          bool
	day           energy.Day // the next to be shown
	base, off     int64      // what the registers show
}

func (w *world) hourly(i int, from energy.Day) hourly {
	contract := base
	if i%2 == 1 {
		contract = peak
	}
	f, gateway := w.family(fmt.Sprintf("Foyer %05d", i), contract), fmt.Sprintf("gw-%05d", i)
	return hourly{
		meter:  w.meterBehind(gateway, "linky", f, household.Electricity, from.Start(paris)),
		sensor: w.meterBehind(gateway, "indoor", f, household.Indoor, from.Start(paris)),
		peak:   i%2 == 1, day: from,
	}
}

// until returns what a home shows before a day.
func (h *hourly) until(day energy.Day, luck *rand.Rand) (all []energy.Reading) {
	show := func(meter energy.MeterID, register energy.Register, at time.Time, value int64) {
		all = append(all, energy.Reading{Meter: meter, Register: register, At: at, Value: value, Source: energy.DeviceTime})
	}
	for t := h.day.Start(paris); t.Before(day.Start(paris)); t = t.Add(time.Hour) {
		show(h.meter, "energy_import/f01", t, h.base)
		counts := &h.base
		if h.peak {
			show(h.meter, "energy_import/f02", t, h.off)
			if hour := t.In(paris).Hour(); hour >= 6 && hour < 22 {
				counts = &h.off
			}
		}
		*counts += luck.Int64N(1_600_000)
		show(h.sensor, "temperature", t, 16_000+luck.Int64N(4_000))
	}
	h.day = day
	return all
}

// worked returns the processor time that this process took so far.
func worked(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resident gives what is free back to the system, forgets the most that this process
// held, and returns what it holds, in MiB.
func resident(b *testing.B) int64 {
	b.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Fatal(err)
	}
	return most(b)
}

// most returns the most memory that was resident since [resident], in MiB.
func most(b *testing.B) int64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kB, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return kB / 1024
		}
	}
	b.Fatal("the system does not say what is resident")
	return 0
}

package jobs_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/testserver"
)

// models is of how many homes of a night the whole year is computed.
const models = 100

// BenchmarkNight measures the nightly run of b.N homes, as many as -benchtime 1000x says:
// a [settlement] in which every home has an electricity meter, every second with off-peak
// hours, and a thermometer, each with a year of hourly readings of which everything is
// computed. A further day arrives, in the middle of a month, and in the night after it the
// run brings everything up to date.
//
// first-ms/home is what the whole year of a model took in the first run, prepare-s how long
// all was prepared. The nights run in a process that does nothing else: see
// [BenchmarkNightAlone], whose figures are printed between.
func BenchmarkNight(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { night(b, "") })
	b.Run("influx", func(b *testing.B) { night(b, "influx+"+testserver.Influx(b).URL()) })
}

// What tells a process that it has only the nights to do, and of which stores.
const (
	nightIn     = "FOYER_NIGHT_FOLDER"
	nightSeries = "FOYER_NIGHT_SERIES"
)

func night(b *testing.B, url string) {
	b.Helper()
	if b.N == 1 {
		return // the try before all of them
	}
	dir := b.TempDir()
	began := time.Now()
	_, first := settle(b, dir, url, b.N, models)
	b.StopTimer()
	b.ReportMetric(time.Since(began).Seconds(), "prepare-s")
	b.ReportMetric(float64(first.Milliseconds())/float64(min(b.N, models)), "first-ms/home")
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	alone := exec.CommandContext(b.Context(), self, "-test.run", "^$", "-test.bench", "^BenchmarkNightAlone$", "-test.benchtime", "1x", "-test.timeout", "0")
	alone.Env = append(os.Environ(), nightIn+"="+dir, nightSeries+"="+url)
	alone.Stdout, alone.Stderr = os.Stdout, os.Stderr
	if err := alone.Run(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkNightAlone is two nights in a row, each after a further day, in a process that
// began before the first of them. It is run by [BenchmarkNight], which prepares the stores.
//
// cpu-ms/home is the processor time of a night, which other work on the machine makes less
// of a difference to. MiB is the resident memory of this process, at most during the night,
// and MiB-before what it was then: that of InfluxDB is its own, and so is its processor
// time.
func BenchmarkNightAlone(b *testing.B) {
	dir := os.Getenv(nightIn)
	if dir == "" {
		b.Skip("BenchmarkNight prepares the stores and runs it")
	}
	kept, err := openReadings(b, dir, os.Getenv(nightSeries))
	if err != nil {
		b.Fatal(err)
	}
	w := openStores(b, dir, yearOver, kept)
	defer w.close()
	luck := rand.New(rand.NewPCG(15, 16))
	for _, when := range []string{"first", "next"} {
		b.Run(when, func(b *testing.B) {
			w.tb = b
			_, last, err := w.records.LastRun(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			today := energy.DayOf(last, paris).Add(1)
			homes := w.spend(today, luck)
			perHome := func(took time.Duration) float64 { return float64(took.Microseconds()) / 1000 / float64(homes) }
			before, idle := resident(b), worked(b)
			b.ResetTimer()
			w.pass(today.Start(paris).Add(2 * time.Hour))
			b.StopTimer()
			b.ReportMetric(float64(homes), "homes")
			b.ReportMetric(perHome(worked(b)-idle), "cpu-ms/home")
			b.ReportMetric(float64(most(b)), "MiB")
			b.ReportMetric(float64(before), "MiB-before")
			b.ReportMetric(perHome(b.Elapsed()), "ms/home")
		})
	}
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

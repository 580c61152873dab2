package jobs_test

import (
	"math/rand/v2"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"foyer/internal/household"
)

// BenchmarkRegistered measures how much memory passes of b.N homes hold that have a meter,
// every second with off-peak hours, a thermometer, and three days of readings: as many as
// -benchtime 3000x says. Of two numbers of homes the difference is what a home takes; from
// 1,000 on, of which what their meters showed last is remembered.
//
// live-kB is the live heap of the process, at most while a pass ran after which every home
// had a further day, and live-kB-before what it was then.
func BenchmarkRegistered(b *testing.B) {
	from := date("2026-11-10")
	w := openWorld(b, from.Start(paris))
	luck := rand.New(rand.NewPCG(17, 18))
	ids := make([]household.FamilyID, b.N)
	for i := range ids {
		ids[i] = w.hourly(i, from).family
	}
	for _, id := range ids {
		w.agrees(id)
	}
	for _, day := range []string{"2026-11-11", "2026-11-12"} {
		w.spend(date(day), luck)
		w.pass(at(day, 2, 0))
	}
	w.spend(date("2026-11-13"), luck)
	before := live()
	stop := watch()
	b.ResetTimer()
	w.pass(at("2026-11-13", 2, 0))
	b.StopTimer()
	b.ReportMetric(float64(stop())/1000, "live-kB")
	b.ReportMetric(float64(before)/1000, "live-kB-before")
	b.ReportMetric(float64(b.N), "homes")
}

// live collects what is garbage and returns how many bytes are not.
func live() uint64 {
	debug.FreeOSMemory()
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// watch has garbage collected often and returns what ends that: it says how many bytes
// were live at most.
func watch() func() uint64 {
	percent := debug.SetGCPercent(10)
	stop, most := make(chan bool), make(chan uint64)
	go func() {
		s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		var n uint64
		for {
			select {
			case <-stop:
				most <- n
				return
			case <-time.After(10 * time.Millisecond):
				metrics.Read(s)
				n = max(n, s[0].Value.Uint64())
			}
		}
	}()
	return func() uint64 {
		close(stop)
		debug.SetGCPercent(percent)
		return <-most
	}
}

package api

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
	"foyer/internal/testserver"
)

// BenchmarkAnswers asks for what the cooperative's machine and a family's phone ask for
// most, in a pilot of 500 homes, FOYER_BENCH_HOMES for another number. Every answer has
// its consent joined and its access written down. It counts the processor's time beside
// that of the clock: other work on the machine does not count.
func BenchmarkAnswers(b *testing.B) {
	for name, address := range benchStores(b) {
		b.Run(name, func(b *testing.B) {
			v := newBenchTown(b, address())
			phone, err := v.accounts.ConnectPhone(b.Context(), v.cold)
			v.must(err)
			machine, family := "Bearer "+v.token, "foyer-m="+phone
			of := "/api/v1/families/" + string(v.cold)
			for _, x := range []struct {
				name, path, bearer, cookie string
				want                       int
			}{
				{"family", of, machine, "", http.StatusOK},
				{"families", "/api/v1/families", machine, "", http.StatusOK},
				{"usage", of + "/usage?by=month", machine, "", http.StatusOK},
				{"money", of + "/money", machine, "", http.StatusOK},
				{"alerts", "/api/v1/alerts?limit=200", machine, "", http.StatusOK},
				{"first_alert", "/api/v1/alerts?limit=1", machine, "", http.StatusOK},
				{"withheld", "/api/v1/families/" + string(v.mute), machine, "", http.StatusNotFound},
				{"page", "/m/", "", family, http.StatusOK},
			} {
				b.Run(x.name, func(b *testing.B) {
					r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, x.path, nil)
					if x.bearer != "" {
						r.Header.Set("Authorization", x.bearer)
					} else {
						r.Header.Set("Cookie", x.cookie)
					}
					v.benchmark(b, r, x.want)
				})
			}
		})
	}
}

// benchStores gives the URL of a new, empty store by dialect.
func benchStores(b *testing.B) map[string]func() string {
	return map[string]func() string{
		"sqlite":   func() string { return "sqlite://" + filepath.Join(b.TempDir(), "records.db") },
		"postgres": func() string { return testserver.Postgres(b) },
	}
}

// newBenchTown is a town with many homes like calm's, one in ten of which is cold, and a
// log that goes nowhere.
func newBenchTown(b *testing.B, address string) *town {
	homes := 500
	if s := os.Getenv("FOYER_BENCH_HOMES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatalf("FOYER_BENCH_HOMES=%q: want a number of homes", s)
		}
		homes = n
	}
	v := newTownAt(b, address)
	v.options.Log = slog.New(slog.NewTextHandler(io.Discard, nil)) //nolint:sloglint // what a line costs counts
	day, form := energy.DayOf(v.now, v.zone), registry.Form{Notice: "test", DataFrom: v.now.AddDate(-2, 0, 0)}
	for i := 3; i < homes; i++ {
		id, err := v.registry.AddFamily(b.Context(), household.File{
			Family:    household.Family{Pilot: "ville", Label: fmt.Sprintf("Maison %03d", i), Language: "fr", Since: v.now.AddDate(-2, 0, 0)},
			Contracts: []household.Contract{{From: day.Add(-400), Tariff: "fr-bleu-base", PowerKVA: 6, Instalment: 7500}},
		})
		v.must(err)
		v.must(v.registry.Bundle(b.Context(), id, form, true, consent.FamilyView, consent.Alert, consent.CooperativeSummary))
		v.figuresOf(i, id)
		if i%10 == 0 {
			v.alert(id, "cold_home", "indoor_climate", "urgent", `{"key":"alert.cold_home.mean","args":{"mean_c":"14.83","days":"2","limit_c":"16"}}`)
		}
	}
	v.start()
	return v
}

// benchmark asks one thing again and again.
func (v *town) benchmark(b *testing.B, r *http.Request, want int) {
	b.ReportAllocs()
	began, asked := processorTime(b), 0
	for b.Loop() {
		w := httptest.NewRecorder()
		v.server.ServeHTTP(w, r.Clone(b.Context()))
		if w.Code != want {
			b.Fatalf("%s is answered %d", r.URL.Path, w.Code)
		}
		asked++
	}
	b.ReportMetric(float64(processorTime(b)-began)/float64(asked), "cpu-ns/op")
}

// processorTime returns what this process has used of the processor.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkAnswersAtOnce asks as the trial of withdrawals does: sixteen at a time, for one
// thing after another.
func BenchmarkAnswersAtOnce(b *testing.B) {
	for name, address := range benchStores(b) {
		b.Run(name, func(b *testing.B) {
			v := newBenchTown(b, address())
			of := "/api/v1/families/" + string(v.cold)
			paths := []string{of, "/api/v1/families", "/api/v1/alerts?limit=200", of + "/usage?by=month", "/api/v1/alerts?limit=1", of + "/money"}
			b.SetParallelism(16 / runtime.GOMAXPROCS(0))
			b.ReportAllocs()
			began, next := processorTime(b), atomic.Int64{}
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					path := paths[int(next.Add(1))%len(paths)]
					r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
					r.Header.Set("Authorization", "Bearer "+v.token)
					w := httptest.NewRecorder()
					if v.server.ServeHTTP(w, r); w.Code != http.StatusOK {
						b.Errorf("%s is answered %d", path, w.Code)
					}
				}
			})
			b.ReportMetric(float64(processorTime(b)-began)/float64(b.N), "cpu-ns/op")
		})
	}
}

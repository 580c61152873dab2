package spool

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	appended prometheus.Counter
	panics   prometheus.Counter
	commit   prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer, s *Spool) *metrics {
	m := &metrics{
		appended: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "foyer_spool_appended_readings_total", Help: "Readings that reached stable storage.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "foyer_spool_panics_total", Help: "Commits that ended in a panic. Nothing of them was acknowledged.",
		}),
		commit: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "foyer_spool_commit_seconds", Help: "Time of one group commit.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14),
		}),
	}
	gauge := func(name, help string, v *atomic.Int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(max(0, v.Load())) })
	}
	reg.MustRegister(
		m.appended, m.panics, m.commit,
		gauge("foyer_spool_readings", "Readings on their way to the series store.", &s.readings),
		gauge("foyer_spool_held_readings", "Readings of meters that nobody has claimed.", &s.held),
		gauge("foyer_spool_cases", "Cases in quarantine.", &s.cases),
		gauge("foyer_spool_bytes", "What waits in the spool's file, without its overhead.", &s.bytes),
	)
	return m
}

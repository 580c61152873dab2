package spool

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	appended prometheus.Counter
	panics   prometheus.Counter
	commit   prometheus.Histogram
	dropped  map[string]prometheus.Counter // messages out of quarantine, by cause
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
	dropped := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "foyer_quarantine_dropped_messages_total", Help: "Messages not kept for a person, or no longer, by cause.",
	}, []string{"cause"})
	m.dropped = map[string]prometheus.Counter{}
	for _, c := range causes {
		m.dropped[c] = dropped.WithLabelValues(c)
	}
	share := func(name, help string, v *atomic.Int64, bound int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			return float64(max(0, v.Load())) / float64(bound)
		})
	}
	gauge := func(name, help string, v *atomic.Int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(max(0, v.Load())) })
	}
	reg.MustRegister(
		m.appended, m.panics, m.commit, dropped,
		gauge("foyer_spool_readings", "Readings on their way to the series store.", &s.readings),
		gauge("foyer_spool_held_readings", "Readings of meters that nobody has claimed.", &s.held),
		gauge("foyer_spool_cases", "Cases in quarantine.", &s.cases),
		gauge("foyer_spool_bytes", "Bytes of readings in the spool's file, without its overhead.", &s.bytes),
		gauge("foyer_quarantine_bytes", "Bytes of messages in quarantine.", &s.isolated),
		share("foyer_spool_used_ratio", "Share of spool.max_bytes in use. At 1 nothing is acknowledged.", &s.bytes, s.cfg.MaxBytes),
		share("foyer_quarantine_used_ratio", "Share of spool.quarantine_bytes in use. At 1 the oldest messages make room.", &s.isolated, s.cfg.QuarantineBytes),
	)
	return m
}

package journal

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	failures prometheus.Counter
	signed   prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "foyer_journal_failures_total",
			Help: "Minutes in which the journal could not be kept: reads not covered, or no checkpoint signed.",
		}),
		signed: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "foyer_journal_checkpoint_timestamp_seconds",
			Help: "When this process last signed a checkpoint of the journal.",
		}),
	}
	if reg != nil {
		reg.MustRegister(m.failures, m.signed)
	}
	return m
}

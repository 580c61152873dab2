package browsing

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics count warnings, never of whom.
type metrics struct{ warnings, failures prometheus.Counter }

func newMetrics(reg prometheus.Registerer) metrics {
	with := promauto.With(reg)
	return metrics{
		warnings: with.NewCounter(prometheus.CounterOpts{
			Name: "foyer_browsing_warnings_total",
			Help: "Times that a member of staff opened the figures of more than 20 families within an hour, each spell once.",
		}),
		failures: with.NewCounter(prometheus.CounterOpts{
			Name: "foyer_browsing_failures_total",
			Help: "Minutes in which it could not be looked whether a member of staff opens the figures of many families.",
		}),
	}
}

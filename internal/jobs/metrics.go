package jobs

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// The jobs of a pass, in their order.
const (
	rollup     = "rollup"     // readings to usage, climate and bills
	compute    = "results"    // usage to results
	evaluate   = "alerts"     // results to alerts
	compare    = "cohorts"    // homes of a pilot with each other; not noted as a run
	aggregates = "aggregates" // years of a pilot, all homes together; likewise
	archive    = "weather"    // days whose weather nobody else knows, from an archive; likewise
	attend     = "attendance" // messages that never came; likewise
	backtest   = "backtest"   // forecasts of months that are over; likewise
	retain     = "retention"  // what the charter keeps no longer is removed, once a day
	verify     = "verify"     // what is stored against what comes out again; no job of a pass
)

// Names are the jobs of a pass, in their order; runs are noted under them.
var Names = []string{rollup, compute, evaluate, retain}

type metrics struct {
	success  *prometheus.GaugeVec
	duration *prometheus.HistogramVec
	failures *prometheus.CounterVec
	results  prometheus.Counter
	unread   prometheus.Counter
	held     prometheus.Gauge
	removed  prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	with := promauto.With(reg)
	m := &metrics{
		success: with.NewGaugeVec(prometheus.GaugeOpts{
			Name: "foyer_jobs_last_success_timestamp_seconds",
			Help: "World time of the last pass of a job in which no family failed.",
		}, []string{"job"}),
		duration: with.NewHistogramVec(prometheus.HistogramOpts{
			Name: "foyer_jobs_duration_seconds", Help: "How long a pass of a job takes.",
			Buckets: []float64{0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900},
		}, []string{"job"}),
		failures: with.NewCounterVec(prometheus.CounterOpts{
			Name: "foyer_jobs_failures_total", Help: "Families or stations a pass of a job could not deal with.",
		}, []string{"job"}),
		results: with.NewCounter(prometheus.CounterOpts{
			Name: "foyer_jobs_results_total", Help: "Results added.",
		}),
		unread: with.NewCounter(prometheus.CounterOpts{
			Name: "foyer_jobs_unread_results_total", Help: "Stored results that did not open where they stand, because somebody or the disk has changed them, and were computed again.",
		}),
		held: with.NewGauge(prometheus.GaugeOpts{
			Name: "foyer_jobs_held_rises", Help: "Rises of counters beyond what their connection carries that are not counted until a person decides; `foyer meter doubts` lists them.",
		}),
	}
	m.removed = with.NewCounter(prometheus.CounterOpts{
		Name: "foyer_jobs_removed_rows_total", Help: "Rows of the records removed because the charter keeps them no longer.",
	})
	m.failures.WithLabelValues(compare)
	m.failures.WithLabelValues(aggregates)
	m.failures.WithLabelValues(archive)
	m.failures.WithLabelValues(attend)
	for _, j := range Names {
		m.success.WithLabelValues(j)
		m.duration.WithLabelValues(j)
		m.failures.WithLabelValues(j)
	}
	return m
}

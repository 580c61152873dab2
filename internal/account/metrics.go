package account

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics count attempts to come in, never whose.
type metrics struct{ signIns *prometheus.CounterVec }

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{promauto.With(reg).NewCounterVec(prometheus.CounterOpts{
		Name: "foyer_account_sign_ins_total",
		Help: "Attempts to come in by kind of account and result.",
	}, []string{"kind", "result"})}
	for _, kind := range []string{"staff", "family"} {
		for _, result := range []string{"let_in", "denied", "throttled"} {
			m.signIns.WithLabelValues(kind, result)
		}
	}
	return m
}

package channel

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// The outcomes of an attempt to tell somebody.
const (
	sent     = "sent"     // the receiver has it
	withheld = "withheld" // consent is gone: nothing was sent
	failed   = "failed"   // to be tried again
	givenUp  = "given_up" // tried for a day, or refused for good
)

type metrics struct {
	notifications *prometheus.CounterVec // channel kind, result
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{notifications: promauto.With(reg).NewCounterVec(prometheus.CounterOpts{
		Name: "foyer_notifications_total",
		Help: "Attempts to tell somebody of an alert, by kind of channel and result.",
	}, []string{"channel", "result"})}
	for _, k := range Kinds() {
		for _, result := range []string{sent, withheld, failed, givenUp} {
			m.notifications.WithLabelValues(k.Name, result)
		}
	}
	return m
}

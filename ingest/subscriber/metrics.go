package subscriber

import "github.com/prometheus/client_golang/prometheus"

// What became of a message.
const (
	kept   = iota // and acknowledged
	failed        // could not be kept: comes again
	left          // after a failure: comes again
	numOutcomes
)

type metrics struct {
	connected     prometheus.Gauge
	waiting       prometheus.Gauge
	dropped       prometheus.Gauge
	reconnections prometheus.Counter
	left          prometheus.Gauge
	away          prometheus.Gauge
	awayShare     prometheus.Gauge
	messages      [numOutcomes]prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	messages := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "foyer_subscriber_messages_total", Help: "Messages from the broker by outcome.",
	}, []string{"outcome"})
	m := &metrics{
		connected:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "foyer_subscriber_connected", Help: "1 while subscribed."}),
		waiting:       prometheus.NewGauge(prometheus.GaugeOpts{Name: "foyer_subscriber_waiting_messages", Help: "Messages received and not yet handled."}),
		dropped:       prometheus.NewGauge(prometheus.GaugeOpts{Name: "foyer_subscriber_broker_dropped_messages", Help: "Messages that the broker says it has dropped since its start."}),
		left:          prometheus.NewGauge(prometheus.GaugeOpts{Name: "foyer_subscriber_downtime_left_seconds", Help: "For how long the broker can queue, at the rate of the last ten minutes; below 0 it drops messages."}),
		away:          prometheus.NewGauge(prometheus.GaugeOpts{Name: "foyer_subscriber_last_downtime_seconds", Help: "How long nobody read from the broker before the session of now."}),
		awayShare:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "foyer_subscriber_last_downtime_ratio", Help: "Share of broker.queue that filled meanwhile; above 1 messages may be lost."}),
		reconnections: prometheus.NewCounter(prometheus.CounterOpts{Name: "foyer_subscriber_reconnections_total", Help: "Sessions that ended and were followed by another."}),
	}
	for i, outcome := range [numOutcomes]string{"kept", "failed", "left"} {
		m.messages[i] = messages.WithLabelValues(outcome)
	}
	reg.MustRegister(messages, m.connected, m.waiting, m.dropped, m.reconnections, m.left, m.away, m.awayShare)
	return m
}

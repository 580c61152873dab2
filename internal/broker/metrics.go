package broker

import "github.com/prometheus/client_golang/prometheus"

// How a connection began.
const (
	accepted = iota
	refusedVersion
	refusedName
	refusedSecret
	refusedUnavailable
	refusedFull // too many gateways, or this one too often
	numConnects
)

// What became of a publish.
const (
	kept    = iota
	failed  // could not be kept: not acknowledged, connection closed
	foreign // not on the gateway's own topics
	revoked // the gateway's secret no longer holds
	oversize
	numPublishes
)

type metrics struct {
	clients      prometheus.Gauge
	connects     [numConnects]prometheus.Counter
	publishes    [numPublishes]prometheus.Counter
	acceptErrors prometheus.Counter
	turnedAway   prometheus.Counter
	slowed       prometheus.Counter
	panics       prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	connects := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "foyer_broker_connects_total", Help: "Attempts to sign in by outcome.",
	}, []string{"outcome"})
	publishes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "foyer_broker_publishes_total", Help: "Messages of gateways by outcome.",
	}, []string{"outcome"})
	m := &metrics{
		clients:      prometheus.NewGauge(prometheus.GaugeOpts{Name: "foyer_broker_clients", Help: "Gateways connected."}),
		acceptErrors: prometheus.NewCounter(prometheus.CounterOpts{Name: "foyer_broker_accept_errors_total", Help: "Connections that the system could not give."}),
		turnedAway:   prometheus.NewCounter(prometheus.CounterOpts{Name: "foyer_broker_turned_away_total", Help: "Connections closed before they said whose they are, because there were too many."}),
		slowed:       prometheus.NewCounter(prometheus.CounterOpts{Name: "foyer_broker_slowed_packets_total", Help: "Packets that waited, because their gateway sent too fast."}),
		panics:       prometheus.NewCounter(prometheus.CounterOpts{Name: "foyer_broker_panics_total", Help: "Panics that ended one connection."}),
	}
	for i, outcome := range [numConnects]string{"accepted", "version", "name", "secret", "unavailable", "full"} {
		m.connects[i] = connects.WithLabelValues(outcome)
	}
	for i, outcome := range [numPublishes]string{"kept", "failed", "foreign", "revoked", "oversize"} {
		m.publishes[i] = publishes.WithLabelValues(outcome)
	}
	reg.MustRegister(connects, publishes, m.clients, m.acceptErrors, m.turnedAway, m.slowed, m.panics)
	return m
}

package api

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	requests *prometheus.HistogramVec
	streams  prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "foyer_http_request_duration_seconds",
			Help:    "How long requests took, by route pattern and class of status.",
			Buckets: []float64{.005, .02, .1, .5, 2, 10},
		}, []string{"route", "status"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "foyer_http_event_streams",
			Help: "Open streams of events.",
		}),
	}
	reg.MustRegister(m.requests, m.streams)
	return m
}

// done counts a request. Routes are patterns, never addresses.
func (m metrics) done(route string, status int, d time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status/100)+"xx").Observe(d.Seconds())
}

package ingest

import (
	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest/decoder"
)

// A fate is what became of a message.
type fate string

const (
	fateReadings    fate = "readings"
	fateStatus      fate = "status"
	fateMapping     fate = "mapping"
	fateIgnored     fate = "ignored"
	fateQuarantined fate = "quarantined"
	fateCounted     fate = "counted" // like enough others in quarantine today
	fateFailed      fate = "failed"  // not kept, not acknowledged
)

func fateOf(o decoder.Outcome) fate {
	switch o {
	case decoder.Readings:
		return fateReadings
	case decoder.Status:
		return fateStatus
	case decoder.Mapping:
		return fateMapping
	case decoder.Ignored, decoder.Refused:
		return fateIgnored
	default:
		return fateIgnored
	}
}

// Why an observation is no reading.
const (
	dropRepeated = iota // equal value without a time of its own, within 10 s
	dropAgeless         // retained copy of unknown age
	dropStopped         // its meter's collection has stopped
	dropIgnored         // its meter is ignored
	numDrops
)

type handlerMetrics struct {
	messages map[fate]prometheus.Counter
	dropped  [numDrops]prometheus.Counter
	spooled  prometheus.Counter
	excess   prometheus.Counter
}

func newHandlerMetrics(reg prometheus.Registerer) *handlerMetrics {
	messages := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "foyer_ingest_messages_total", Help: "Messages by what became of them.",
	}, []string{"fate"})
	dropped := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "foyer_ingest_dropped_readings_total", Help: "Observations acknowledged and not kept, by cause.",
	}, []string{"cause"})
	m := &handlerMetrics{
		messages: map[fate]prometheus.Counter{},
		spooled: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "foyer_ingest_readings_total", Help: "Readings put into the spool.",
		}),
		excess: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "foyer_ingest_facts_refused_total", Help: "Facts about devices that there was no room to remember.",
		}),
	}
	for _, f := range []fate{fateReadings, fateStatus, fateMapping, fateIgnored, fateQuarantined, fateCounted, fateFailed} {
		m.messages[f] = messages.WithLabelValues(string(f))
	}
	for i, cause := range [numDrops]string{"repeated", "ageless", "stopped", "ignored"} {
		m.dropped[i] = dropped.WithLabelValues(cause)
	}
	reg.MustRegister(messages, dropped, m.spooled, m.excess)
	return m
}

// What becomes of a reading in the drain.
const (
	sunkStored    = iota // written to the series store
	sunkDuplicate        // the same reading was there
	sunkConflict         // another value was there, of a cumulative register at the same device time
	sunkSecond           // another value was there, of another quantity or within one display step
	sunkHeld             // waits for its meter to be claimed
	sunkDropped          // its meter's collection has stopped, or it is ignored
	sunkRejected         // the series store refused it
	sunkExpired          // waited 24 hours, nobody claimed its meter
	numSunk
)

type drainMetrics struct {
	sunk     [numSunk]prometheus.Counter
	failures prometheus.Counter
	failing  prometheus.Gauge
}

func newDrainMetrics(reg prometheus.Registerer) *drainMetrics {
	sunk := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "foyer_drain_readings_total", Help: "Readings taken from the spool by what became of them.",
	}, []string{"fate"})
	m := &drainMetrics{
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "foyer_drain_failures_total", Help: "Batches that have to be tried again.",
		}),
		failing: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "foyer_drain_failing", Help: "1 while the last batch could not be written.",
		}),
	}
	for i, fate := range [numSunk]string{"stored", "duplicate", "conflict", "second", "held", "dropped", "rejected", "expired"} {
		m.sunk[i] = sunk.WithLabelValues(fate)
	}
	reg.MustRegister(sunk, m.failures, m.failing)
	return m
}

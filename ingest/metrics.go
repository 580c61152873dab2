package ingest

import (
	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest/decoder"
	"foyer/internal/energy"
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

type handlerMetrics struct {
	messages map[fate]prometheus.Counter
	dropped  map[energy.Fate]prometheus.Counter
	spooled  prometheus.Counter
	excess   prometheus.Counter
	panics   prometheus.Counter
	clocks   map[energy.Clock]prometheus.Gauge
}

func newHandlerMetrics(reg prometheus.Registerer) *handlerMetrics {
	messages := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "foyer_ingest_messages_total", Help: "Messages by what became of them.",
	}, []string{"fate"})
	dropped := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "foyer_ingest_dropped_readings_total", Help: "Observations acknowledged and not kept, by cause.",
	}, []string{"cause"})
	clocks := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "foyer_ingest_clocks", Help: "Devices heard since the start by how their clock goes.",
	}, []string{"clock"})
	m := &handlerMetrics{
		clocks:   map[energy.Clock]prometheus.Gauge{},
		messages: map[fate]prometheus.Counter{},
		dropped:  map[energy.Fate]prometheus.Counter{},
		spooled: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "foyer_ingest_readings_total", Help: "Readings put into the spool.",
		}),
		excess: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "foyer_ingest_facts_refused_total", Help: "Facts about devices that there was no room to remember.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "foyer_ingest_panics_total", Help: "Messages whose handling ended in a panic. They come again.",
		}),
	}
	for _, f := range []fate{fateReadings, fateStatus, fateMapping, fateIgnored, fateQuarantined, fateCounted, fateFailed} {
		m.messages[f] = messages.WithLabelValues(string(f))
	}
	for _, f := range []energy.Fate{energy.FateRepeated, energy.FateAgeless, energy.FateStopped, energy.FateIgnored} {
		m.dropped[f] = dropped.WithLabelValues(f.String())
	}
	for _, c := range energy.Clocks {
		m.clocks[c] = clocks.WithLabelValues(string(c))
	}
	reg.MustRegister(messages, dropped, clocks, m.spooled, m.excess, m.panics)
	return m
}

type drainMetrics struct {
	sunk     [energy.NumFates]prometheus.Counter // nil for what the drain never sees
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
	for _, f := range []energy.Fate{
		energy.FateStored, energy.FateDuplicate, energy.FateConflict, energy.FateSecond, energy.FateHeld, energy.FateExpired,
		energy.FateRejected, energy.FateStopped, energy.FateIgnored, energy.FateLate,
	} {
		m.sunk[f] = sunk.WithLabelValues(f.String())
	}
	reg.MustRegister(sunk, m.failures, m.failing)
	return m
}

// add counts what became of a batch.
func (m *drainMetrics) add(t energy.Tally) {
	for f, n := range t {
		if n > 0 {
			m.sunk[f].Add(float64(n))
		}
	}
}

type ledgerMetrics struct {
	lying   prometheus.Gauge
	damaged prometheus.Counter
}

func newLedgerMetrics(reg prometheus.Registerer) *ledgerMetrics {
	m := &ledgerMetrics{
		lying: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "foyer_ledger_conflicting_meters", Help: "Meters with more than three conflicts in the last 24 hours.",
		}),
		damaged: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "foyer_ledger_damaged_counts_total", Help: "Groups of counts that were damaged on the disk and are missing in the ledger.",
		}),
	}
	reg.MustRegister(m.lying, m.damaged)
	return m
}

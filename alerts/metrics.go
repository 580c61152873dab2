package alerts

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"foyer/internal/household"
)

type metrics struct {
	transitions *prometheus.CounterVec // rule, step
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{transitions: promauto.With(reg).NewCounterVec(prometheus.CounterOpts{
		Name: "foyer_alert_transitions_total",
		Help: "Steps that alerts took by themselves, by rule.",
	}, []string{"rule", "step"})}
	steps := []household.Step{
		household.StepPending, household.StepDropped, household.StepOpened, household.StepEscalated, household.StepResolved,
	}
	for _, k := range Kinds() {
		for _, s := range steps {
			m.transitions.WithLabelValues(k.Name, string(s))
			if k.Incident != "" {
				m.transitions.WithLabelValues(k.Incident, string(s))
			}
		}
	}
	return m
}

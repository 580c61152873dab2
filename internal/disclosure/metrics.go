package disclosure

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics count answers, never of whom.
type metrics struct{ answers *prometheus.CounterVec }

// Every view that an access can name.
var views = []string{
	viewSummaries, viewSummary, viewPasts, viewPast, viewUsageYear, viewUsageMonth, viewUsageDay, viewUsageSlot, viewMoney, viewMoneyPast, viewWhatIf, viewWhatIfPast, viewAlerts, viewAlert,
	viewAct, viewChanges, viewSend, viewHome, viewAgreements, viewReceipt, viewConflicts, viewLedger, viewGaps, viewRuns,
	viewHouseholds, viewCaseLoad, viewJournal, viewAccess, viewProof, viewExport,
	viewAnswers, viewAnswer, viewFindings, viewBrowses, viewAggregates,
}

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{promauto.With(reg).NewCounterVec(prometheus.CounterOpts{
		Name: "foyer_disclosure_answers_total",
		Help: "Answers of the Gate by view and result.",
	}, []string{"view", "result"})}
	for _, v := range views {
		for _, result := range []string{"given", "withheld", "failed"} {
			m.answers.WithLabelValues(v, result)
		}
	}
	return m
}

// count counts an answer and returns its error.
func (m metrics) count(view string, err error) error {
	result := "given"
	var stale ErrStale
	switch {
	case errors.Is(err, ErrWithheld):
		result = "withheld"
	case err != nil && !errors.As(err, &stale):
		result = "failed"
	}
	m.answers.WithLabelValues(view, result).Inc()
	return err
}

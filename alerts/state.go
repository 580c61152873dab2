package alerts

import (
	"time"

	"foyer/internal/household"
)

// rank orders severities.
var rank = map[household.Severity]int{household.Normal: 1, household.High: 2, household.Urgent: 3}

// advance returns the step that a verdict makes an alert take at now, and whether
// there is one. An alert whose ID is "" is none yet: a starts from its cause.
//
//	none         firing           opened, or pending when hold > 0
//	pending      firing for hold  opened
//	pending      not firing       dropped
//	open, ack.   firing, worse    escalated, in the same state
//	open, ack.   clear            resolved
//
// Everything else stays as it is, so that the same verdict twice changes nothing.
// An alert never goes back in time.
func advance(a household.Alert, v Verdict, hold time.Duration, now time.Time) (household.Transition, bool, error) {
	if now.Before(a.Changed) {
		return household.Transition{}, false, nil
	}
	step, moves := next(a, v, hold, now)
	if !moves {
		return household.Transition{}, false, nil
	}
	switch step {
	case household.StepPending:
		a.State, a.Since = household.Pending, now
	case household.StepOpened:
		if a.State == "" {
			a.Since = now
		}
		a.State, a.OpenedAt = household.Open, now
	case household.StepResolved, household.StepDropped:
		a.State, a.By = household.Resolved, ""
	case household.StepEscalated, household.StepAcknowledged:
	}
	if v.Finding == Firing {
		reason, err := v.Reason.JSON()
		if err != nil {
			return household.Transition{}, false, err
		}
		a.Severity, a.Reason = v.Severity, reason
	}
	a.Changed = now
	return household.Transition{Alert: a, Step: step, At: now}, true, nil
}

func next(a household.Alert, v Verdict, hold time.Duration, now time.Time) (household.Step, bool) {
	switch a.State {
	case household.Pending:
		if v.Finding != Firing {
			return household.StepDropped, true
		}
		return household.StepOpened, now.Sub(a.Since) >= hold
	case household.Open, household.Acknowledged:
		if v.Finding == Firing {
			return household.StepEscalated, rank[v.Severity] > rank[a.Severity]
		}
		return household.StepResolved, v.Finding == Clear
	case household.Resolved:
		return "", false
	default: // none yet
		if hold > 0 {
			return household.StepPending, v.Finding == Firing
		}
		return household.StepOpened, v.Finding == Firing
	}
}

package indicators

import (
	"github.com/shopspring/decimal"

	"foyer/internal/formula"
)

type overloadInputs struct {
	Events *number `json:"events"` // ADPS, or bit 7 of STGE, each once
	Days   *number `json:"days_seen"`
}

type overloadResult struct {
	Status string  `json:"status"`
	Weekly *number `json:"events_per_week"`
}

func init() {
	onRequest(formula.About{
		ID: "overload", Unit: "events a week", Version: "1",
		Question:   "How often does the home want more power than its contract gives?",
		QuestionFR: "Combien de fois le foyer dépasse-t-il la puissance de son contrat ?",
		Method:     "Warnings of the meter (ADPS, or bit 7 of STGE) in the days that were seen, for seven days. insufficient_data: fewer than seven days were seen.",
	}, func(in overloadInputs) overloadResult {
		week := decimal.NewFromInt(7)
		switch {
		case unknown(in.Events, in.Days):
			return overloadResult{Status: "indeterminate"}
		case in.Events.IsNegative() || in.Days.IsNegative():
			return overloadResult{Status: "invalid_input"}
		case in.Days.LessThan(week):
			return overloadResult{Status: "insufficient_data"}
		}
		return overloadResult{"ok", num(in.Events.Mul(week).DivRound(in.Days.Decimal, 16))}
	})
}

package household

import (
	"time"

	"foyer/internal/energy"
)

// A Status says what a figure is worth.
type Status string

// The outcomes an indicator can have. Only OK and Provisional carry a value.
const (
	OK               Status = "ok"
	Provisional      Status = "provisional"       // complete enough to show, never to pay on
	InsufficientData Status = "insufficient_data" // not enough was seen
	Indeterminate    Status = "indeterminate"     // an input is unknown or the ratio has no meaning
	NotApplicable    Status = "not_applicable"
)

// A Result is one indicator of one family over one period, as computed once.
// Results are append-only: a recomputation with other inputs adds a row.
type Result struct {
	ID        int64
	Family    FamilyID
	Indicator string     // "cost_day", "cost_month", "tee", "cold_day"
	From, To  energy.Day // days read; To is not included
	Version   string     // method version, "1"
	Status    Status
	Value     string    // exact decimal in Unit; "" without a value
	Unit      string    // "EUR", "ratio", "h"
	Detail    []byte    // canonical JSON: inputs, coverage, reference tables, further figures
	At        time.Time // world clock when computed
	Unread    bool      // what is kept of Value and Detail does not open, and they are left out
}

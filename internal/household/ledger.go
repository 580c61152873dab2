package household

import (
	"time"

	"foyer/internal/energy"
)

// A LedgerDay is what the loss ledger says of one meter and one local day, or of the
// messages of a gateway of which no meter is known.
type LedgerDay struct {
	energy.Account
	Heard   int           // messages that are stored
	Missing int           // messages that should be
	Every   time.Duration // the meter's cadence; 0: it has none, and nothing can be missing
	Looked  bool          // the meter's messages of the day have been looked at
}

// A LedgerQuery asks for days of the ledger, the newest first, then by gateway and meter.
type LedgerQuery struct {
	Meter   energy.MeterID // "" for all
	Gateway string         // "" for all
	Day     energy.Day     // zero for all
	After   *energy.Account
	Limit   int
}

// A MeterGap is a stretch in which messages of a meter are missing.
type MeterGap struct {
	Meter   energy.MeterID
	Gateway string
	energy.Gap
}

// A GapQuery asks for gaps, the one begun last first, then by meter.
type GapQuery struct {
	Meter   energy.MeterID // "" for all
	Gateway string         // "" for all
	After   *MeterGap      // Meter and From alone
	Limit   int
}

// A RollCall is what a meter's messages of the days from one on come to.
type RollCall struct {
	Meter energy.MeterID
	From  energy.Day
	Start time.Time     // of From
	Every time.Duration // 0 for a meter without a cadence
	Days  []energy.Attendance
	Gaps  []energy.Gap
}

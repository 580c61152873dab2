package disclosure

import (
	"errors"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// ErrRange refuses a [UsageQuery] whose period is empty, too long or of an
// unknown kind.
var ErrRange = errors.New("period is empty or too long")

// The longest periods one query may ask for, in days.
const (
	MaxSlotDays  = 62
	MaxDayDays   = 1100
	MaxMonthDays = 3700
)

// A UsageQuery asks for a period by "month", "day" or "slot" (half-hours). To is
// the first day not wanted. Months count when their first day is in the period.
type UsageQuery struct {
	By       string
	From, To energy.Day
}

// A Usage is what a family used over a period.
type Usage struct {
	Family  household.FamilyID
	By      string
	Periods []Period // in order; a period nothing is known of is absent
}

// A Period is one month, day or half-hour of usage.
type Period struct {
	Start     time.Time // UTC
	Name      string    // "2026-11", "2026-11-25" or the start in RFC 3339
	Energy    MilliWh   // electricity, all registers
	Registers map[energy.Register]MilliWh
	Cost      *Cents // months and days; nil when not agreed to or not known
	Seen      time.Duration
	Of        time.Duration
	Estimated bool
	Provision bool // a drop of a counter is not yet explained
}

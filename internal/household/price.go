package household

import (
	"time"

	"foyer/internal/energy"
)

// A Priced is a run of local days that a tariff prices alike.
type Priced struct {
	Tariff string
	From   energy.Day
	Until  energy.Day // first day of another price; zero: for good
	Digest string     // of everything that prices them: another one when any of it changed
}

// An Issue is the bill of a month that is over, as it was at one time. Issues are
// never changed: another price for the past, or a late reading, makes a further one.
type Issue struct {
	Month  string // "2026-11"
	Number int    // 1 is the first
	At     time.Time
	Lines  []BillLine
	Daily  bool // where a reader asks: days of it were agreed to, not its month alone
}

// Cents returns what the lines of an issue add up to.
func (i Issue) Cents() (cents int64) {
	for _, l := range i.Lines {
		cents += l.Cents
	}
	return cents
}

package household

import (
	"time"

	"foyer/internal/energy"
)

// A Stale is a stretch of a meter's time whose usage has to be computed again.
type Stale struct {
	ID int64
	energy.Span
	Owners int // families and pilots that have to deal with it
}

// A Waiting is how much waits to be computed. It is another one once anything was marked
// or dealt with, but for days that changed as many times as others were dealt with.
type Waiting struct {
	Stale, Weather, Days       int   // marks of meters, of pilots, and of the results of families
	NewestStale, NewestWeather int64 // the last marks
}

// A Roll is the usage of a family over consecutive local days, as it is now. It
// replaces the usage kept for those days and months.
type Roll struct {
	Family   FamilyID
	Zone     *time.Location
	From, To energy.Day                       // To is not included
	Start    time.Time                        // first instant of From
	End      time.Time                        // first instant of To
	Slots    []Usage                          // of the days, by start and register
	Days     []Usage                          // likewise
	Months   []Usage                          // of the months the days lie in
	Touched  []string                         // those months, "2026-11"
	Changed  []energy.Day                     // days changed besides: their indoor climate
	Pulses   map[energy.MeterID]time.Duration // how often meters speak
	Judged   []energy.Span                    // whose readings were judged for it
	Doubts   []energy.Doubt                   // all there are in that time
	Handled  []int64                          // stale marks this roll deals with
}

// A Bill is the bill of a month so far.
type Bill struct {
	Month string // "2026-11"
	Over  bool   // the month is: a bill that differs from the last one is issued again
	Lines []BillLine
}

// A BillLine is a line of a bill.
type BillLine struct {
	Start     time.Time // first instant it covers, UTC
	Fuel      Fuel      // of which energy
	Label     string    // catalogue key
	Quantity  string    // exact decimal
	Unit      string    // kWh, day
	Price     string    // exact decimal, EUR for each unit
	Cents     int64
	Estimated bool
}

// Equal reports whether two lines say the same.
func (l BillLine) Equal(m BillLine) bool {
	same := l.Start.Equal(m.Start)
	l.Start = m.Start
	return same && l == m
}

// A Filed is a result with what decides who may see it.
type Filed struct {
	Result
	Category    string
	Granularity int       // 1 annual, 2 monthly, 3 daily
	Start       time.Time // first instant of Result.From
}

// A Filing is what one pass adds to a family's results.
type Filing struct {
	Family  FamilyID
	At      time.Time    // world clock
	Stamp   string       // of the home they were computed from
	Results []Filed      // to be added
	Bills   []Bill       // to be replaced
	Dirty   []energy.Day // days the results take account of
	Look    Look         // replaces the one that is kept, unless it is zero
}

// DayAt returns the day of the roll in which an instant lies.
func (r *Roll) DayAt(t time.Time) energy.Day { return energy.DayOf(t, r.Zone) }

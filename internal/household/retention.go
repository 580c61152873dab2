package household

import (
	"time"

	"foyer/internal/energy"
)

// A Promise is for how long things are kept, as the charter in force says.
type Promise struct {
	HalfHourDays int `json:"half_hour_days"` // half-hours and readings
	MonthYears   int `json:"month_years"`    // days and months
	AlertYears   int `json:"alert_years"`    // alerts, after they were resolved
	ProofYears   int `json:"proof_years"`    // what was agreed to, after it ended, and who read what
}

// Borders are the first local days of a pilot of which things are kept, on a day.
func (p Promise) Borders(pilot string, today energy.Day) Borders {
	return Borders{
		Pilot: pilot, HalfHours: today.Add(-p.HalfHourDays), Days: yearsBefore(today, p.MonthYears),
		Alerts: yearsBefore(today, p.AlertYears), Proofs: yearsBefore(today, p.ProofYears),
	}
}

// yearsBefore returns the day of that date; of 29 February in another year 1 March.
func yearsBefore(d energy.Day, years int) energy.Day {
	return energy.DayOf(time.Date(d.Year-years, d.Month, d.Date, 0, 0, 0, 0, time.UTC), time.UTC)
}

// Borders are the first local days of a pilot of which things are kept: what is older
// was removed, or is being removed. They never move back.
type Borders struct {
	Pilot     string
	HalfHours energy.Day // of half-hours and readings
	Days      energy.Day // of days and months, their bills and results
	Alerts    energy.Day // of alerts that were resolved; zero from an installation that kept them all
	Proofs    energy.Day // of what was agreed to and ended, and of who read what
	Done      energy.Day // from which they are counted; zero before the first time
	At        time.Time  // when all of it was removed last, world clock; zero before the first time
	Moving    bool       // what they are beyond is not removed yet
}

// Beyond returns the later border of each kind.
func (b Borders) Beyond(other Borders) Borders {
	b.HalfHours, b.Days = latest(b.HalfHours, other.HalfHours), latest(b.Days, other.Days)
	b.Alerts, b.Proofs = latest(b.Alerts, other.Alerts), latest(b.Proofs, other.Proofs)
	return b
}

// Same reports whether two pilots, or one at two times, keep the same days.
func (b Borders) Same(other Borders) bool {
	return b.HalfHours == other.HalfHours && b.Days == other.Days && b.Alerts == other.Alerts && b.Proofs == other.Proofs
}

// Kept returns the first day that is kept of what a parameter of the charter is about;
// false for one that is about nothing that is removed. The day is zero before the first
// time that things of the kind were removed.
func (b Borders) Kept(parameter string) (first energy.Day, removed bool) {
	switch parameter {
	case "half_hour_days":
		first = b.HalfHours
	case "month_years":
		first = b.Days
	case "alert_years":
		first = b.Alerts
	case "proof_years":
		first = b.Proofs
	default:
		return energy.Day{}, false
	}
	if b.At.IsZero() {
		first = energy.Day{}
	}
	return first, true
}

func latest(a, b energy.Day) energy.Day {
	if a.Before(b) {
		return b
	}
	return a
}

// A Decayed says what of a family is kept no longer.
type Decayed struct {
	HalfHours energy.Day // first day of which half-hours and readings are kept; zero when none were removed
	Days      energy.Day // likewise, of days and months
	Closed    map[energy.Day]Closed
}

// A Closed day lost readings or half-hours that its usage was computed from: the usage
// stands as it is. It keeps what the half-hours said beyond it.
type Closed struct {
	Uses  []ClosedUse  `json:"uses,omitempty"`  // of fuels whose periods only half-hours tell
	Learn *ClosedLearn `json:"learn,omitempty"` // what the half-hours of its month said of registers; nil when there was nothing to learn
}

// A ClosedUse is how the energy of a day was divided over the periods of a tariff.
type ClosedUse struct {
	Fuel    Fuel           `json:"fuel"`
	Tariff  string         `json:"tariff"`
	OffPeak string         `json:"off_peak,omitempty"`
	Periods []ClosedPeriod `json:"periods"`
}

// A ClosedPeriod is the energy of one period of a tariff.
type ClosedPeriod struct {
	Period    string `json:"period"`
	Energy    int64  `json:"energy"` // thousandths of Wh
	Estimated bool   `json:"estimated,omitempty"`
}

// A ClosedLearn is in which periods of a tariff numbered registers count.
type ClosedLearn struct {
	Tariff  string                     `json:"tariff"`
	OffPeak string                     `json:"off_peak,omitempty"`
	Means   map[energy.Register]string `json:"means"`
}

// A Decay removes what is older than the borders of a family from its records.
type Decay struct {
	Family    FamilyID
	HalfHours time.Time             // first instant that is kept of half-hours
	Days      energy.Day            // first day that is kept
	DaysAt    time.Time             // its first instant
	Closed    map[energy.Day]Closed // days that lose half-hours or readings and had not before
}

package disclosure

import (
	"strconv"
	"strings"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Cents is an amount of money in hundredths of a euro, rounded once, half away
// from zero: the page, the interface and a message show the same.
type Cents int64

// String returns euros: "52.40", "-0.05".
func (c Cents) String() string { return fixed(int64(c), 2) }

// MilliWh is energy in thousandths of a watt-hour.
type MilliWh int64

// KWh returns kilowatt-hours, exact: "12.345678".
func (e MilliWh) KWh() string { return fixed(int64(e), 6) }

// Milli counts thousandths of a unit that stands beside it: of a degree, of an hour.
type Milli int64

// String returns the exact decimal: "19.200".
func (m Milli) String() string { return fixed(int64(m), 3) }

// fixed prints n over 10^places.
func fixed(n int64, places int) string {
	sign := ""
	digits := strconv.FormatInt(n, 10)
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if len(digits) <= places {
		digits = strings.Repeat("0", places+1-len(digits)) + digits
	}
	return sign + digits[:len(digits)-places] + "." + digits[len(digits)-places:]
}

// A DayFigure is one local day of a family. A nil pointer is unknown or not
// agreed to, never zero.
type DayFigure struct {
	Day       energy.Day
	Cost      *Cents   // standing charge and taxes included
	Energy    *MilliWh // electricity
	Estimated bool     // a part was not measured
	Missing   bool     // nothing is known of this day: show "?", never 0
	Seen      time.Duration
	Of        time.Duration
}

// A TodayFigure is the running day.
type TodayFigure struct {
	DayFigure
	Until      time.Time // last instant counted
	UsualByNow *Cents    // what is usual until Until; nil when not known
}

// A MonthFigure is one calendar month of a family.
type MonthFigure struct {
	Month     string // "2026-11"
	Cost      *Cents
	Energy    *MilliWh
	Status    household.Status // of Cost; "" when cost was not agreed to
	Estimated bool
	Seen      time.Duration
	Of        time.Duration

	// The running month alone.
	DaysLeft int       // today included
	Forecast *Forecast // nil when there is not enough data
	Budget   *Cents    // the monthly instalment; nil when there is none
	Over     bool      // Cost is above Budget
}

// A Forecast is what a month will cost at its end, as far as one can tell.
type Forecast struct{ Low, Central, High Cents }

// An Indoor is the temperature at home.
type Indoor struct {
	Temp      Milli     // thousandths of a degree Celsius
	At        time.Time // when it was measured
	Threshold Milli     // below this a home is cold
	Hours     *Milli    // thousandths of an hour below Threshold on Day
	Day       energy.Day
}

// A ColdFigure is how long a home was cold on the last day known.
type ColdFigure struct {
	Day    energy.Day
	Status household.Status
	Hours  *Milli // thousandths of an hour below the threshold; nil without a value
}

// A RateFigure is the energy-effort rate. Its inputs stay inside: together they
// would give the income back.
type RateFigure struct {
	Status household.Status
	Value  string // rounded to three decimals, "0.104"; "" without a value
}

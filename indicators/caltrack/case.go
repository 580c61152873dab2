package caltrack

import (
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"foyer/internal/written"
)

// A Case is what an auditor asks to be computed: a method, and where the baseline
// ends and the reporting period begins.
type Case struct {
	Settings Settings
	Scale    Scale // of balance points and parameters
	End      time.Time
	Start    *time.Time // nil: there is nothing to report yet
	Zone     *time.Location

	Guard         Guard // of the contract; with it, the winters it compares
	Before, After Comfort
	Restricted    bool
}

// A givenComfort is what a case says of how warm the home was.
type givenComfort struct {
	Guard *struct {
		Rise     int64   `json:"rise_points"`
		Small    int64   `json:"small_percent"`
		Coverage int64   `json:"coverage_percent"`
		Fall     float64 `json:"fall_c"`
	} `json:"guard"`
	Before     givenWinter `json:"before"`
	After      givenWinter `json:"after"`
	Restricted bool        `json:"restricted"`
}

// A givenWinter is a [Comfort] in hours and °C.
type givenWinter struct {
	Below   float64  `json:"hours_below"`
	Seen    float64  `json:"hours_seen"`
	Of      float64  `json:"hours"`
	Coldest *float64 `json:"coldest_days_c"`
}

// comfort reads a winter of which at most all was seen, and of that at most all below.
func (w givenWinter) comfort() (Comfort, error) {
	const most = 9000 // hours of a year, and some
	if w.Below < 0 || w.Below > w.Seen || w.Seen > w.Of || w.Of > most {
		return Comfort{}, fmt.Errorf("%v of %v of %v hours: want hours_below at most hours_seen at most hours", w.Below, w.Seen, w.Of)
	}
	of := func(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }
	c := Comfort{Below: of(w.Below), Seen: of(w.Seen), Of: of(w.Of)}
	if w.Coldest != nil {
		const cold, hot = -50, 60
		if *w.Coldest < cold || *w.Coldest > hot {
			return Comfort{}, fmt.Errorf("coldest_days_c %v: want °C, -50 to 60", *w.Coldest)
		}
		milli := thousandths(*w.Coldest)
		c.Coldest = &milli
	}
	return c, nil
}

// thousandths returns a temperature as a [Comfort] has it.
func thousandths(celsius float64) int64 { return int64(math.Round(celsius * 1000)) }

// warm takes what a case says of how warm the home was.
func (c *Case) warm(in *givenComfort) error {
	if in == nil {
		return nil
	}
	if in.Guard == nil {
		return errors.New("comfort.guard: missing; give rise_points, small_percent and coverage_percent of the contract")
	}
	for _, percent := range []int64{in.Guard.Rise, in.Guard.Small, in.Guard.Coverage} {
		if percent < 0 || percent > 100 {
			return fmt.Errorf("comfort.guard %d: want 0 to 100", percent)
		}
	}
	const most = 20
	if in.Guard.Fall < 0 || in.Guard.Fall > most {
		return fmt.Errorf("comfort.guard.fall_c %v: want 0 to 20", in.Guard.Fall)
	}
	var before, after error
	c.Guard = Guard{Rise: in.Guard.Rise, Small: in.Guard.Small, Coverage: in.Guard.Coverage, Fall: thousandths(in.Guard.Fall)}
	c.Restricted = in.Restricted
	if c.Before, before = in.Before.comfort(); before != nil {
		before = fmt.Errorf("comfort.before %w", before)
	}
	if c.After, after = in.After.comfort(); after != nil {
		after = fmt.Errorf("comfort.after %w", after)
	}
	return errors.Join(before, after)
}

// ReadCase reads a case in JSON, with the members interpretation (electricity, gas),
// frequency, temperature_unit, settings, baseline.requested_end and
// reporting.requested_start; time_zone for local days, which are those of UTC without
// it; and comfort, with the guard of the contract (rise_points, small_percent,
// coverage_percent, fall_c), the winters before and after (hours_below, hours_seen, hours,
// coldest_days_c) and restricted; without fall_c or coldest_days_c the fall is not asked.
// Members of settings that are left out are those of [Default], in
// Fahrenheit a grid of 30 to 90 in steps of 1. Others are passed over, so that an
// answer may be read as a case.
func ReadCase(r io.Reader) (Case, error) {
	var in struct {
		Interpretation string `json:"interpretation"`
		Frequency      string `json:"frequency"`
		Scale          Scale  `json:"temperature_unit"`
		Zone           string `json:"time_zone"`
		Settings       struct {
			Grid        []float64 `json:"balance_point_grid"`
			Cooling     *bool     `json:"cdd_models"`
			NonZeroDays *int      `json:"minimum_non_zero_days"`
			DegreeDays  *float64  `json:"minimum_total_degree_days"`
			Weights     *string   `json:"weights"`
			Days        *int      `json:"max_days"`
			Confidence  *float64  `json:"confidence_level"`
			Zero        *bool     `json:"zero_is_missing"`
			Overshoot   *bool     `json:"billing_overshoot"`
		} `json:"settings"`
		Baseline struct {
			End *string `json:"requested_end"`
		} `json:"baseline"`
		Reporting struct {
			Start *string `json:"requested_start"`
		} `json:"reporting"`
		Comfort *givenComfort `json:"comfort"`
	}
	text, err := io.ReadAll(r)
	if err == nil {
		err = written.JSON(text, &in)
	}
	if err != nil {
		return Case{}, fmt.Errorf("settings: %w", err)
	}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf("settings: "+format, args...)) }
	if in.Interpretation != "electricity" && in.Interpretation != "gas" {
		fault("interpretation %q: want electricity or gas", in.Interpretation)
	}
	c := Case{Settings: Default(Frequency(in.Frequency), in.Interpretation == "electricity"), Scale: in.Scale, Zone: time.UTC}
	s := &c.Settings
	switch in.Scale {
	case Celsius:
	case Fahrenheit:
		const degreeDays = 20
		s.Grid, s.DegreeDays = Grid{30, 90, 1}, degreeDays
	default:
		fault("temperature_unit %q: want C or F", in.Scale)
	}
	given := in.Settings
	if given.Grid != nil {
		if len(given.Grid) == 3 {
			s.Grid = Grid{given.Grid[0], given.Grid[1], given.Grid[2]}
		} else {
			fault("balance_point_grid %v: want [first, last, step]", given.Grid)
		}
	}
	set(&s.Cooling, given.Cooling)
	set(&s.NonZeroDays, given.NonZeroDays)
	set(&s.DegreeDays, given.DegreeDays)
	set(&s.Days, given.Days)
	set(&s.Confidence, given.Confidence)
	set(&s.ZeroIsMissing, given.Zero)
	set(&s.Overshoot, given.Overshoot)
	const weights = "n_days_kept"
	if given.Weights != nil {
		if *given.Weights != weights {
			fault("weights %q: want null or %s", *given.Weights, weights)
		}
		s.Weighted = true
	}
	if err := s.Validate(); err != nil {
		faults = append(faults, fmt.Errorf("settings: %w", err))
	}
	if err := c.warm(in.Comfort); err != nil {
		faults = append(faults, fmt.Errorf("settings: %w", err))
	}
	if in.Zone != "" {
		zone, err := time.LoadLocation(in.Zone)
		if err != nil {
			fault("time_zone %q: want a name like Europe/Paris", in.Zone)
		} else {
			c.Zone = zone
		}
	}
	if in.Baseline.End == nil {
		fault("baseline.requested_end: missing; say where the works begin")
	} else if at, err := instant(*in.Baseline.End); err != nil {
		fault("baseline.requested_end %w", err)
	} else {
		c.End = at.In(c.Zone)
	}
	if in.Reporting.Start != nil {
		at, err := instant(*in.Reporting.Start)
		if err != nil {
			fault("reporting.requested_start %w", err)
		} else if at.Before(c.End) {
			fault("reporting.requested_start %s: before the end of the baseline", *in.Reporting.Start)
		}
		at = at.In(c.Zone)
		c.Start = &at
	}
	return c, errors.Join(faults...)
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func instant(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.Year() < 1900 || t.Year() > 2200 {
		return t, fmt.Errorf("%q: want an instant like 2023-10-01T00:00:00Z, from 1900 to 2200", text)
	}
	return t, nil
}

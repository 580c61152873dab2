package rehearsal

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"foyer/indicators"
	"foyer/indicators/caltrack"
	"foyer/internal/household"
	"foyer/simulators"
)

// A Trial is what the calculation says of one home, and what is true.
type Trial struct {
	Seed    uint64           `json:"seed"`
	Home    int              `json:"home"` // in the order of the scenario
	Status  household.Status `json:"status"`
	Reason  string           `json:"reason,omitempty"`
	Colder  bool             `json:"heats_less"` // as the scenario says
	Saved   float64          `json:"saved_kwh"`  // in truth
	Share   float64          `json:"saved_share"`
	Low     float64          `json:"low_kwh"`
	Central float64          `json:"central_kwh"`
	High    float64          `json:"high_kwh"`
	Filled  int              `json:"filled_days"`
	Comfort string           `json:"comfort"`          // what the guard judges
	Fall    *string          `json:"fall_c,omitempty"` // by which the coldest days became colder; nil where that is not known

	// Where the scenario has days without weather: how far these move the estimate, in
	// its own standard errors and in those of the one with all of the weather, and how
	// much wider they make the interval, in kWh.
	Moved *float64 `json:"moved_standard_errors,omitempty"`
	Whole *float64 `json:"moved_standard_errors_of_whole,omitempty"`
	Wider *float64 `json:"wider_kwh,omitempty"`
}

// Within reports whether the interval holds what is true.
func (t Trial) Within() bool { return t.Low <= t.Saved && t.Saved <= t.High }

// A Score says how often the calculation was right.
type Score struct {
	Homes      int     `json:"homes"`        // that do not heat less
	Estimated  int     `json:"estimated"`    // of these, with an interval
	Within     int     `json:"within"`       // of these, whose interval holds what is true
	Share      float64 `json:"within_share"` // of those estimated
	Saved      float64 `json:"saved_share"`  // in truth, of what would have been used, mean
	Refused    int     `json:"refused"`      // homes that do not heat less and were refused for being cold
	Colder     int     `json:"colder"`       // homes that heat less
	Caught     int     `json:"caught"`       // of these, that were refused for being cold
	Compared   int     `json:"compared"`     // homes compared with all of their weather
	Moved      int     `json:"moved"`        // of these, that moved by a standard error of their own or more
	MovedWhole int     `json:"moved_whole"`  // by one of the estimate with all of the weather
	MeanMoved  float64 `json:"mean_moved_standard_errors_of_whole"`
	NotWider   int     `json:"not_wider"` // of these, whose interval is not wider
	movedSum   float64
	savedSum   float64
}

// leastWithin is how many intervals of 90 % have to hold what is true, by chance over
// 200 homes.
const leastWithin = 0.85

// Holds reports whether nearly as many intervals hold what is true as should, every
// home that heats less was refused and, where some weather is missing, intervals are
// wider and estimates where they were: none a standard error away, neither of its own
// nor of what the home is told with all of the weather.
func (s Score) Holds() bool {
	return (s.Homes == 0 || s.Estimated > 0 && s.Share >= leastWithin) && s.Caught == s.Colder &&
		s.Moved == 0 && s.MovedWhole == 0 && s.NotWider == 0
}

// Add counts a trial.
func (s *Score) Add(t Trial) {
	cold := t.Status == household.NotApplicable && t.Reason == caltrack.NotComfortable
	if t.Colder {
		s.Colder++
		if cold {
			s.Caught++
		}
		return
	}
	s.Homes++
	if cold {
		s.Refused++
	}
	s.savedSum += t.Share
	s.Saved = s.savedSum / float64(s.Homes)
	if t.Status != household.OK && t.Status != household.Provisional {
		return
	}
	s.Estimated++
	if t.Within() {
		s.Within++
	}
	s.Share = float64(s.Within) / float64(s.Estimated)
	if t.Moved == nil || t.Whole == nil || t.Wider == nil {
		return
	}
	s.Compared++
	s.movedSum += *t.Whole
	if *t.Whole >= 1 {
		s.MovedWhole++
	}
	s.MeanMoved = s.movedSum / float64(s.Compared)
	if *t.Moved >= 1 {
		s.Moved++
	}
	if *t.Wider <= 0 {
		s.NotWider++
	}
}

// Try lives a scenario and tells what the calculation says of each of its homes.
func Try(s simulators.Scenario, tell func(Trial)) error {
	homes, err := live(s)
	if err != nil {
		return err
	}
	savings, _ := indicators.Find("metered_savings")
	for i, h := range homes {
		r, d, err := answer(savings, h.in)
		if err != nil {
			return err
		}
		t := Trial{Seed: s.Seed, Home: i, Status: r.Status, Reason: d.Reason, Colder: h.cold, Saved: h.saved, Filled: d.Filled, Comfort: d.Comfort.Judgement, Fall: d.Comfort.Fall}
		t.Low, t.Central, t.High = number(d.Low), number(d.Central), number(d.High)
		if would := h.used + h.saved; would > 0 {
			t.Share = h.saved / would
		}
		if s.Climate.Missing > 0 {
			in := h.in
			in.Weather = h.whole
			_, full, err := answer(savings, in)
			if err != nil {
				return err
			}
			t.compare(full)
		}
		tell(t)
	}
	return nil
}

// compare notes what missing weather changed.
func (t *Trial) compare(full household.Savings) {
	if full.Central == nil || full.Baseline.Valid < 2 {
		return
	}
	width := number(full.High) - number(full.Low)
	quantile := caltrack.StudentT(0.95, float64(full.Baseline.Valid-2))
	errors := func(width float64) *float64 {
		v := math.Abs(t.Central-number(full.Central)) / (width / 2 / quantile)
		return &v
	}
	wider := t.High - t.Low - width
	t.Moved, t.Whole, t.Wider = errors(t.High-t.Low), errors(width), &wider
}

func answer(i indicators.Indicator, in indicators.Input) (household.Result, household.Savings, error) {
	var d household.Savings
	r, err := i.Result(in)
	if err != nil {
		return r, d, err
	}
	if err := json.Unmarshal(r.Detail, &d); err != nil {
		return r, d, fmt.Errorf("read the detail of a saving: %w", err)
	}
	return r, d, nil
}

// number reads an exact decimal; 0 of none.
func number(text *string) float64 {
	if text == nil {
		return 0
	}
	v, _ := strconv.ParseFloat(*text, 64)
	return v
}

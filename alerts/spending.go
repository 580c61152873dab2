package alerts

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

func init() {
	register(Kind{
		Name:     "spending",
		Category: "cost",
		Reads:    []string{"cost_day"},
		Default:  func() Rule { return DefaultSpending() },
		Fires: "Normal: each of `days` complete days in a row cost more than `ratio_above` times the usual and at least `more_eur` more, " +
			"and was not colder by more than `colder_degree_days`. The usual is the median of the complete days of the same weekday class " +
			"(Monday to Friday, or the weekend) over the `usual_days` days before; at least half of them must be known. " +
			"Cold is heating degree-days, base 18 °C, against the mean of the compared days; unknown weather is said in the reason and holds nothing back.",
		Clears: "Each of `days` complete days in a row cost less than `clear_below` times the usual.",
		Source: "Foyer, from the family's own past only; degree-days by the simple method, base 18 °C.",
		Texts: map[string][]string{
			"alert.spending":            {"days", "cost_eur", "usual_eur", "colder"},
			"alert.spending.no_weather": {"days", "cost_eur", "usual_eur"},
		},
	})
}

// Spending calls when a family spends more than its own usual for days, and cold
// weather does not explain it.
type Spending struct {
	Days         int           `yaml:"days" doc:"complete days in a row, to fire and to clear"`
	RatioAbove   Number        `yaml:"ratio_above" doc:"cost of a day over the usual"`
	More         Number        `yaml:"more_eur" doc:"least difference to the usual, EUR"`
	Colder       Number        `yaml:"colder_degree_days" doc:"degree-days above the compared days' mean that explain a day"`
	UsualDays    int           `yaml:"usual_days" doc:"days before each day that the usual is taken from"`
	ClearBelow   Number        `yaml:"clear_below" doc:"cost of a day over the usual"`
	HoldDuration time.Duration `yaml:"for" doc:"how long it must fire before the alert opens"`
}

// DefaultSpending returns the rule as documented.
func DefaultSpending() *Spending {
	return &Spending{
		Days: 3, RatioAbove: num("1.3"), More: num("1"), Colder: num("3"),
		UsualDays: 28, ClearBelow: num("1.15"),
	}
}

// Lookback implements [Rule].
func (s *Spending) Lookback() int { return s.UsualDays + s.Days + 1 }

// Hold implements [Rule].
func (s *Spending) Hold() time.Duration { return s.HoldDuration }

// Validate implements [Rule].
func (s *Spending) Validate() error {
	var faults complain
	faults.unless(s.Days >= 1 && s.Days <= 31, "days", s.Days, "want 1 to 31")
	faults.unless(s.RatioAbove.GreaterThanOrEqual(decimal.NewFromInt(1)), "ratio_above", s.RatioAbove, "want 1 or more")
	faults.unless(!s.More.IsNegative(), "more_eur", s.More, "want 0 or more")
	faults.unless(!s.Colder.IsNegative(), "colder_degree_days", s.Colder, "want 0 or more")
	faults.unless(s.UsualDays >= 14 && s.UsualDays <= 366, "usual_days", s.UsualDays, "want 14 to 366")
	faults.unless(!s.ClearBelow.IsNegative() && s.ClearBelow.LessThanOrEqual(s.RatioAbove.Decimal), "clear_below", s.ClearBelow,
		"want 0 or more and at most ratio_above: the gap keeps the alert from coming and going")
	faults.unless(s.HoldDuration >= 0, "for", s.HoldDuration, "want 0 or more")
	return faults.err()
}

// costs reads what complete days cost, by date.
func costs(f Facts) map[energy.Day]decimal.Decimal {
	days := map[energy.Day]decimal.Decimal{}
	for _, r := range f.Results["cost_day"] {
		var d household.CostDay
		if r.Status != household.OK || !r.From.Before(f.Today) || json.Unmarshal(r.Detail, &d) != nil || d.Until != nil {
			continue
		}
		if cost, err := decimal.NewFromString(r.Value); err == nil {
			days[r.From] = cost
		}
	}
	return days
}

// A spentDay is a complete day with what is usual for it. Usual is twice the
// median, so that it is exact for an even number of days too.
type spentDay struct {
	cost    decimal.Decimal
	usual   decimal.Decimal
	colder  decimal.Decimal // degree-days above the mean of the compared days, times their number
	compare int64           // their number; 0 when the weather is not known
}

var two = decimal.NewFromInt(2)

// Check implements [Rule]. Days in a row end yesterday, or the day before while
// yesterday is not known.
func (s *Spending) Check(f Facts) Verdict {
	all := costs(f)
	end := f.Today.Add(-1)
	if _, ok := all[end]; !ok {
		end = end.Add(-1)
	}
	days := map[energy.Day]spentDay{}
	for n := range s.Days {
		day := end.Add(-n)
		if d, ok := s.day(all, f.Weather, day); ok && f.Fresh(day) {
			days[day] = d
		}
	}
	run := lastDays(days, end, s.Days)
	switch {
	case run == nil:
		return Verdict{}
	case !slices.ContainsFunc(run, func(d spentDay) bool { return !s.above(d) }):
		return Verdict{Firing, household.Normal, s.reason(run)}
	case !slices.ContainsFunc(run, func(d spentDay) bool { return !s.usualAgain(d) }):
		return Verdict{Finding: Clear}
	}
	return Verdict{}
}

// above reports whether a day cost more than the usual and the weather does not say why.
func (s *Spending) above(d spentDay) bool {
	twice := d.cost.Mul(two)
	return twice.GreaterThan(s.RatioAbove.Mul(d.usual)) &&
		twice.Sub(d.usual).GreaterThanOrEqual(s.More.Mul(two)) &&
		(d.compare == 0 || !d.colder.GreaterThan(s.Colder.Mul(decimal.NewFromInt(d.compare))))
}

func (s *Spending) usualAgain(d spentDay) bool {
	return d.cost.Mul(two).LessThan(s.ClearBelow.Mul(d.usual))
}

// day compares a day with those of its weekday class before it; false when it is
// not complete or too few of them are known.
func (s *Spending) day(all map[energy.Day]decimal.Decimal, weather map[energy.Day]household.Weather, day energy.Day) (spentDay, bool) {
	cost, ok := all[day]
	if !ok {
		return spentDay{}, false
	}
	var past []decimal.Decimal
	var compared []energy.Day
	possible := 0
	for n := 1; n <= s.UsualDays; n++ {
		before := day.Add(-n)
		if weekend(before) != weekend(day) {
			continue
		}
		possible++
		if c, ok := all[before]; ok {
			past, compared = append(past, c), append(compared, before)
		}
	}
	if len(past) == 0 || len(past)*2 < possible {
		return spentDay{}, false
	}
	slices.SortFunc(past, decimal.Decimal.Compare)
	d := spentDay{cost: cost, usual: past[(len(past)-1)/2].Add(past[len(past)/2])}
	d.colder, d.compare = colder(weather, day, compared)
	return d, true
}

func weekend(d energy.Day) bool {
	return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
}

// colder returns how many degree-days a day has above the mean of others, times
// the number of those whose weather is known. That number is 0 when the weather
// of the day, or of more than half of the others, is not known.
func colder(weather map[energy.Day]household.Weather, day energy.Day, others []energy.Day) (decimal.Decimal, int64) {
	here, ok := degreeDays(weather, day)
	if !ok {
		return decimal.Zero, 0
	}
	sum, known := decimal.Zero, int64(0)
	for _, o := range others {
		if there, ok := degreeDays(weather, o); ok {
			sum, known = sum.Add(there), known+1
		}
	}
	if known*2 < int64(len(others)) {
		return decimal.Zero, 0
	}
	return here.Mul(decimal.NewFromInt(known)).Sub(sum), known
}

// degreeDays returns the heating degree-days of a day, base 18 °C; false when
// less than half of the day was seen.
func degreeDays(weather map[energy.Day]household.Weather, day energy.Day) (decimal.Decimal, bool) {
	w, ok := weather[day]
	if !ok || w.Of <= 0 || 2*w.Seen < w.Of {
		return decimal.Zero, false
	}
	return milli(max(0, 18_000-w.Mean)), true
}

// reason says what a day cost on average and what would have been usual.
func (s *Spending) reason(run []spentDay) Reason {
	var cost, usual decimal.Decimal
	weather := true
	colder := decimal.Zero
	for _, d := range run {
		cost, usual = cost.Add(d.cost), usual.Add(d.usual)
		if weather = weather && d.compare > 0; weather {
			colder = colder.Add(d.colder.Div(decimal.NewFromInt(d.compare)))
		}
	}
	n := decimal.NewFromInt(int64(len(run)))
	args := map[string]string{
		"days":      strconv.Itoa(len(run)),
		"cost_eur":  cost.Div(n).Round(2).String(),
		"usual_eur": usual.Div(n.Mul(two)).Round(2).String(),
	}
	if !weather {
		return Reason{"alert.spending.no_weather", args}
	}
	args["colder"] = colder.Div(n).Round(1).String()
	return Reason{"alert.spending", args}
}

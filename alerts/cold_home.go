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
		Name:     "cold_home",
		Category: "indoor_climate",
		Reads:    []string{"cold_day"},
		Default:  func() Rule { return DefaultColdHome() },
		Fires: "High: over the last `days` days, of which `covered_days` were seen, the home was below its threshold " +
			"(18 °C, 20 °C where someone is fragile) for more than `share_above` of the time. " +
			"Urgent: the mean of `mean_days` days in a row was below `mean_below_c`, or that of one day, even the running one, below `danger_below_c`.",
		Clears: "Each of `clear_days` days in a row was below the threshold for less than `clear_below` of the time.",
		Source: "WHO Housing and health guidelines 2018 (18 °C); risk bands of the Oxford Environmental Change Institute (12 and 16 °C).",
		Texts: map[string][]string{
			"alert.cold_home":        {"threshold_c", "below_h", "seen_h", "days", "mean_c", "share"},
			"alert.cold_home.mean":   {"days", "mean_c", "limit_c"},
			"alert.cold_home.danger": {"on_day", "mean_c", "limit_c"},
		},
	})
}

// ColdHome calls when a home is cold for long, or very cold.
type ColdHome struct {
	Days         int           `yaml:"days" doc:"days looked at for the high alert"`
	CoveredDays  int           `yaml:"covered_days" doc:"how many of them must have been seen"`
	ShareAbove   Number        `yaml:"share_above" doc:"share of the hours seen below the threshold"`
	MeanBelow    Number        `yaml:"mean_below_c" doc:"daily mean for the urgent alert, °C"`
	MeanDays     int           `yaml:"mean_days" doc:"days in a row for the urgent alert"`
	DangerBelow  Number        `yaml:"danger_below_c" doc:"daily mean that is urgent at once, °C"`
	DayCoverage  Number        `yaml:"day_coverage" doc:"share of a day that must have been seen for the day to count"`
	ClearBelow   Number        `yaml:"clear_below" doc:"share of the hours seen below the threshold"`
	ClearDays    int           `yaml:"clear_days" doc:"days in a row for the alert to clear"`
	HoldDuration time.Duration `yaml:"for" doc:"how long it must fire before the alert opens"`
}

// DefaultColdHome returns the rule as documented.
func DefaultColdHome() *ColdHome {
	return &ColdHome{
		Days: 7, CoveredDays: 6, ShareAbove: num("0.25"),
		MeanBelow: num("16"), MeanDays: 2, DangerBelow: num("12"),
		DayCoverage: num("0.5"), ClearBelow: num("0.15"), ClearDays: 3,
	}
}

// Lookback implements [Rule].
func (c *ColdHome) Lookback() int { return max(c.Days, c.MeanDays+1, c.ClearDays+1) }

// Hold implements [Rule].
func (c *ColdHome) Hold() time.Duration { return c.HoldDuration }

// Validate implements [Rule].
func (c *ColdHome) Validate() error {
	var faults complain
	faults.unless(c.Days >= 1 && c.Days <= 31, "days", c.Days, "want 1 to 31")
	faults.unless(c.CoveredDays >= 1 && c.CoveredDays <= c.Days, "covered_days", c.CoveredDays, "want 1 to days")
	faults.unless(isShare(c.ShareAbove), "share_above", c.ShareAbove, "want a share, 0 to 1")
	faults.unless(c.MeanDays >= 1 && c.MeanDays <= 31, "mean_days", c.MeanDays, "want 1 to 31")
	faults.unless(c.DangerBelow.LessThanOrEqual(c.MeanBelow.Decimal), "danger_below_c", c.DangerBelow, "want at most mean_below_c")
	faults.unless(isShare(c.DayCoverage), "day_coverage", c.DayCoverage, "want a share, 0 to 1")
	faults.unless(isShare(c.ClearBelow) && c.ClearBelow.LessThanOrEqual(c.ShareAbove.Decimal), "clear_below", c.ClearBelow,
		"want a share, at most share_above: the gap keeps the alert from coming and going")
	faults.unless(c.ClearDays >= 1 && c.ClearDays <= 31, "clear_days", c.ClearDays, "want 1 to 31")
	faults.unless(c.HoldDuration >= 0, "for", c.HoldDuration, "want 0 or more")
	return faults.err()
}

func isShare(n Number) bool {
	return !n.IsNegative() && n.LessThanOrEqual(decimal.NewFromInt(1))
}

// A coldDay is a local day of which enough was seen.
type coldDay struct {
	threshold string
	share     decimal.Decimal // of seen, below the threshold
	seen      decimal.Decimal // milliseconds
	mean      decimal.Decimal
}

// days reads the days that count, by date.
func (c *ColdHome) days(f Facts) map[energy.Day]coldDay {
	days := map[energy.Day]coldDay{}
	for _, r := range f.Results["cold_day"] {
		var d household.ColdDay
		if (r.Status != household.OK && r.Status != household.Provisional) || json.Unmarshal(r.Detail, &d) != nil {
			continue
		}
		if d.Mean == nil || !f.Fresh(r.From) {
			continue
		}
		share, err1 := decimal.NewFromString(d.Share)
		mean, err2 := decimal.NewFromString(*d.Mean)
		seen := decimal.NewFromInt(d.Seen)
		least := c.DayCoverage.Mul(decimal.NewFromInt(f.length(r.From).Milliseconds()))
		if err1 != nil || err2 != nil || !seen.IsPositive() || seen.LessThan(least) {
			continue
		}
		days[r.From] = coldDay{d.Threshold, share, seen, mean}
	}
	return days
}

// Check implements [Rule]. Days in a row end yesterday, or the day before while
// yesterday is not known. The urgent findings go first, and a home that has been
// warm for long enough is clear whatever the week before it was.
func (c *ColdHome) Check(f Facts) Verdict {
	days := c.days(f)
	end := f.Today.Add(-1)
	for _, day := range []energy.Day{f.Today, end} {
		if d, ok := days[day]; ok && d.mean.LessThan(c.DangerBelow.Decimal) {
			return urgent("alert.cold_home.danger", map[string]string{"on_day": day.String()}, d.mean, c.DangerBelow)
		}
	}
	if _, ok := days[end]; !ok {
		end = end.Add(-1)
	}
	if run := lastDays(days, end, c.MeanDays); run != nil {
		warmest := slices.MaxFunc(run, func(a, b coldDay) int { return a.mean.Compare(b.mean) }).mean
		if warmest.LessThan(c.MeanBelow.Decimal) {
			return urgent("alert.cold_home.mean", map[string]string{"days": strconv.Itoa(c.MeanDays)}, warmest, c.MeanBelow)
		}
	}
	if run := lastDays(days, end, c.ClearDays); run != nil {
		if !slices.ContainsFunc(run, func(d coldDay) bool { return d.share.GreaterThanOrEqual(c.ClearBelow.Decimal) }) {
			return Verdict{Finding: Clear}
		}
	}
	return c.week(days, f.Today)
}

func urgent(key string, args map[string]string, mean decimal.Decimal, limit Number) Verdict {
	args["mean_c"], args["limit_c"] = mean.String(), limit.String()
	return Verdict{Firing, household.Urgent, Reason{key, args}}
}

// week judges the days before today taken together.
func (c *ColdHome) week(days map[energy.Day]coldDay, today energy.Day) Verdict {
	var below, seen, degrees decimal.Decimal
	covered, threshold := 0, ""
	for n := c.Days; n >= 1; n-- {
		d, ok := days[today.Add(-n)]
		if !ok {
			continue
		}
		covered, threshold = covered+1, d.threshold
		seen = seen.Add(d.seen)
		below, degrees = below.Add(d.share.Mul(d.seen)), degrees.Add(d.mean.Mul(d.seen))
	}
	if covered < c.CoveredDays || !below.GreaterThan(c.ShareAbove.Mul(seen)) {
		return Verdict{}
	}
	return Verdict{Firing, household.High, Reason{"alert.cold_home", map[string]string{
		"days": strconv.Itoa(c.Days), "threshold_c": threshold,
		"below_h": hours(below), "seen_h": hours(seen), "share": below.Div(seen).Round(4).String(),
		"mean_c": degrees.Div(seen).Round(1).String(),
	}}}
}

// hours shows milliseconds as hours, to a tenth.
func hours(ms decimal.Decimal) string {
	return ms.Div(decimal.NewFromInt(time.Hour.Milliseconds())).Round(1).String()
}

// lastDays returns n days in a row that end with end, oldest first; nil when one
// of them does not count.
func lastDays[D any](days map[energy.Day]D, end energy.Day, n int) []D {
	run := make([]D, n)
	for i := range run {
		d, ok := days[end.Add(i+1-n)]
		if !ok {
			return nil
		}
		run[i] = d
	}
	return run
}

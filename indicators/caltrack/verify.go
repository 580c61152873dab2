package caltrack

import (
	"slices"
	"time"

	"foyer/internal/household"
)

// A Claim is that works saved energy in a home.
type Claim struct {
	Periods       []Period
	Works, Done   time.Time // where the works began, and where they were over; Done is zero while they are not
	Before, After Comfort   // of the winters of the two periods
	Restricted    bool      // signs that the home saves on warmth: they count where no sensor tells
}

// A Verdict is what a claim comes to. Only ok is to be paid on.
type Verdict struct {
	Status      household.Status
	Reason      string // of any status but ok
	Comfort     Judgement
	Baseline    []Period // that were taken, in order of time
	Reporting   []Period
	Sufficiency Sufficiency
	Fitted      *Fitted  // nil without a model
	Savings     *Savings // of the periods of which nothing is missing; nil when there are none
	Bounds      *Bounds  // over all periods
}

// Reasons of a [Verdict], beside the warnings of a [Sufficiency].
const (
	NotReported    = "no_reporting_data"
	MissingPeriods = "too_many_reporting_days_missing"
	NotComfortable = "not_eligible_comfort"     // it was colder than before, or much less warm
	MaybeCold      = "not_eligible_restriction" // no sensor tells, and there are signs of it
)

// leastShare is how much of the baseline and of the reporting period is needed to
// show anything; a baseline that suffices, and as much of the reporting period, make
// it ok.
const leastShare = 0.5

// Verify judges a claim by the settings and the guard of a contract.
//
//   - ok: the baseline suffices, nine in ten reporting days are known, no home colder.
//   - provisional: at least half of either. Shown with its bounds, never paid.
//   - insufficient_data: less, or no year of baseline.
//   - indeterminate: use below 0, which a model of heating says nothing of.
//   - not_applicable: the home was colder, or may have been.
func Verify(c Claim, s Settings, g Guard) Verdict {
	all := Clean(c.Periods, s)
	v := Verdict{Baseline: Baseline(all, c.Works, s), Comfort: g.Judge(c.Before, c.After)}
	v.Sufficiency = Suffices(v.Baseline, s)
	if !c.Done.IsZero() {
		v.Reporting = Reporting(all, c.Done, s)
	}
	if f, err := Fit(v.Baseline, s); err == nil {
		v.Fitted = &f
		if saved := Save(f, v.Reporting, s); saved.Reported > 0 {
			v.Savings, v.Bounds = &saved, Bound(f, v.Baseline, v.Reporting, s)
		}
	}
	v.Status, v.Reason = v.judge(wholeShare(v.Reporting), c.Restricted)
	return v
}

func (v Verdict) judge(reported float64, restricted bool) (household.Status, string) {
	warned := func(w string) bool { return slices.Contains(v.Sufficiency.Warnings, w) }
	valid := float64(v.Sufficiency.ValidDays)
	switch {
	case v.Fitted == nil || warned(NoData):
		return household.InsufficientData, NoData
	case warned(NegativeUse):
		return household.Indeterminate, NegativeUse
	case warned(WrongSpan):
		return household.InsufficientData, WrongSpan
	case valid < leastShare*float64(v.Sufficiency.TotalDays):
		return household.InsufficientData, v.Sufficiency.Warnings[0]
	case v.Savings == nil:
		return household.InsufficientData, NotReported
	case reported < leastShare:
		return household.InsufficientData, MissingPeriods
	case v.Comfort == Colder || v.Comfort == Cooler:
		return household.NotApplicable, NotComfortable
	case v.Comfort == Unseen && restricted:
		return household.NotApplicable, MaybeCold
	case !v.Sufficiency.Pass:
		return household.Provisional, v.Sufficiency.Warnings[0]
	case reported < sufficientShare:
		return household.Provisional, MissingPeriods
	}
	return household.OK, ""
}

// wholeShare returns which part of the days of periods is known whole.
func wholeShare(ps []Period) float64 {
	var whole float64
	for _, p := range ps {
		if p.whole() {
			whole += p.Days
		}
	}
	if days := span(ps); days > 0 {
		return whole / days
	}
	return 0
}

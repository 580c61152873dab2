package indicators

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"foyer/indicators/caltrack"
	"foyer/internal/energy"
	"foyer/internal/household"
)

func init() {
	register(Indicator{
		ID: "metered_savings", Unit: "kWh", Version: "4", Category: "consumption", Granularity: 1, Span: Works,
		Question:   "How much electricity did the works save, the weather taken into account?",
		QuestionFR: "Combien d'électricité les travaux ont-ils économisée, compte tenu du temps qu'il a fait ?",
		Method: "CalTRACK 2.0, the daily method; the billing method where most of the year before the works is known by longer periods alone. " +
			"Baseline: the 365 days before the works; what passes until they are over counts for neither side; reporting: the 365 days after. Works less than a year apart are one project. " +
			"Balance points from 0 to 32 °C in steps of 1. The value is over the whole reporting period so far, days of which something is missing filled, with an interval of 90 % that they widen (CalTRACK 4.3.2.4, what filling known days in the same way is off, what a model of another type says that describes the baseline nearly as well, and until the year is over what the model leaves over on the same dates of its baseline); what the model leaves over in its own baseline, filled likewise, is taken off. " +
			"Local days have 23 to 25 hours, and need half of them. Comfort guard: the share of the winter's hours below 18 °C may not rise by more than 5 points unless it stays under 10 %, and its coldest days, a tenth of those known of both winters, 60 or more, may not have become colder by more than 1 °C; it needs 75 % of each winter. " +
			"ok: the year is over, nine in ten days of either side are known, the home was not colder; provisional: the year runs, or at least half of either; " +
			"insufficient_data: less, no year before the works, or less than 30 days since; indeterminate: use below 0; not_applicable: the home was colder, or the works were taken back.",
		Source:  "CalTRACK 2.0 (CC0); Sun and Baltazar 2013; comfort guard: convention, see the country file.",
		Compute: meteredSavings,
	})
}

// Reasons of a saving beside those of a [caltrack.Verdict].
const (
	takenBack   = "works_taken_back"
	tooSoon     = "too_soon_after_works"
	yearRunning = "year_not_over"
)

func meteredSavings(in Input) Answer {
	v := guardFile()
	d := household.Savings{Method: string(caltrack.Daily), Final: in.To.String(), Interval: "0.9", Document: v.File, Works: []household.SavingsWorks{}, Weather: []household.SavingsWeather{}}
	if in.Project == nil {
		d.Reason = takenBack
		return Answer{Status: household.NotApplicable, Detail: d}
	}
	for _, w := range in.Project.Works {
		d.Works = append(d.Works, household.SavingsWorks{Kind: string(w.Kind), From: w.From.String(), Last: w.To.Add(-1).String()})
	}
	settings := caltrack.Default(caltrack.Daily, true)
	periods := in.dailyPeriods()
	if in.byBills(periods) {
		settings, periods = in.billedPeriods()
	}
	d.Method, d.Weather, d.Inputs = string(settings.Frequency), in.sources(), digestOf(periods)
	claim := caltrack.Claim{Periods: periods, Works: in.Project.From.Start(in.Zone), Done: in.From.Start(in.Zone)}
	winters := in.winters()
	claim.Before, claim.After = winters.before, winters.after
	verdict := caltrack.Verify(claim, settings, guard())
	describe(&d, in, claim, verdict)
	d.Comfort.Days = winters.days
	return in.judge(d, verdict)
}

// judge returns what a verdict comes to while the year runs and once it is over.
func (in Input) judge(d household.Savings, v caltrack.Verdict) Answer {
	status, elapsed := v.Status, earliestDay(in.To, in.Today).Sub(in.From)
	d.Reason = v.Reason
	first := guardFile().Values.First
	switch {
	case (status == household.OK || status == household.Provisional || v.Reason == caltrack.NotReported || v.Reason == caltrack.MissingPeriods) && elapsed < first:
		status, d.Reason = household.InsufficientData, tooSoon
		d.Ready = ptr(in.From.Add(first).String())
	case v.Reason == caltrack.NotReported || v.Reason == caltrack.MissingPeriods && status == household.InsufficientData:
		// With every further day known, half of them are known then.
		if ready := in.Today.Add(max(elapsed-2*d.Report.Valid, 1)); !in.To.Before(ready) {
			d.Ready = ptr(ready.String())
		}
	case status == household.OK && in.Today.Before(in.To):
		status, d.Reason = household.Provisional, yearRunning
	}
	a := Answer{Status: status}
	if valued(status) && d.Central != nil {
		a.Value = *d.Central
	}
	a.Detail = d
	return a
}

// dailyPeriods returns each day of the year before the works, of the works and of
// the time after, known or not. A day that is only a part of a longer period is not.
func (in Input) dailyPeriods() []caltrack.Period {
	weather := map[energy.Day]household.Weather{}
	for _, w := range in.Weather {
		weather[w.Day] = w
	}
	var all []caltrack.Period
	for d := in.Project.From.Add(-YearDays); d.Before(earliestDay(in.To, in.Today)); d = d.Add(1) {
		day, _ := in.day(d)
		p := caltrack.DayOf(d, in.Zone, day.Energy, day.Coverage, weather[d])
		if day.Coverage.Estimated && in.billed(d) {
			p.Known, p.Use = false, 0
		}
		all = append(all, p)
	}
	return all
}

// billed reports whether a day lies in a period that was stated as a whole.
func (in Input) billed(d energy.Day) bool {
	start, end := d.Start(in.Zone), d.End(in.Zone)
	return slices.ContainsFunc(in.Bills, func(b energy.Interval) bool { return b.From.Before(end) && b.To.After(start) })
}

// byBills reports whether most of the year before the works is not known by the day.
func (in Input) byBills(days []caltrack.Period) bool {
	known := 0
	for _, p := range days {
		if p.Known && p.From.Before(in.Project.From.Start(in.Zone)) {
			known++
		}
	}
	return len(in.Bills) > 0 && 2*known < YearDays
}

// billedPeriods returns the periods that were stated as a whole, and after the last
// of them calendar months of days, with the method for such periods.
func (in Input) billedPeriods() (caltrack.Settings, []caltrack.Period) {
	frequency := caltrack.Monthly
	weather := map[energy.Day]household.Weather{}
	for _, w := range in.Weather {
		weather[w.Day] = w
	}
	var all []caltrack.Period
	add := func(from, to energy.Day, use float64, known bool) {
		const longMonth = 35
		p := caltrack.Period{From: from.Start(in.Zone), To: to.Start(in.Zone), Days: float64(to.Sub(from)), Use: use, Known: known}
		if p.Days > longMonth {
			frequency = caltrack.Bimonthly
		}
		for d := from; d.Before(to); d = d.Add(1) {
			w := weather[d]
			if t := caltrack.DayOf(d, in.Zone, 0, energy.Coverage{}, w); len(t.Temps) > 0 {
				p.Temps = append(p.Temps, t.Temps...)
				p.Seen += t.Seen / p.Days
			}
		}
		all = append(all, p)
	}
	last := in.Project.From.Add(-YearDays)
	for _, b := range in.Bills {
		from, to := energy.DayOf(b.From, in.Zone), energy.DayOf(b.To, in.Zone)
		if from.Before(to) && !earliestDay(in.To, in.Today).Before(to) {
			add(from, to, float64(b.Energy)/milliWhInKWh, true)
			last = to
		}
	}
	for from := last; ; {
		to := energy.Day{Year: from.Year, Month: from.Month, Date: 1}.Add(32)
		to = energy.Day{Year: to.Year, Month: to.Month, Date: 1}
		if earliestDay(in.To, in.Today).Before(to) {
			break
		}
		use, known := in.used(from, to)
		add(from, to, use, known)
		from = to
	}
	return caltrack.Default(frequency, true), all
}

const milliWhInKWh = 1e6

// used returns what was used from a day to another by the days in between, of which
// nine in ten have to be known; the others count as these.
//
// Source: CalTRACK 2.0, 2.2.3.2.
func (in Input) used(from, to energy.Day) (kWh float64, known bool) {
	n := 0
	for d := from; d.Before(to); d = d.Add(1) {
		day, _ := in.day(d)
		if p := caltrack.DayOf(d, in.Zone, day.Energy, day.Coverage, household.Weather{}); p.Known && !in.billed(d) {
			kWh, n = kWh+p.Use, n+1
		}
	}
	days := to.Sub(from)
	if 10*n < 9*days {
		return 0, false
	}
	return kWh * float64(days) / float64(n), true
}

// sources says where the temperatures come from, the source of most days first.
func (in Input) sources() []household.SavingsWeather {
	all := []household.SavingsWeather{}
	for _, w := range in.Weather {
		if w.Seen == 0 || w.Day.Before(in.Project.From.Add(-YearDays)) || !w.Day.Before(in.To) || !w.Day.Before(in.Today) {
			continue
		}
		i := slices.IndexFunc(all, func(s household.SavingsWeather) bool {
			return s.Kind == string(w.Source.Kind) && s.Place == w.Source.Place
		})
		if i < 0 {
			i, all = len(all), append(all, household.SavingsWeather{Kind: string(w.Source.Kind), Place: w.Source.Place})
		}
		all[i].Days++
	}
	slices.SortStableFunc(all, func(a, b household.SavingsWeather) int { return b.Days - a.Days })
	return all
}

// digestOf returns the SHA-256 of periods, a line each: first instant, use and mean
// temperatures, separated by semicolons, empty where they are not known.
func digestOf(ps []caltrack.Period) string {
	var b strings.Builder
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, p := range ps {
		b.WriteString(strconv.FormatInt(p.From.Unix(), 10) + ";")
		if p.Known {
			b.WriteString(number(p.Use))
		}
		for _, t := range p.Temps {
			b.WriteString(";" + number(t))
		}
		b.WriteString("\n")
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// describe adds what a verdict is based on.
func describe(d *household.Savings, in Input, c caltrack.Claim, v caltrack.Verdict) {
	d.Baseline = spanOf(in.Project.From.Add(-YearDays), in.Project.From, v.Baseline, v.Sufficiency.Warnings)
	d.Report = spanOf(in.From, earliestDay(in.To, in.Today), v.Reporting, nil)
	d.Comfort = household.SavingsComfort{Judgement: string(v.Comfort), Before: chill(c.Before), After: chill(c.After)}
	if fall, ok := caltrack.Fell(c.Before, c.After); ok {
		d.Comfort.Fall = ptr(milli(fall))
	}
	if f := v.Fitted; f != nil {
		d.Model = &household.SavingsModel{
			Kind: string(f.Model.Type), Base: exact(f.Model.Intercept, 6), Heating: exact(f.Model.Heating, 6), HeatingPoint: exact(f.Model.HeatingPoint, 3),
			Cooling: exact(f.Model.Cooling, 6), CoolingPoint: exact(f.Model.CoolPoint, 3), R2: share(&f.Model.AdjustedR2), CVRMSE: share(f.Totals.AdjustedCVRMSE),
		}
	}
	if s := v.Savings; s != nil {
		d.Observed, d.Expected, d.Masked = ptr(exact(s.Observed, 3)), ptr(exact(s.Expected.Total(), 3)), ptr(exact(s.Saved(), 3))
	}
	if b := v.Bounds; b != nil {
		d.Filled, d.Central, d.Low, d.High = b.Filled, ptr(exact(b.Central, 3)), ptr(exact(b.Low, 3)), ptr(exact(b.High, 3))
		if b.Expected > 0 {
			d.Share, d.LowShare, d.HighShare = ptr(exact(b.Central/b.Expected, 4)), ptr(exact(b.Low/b.Expected, 4)), ptr(exact(b.High/b.Expected, 4))
		}
	}
}

func spanOf(from, to energy.Day, ps []caltrack.Period, warnings []string) household.SavingsSpan {
	s := household.SavingsSpan{From: from.String(), To: to.String(), Days: to.Sub(from), Warnings: warnings}
	var use, weather, valid float64
	for _, p := range ps {
		warm := len(p.Temps) > 0
		if p.Known {
			use += p.Days
		}
		if warm {
			weather += p.Days
		}
		if warm && p.Known {
			valid += p.Days
		}
	}
	s.Use, s.Weather, s.Valid = int(math.Round(use)), int(math.Round(weather)), int(math.Round(valid))
	return s
}

func chill(c caltrack.Comfort) household.SavingsChill {
	s := household.SavingsChill{Below: c.Below.Milliseconds(), Seen: c.Seen.Milliseconds(), Of: c.Of.Milliseconds()}
	if c.Coldest != nil {
		s.Coldest = ptr(milli(*c.Coldest))
	}
	return s
}

// exact writes a number with some decimals, rounded half away from zero.
func exact(v float64, places int32) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	return decimal.NewFromFloat(v).Round(places).String()
}

func share(v *float64) *string {
	if v == nil {
		return nil
	}
	return ptr(exact(*v, 4))
}

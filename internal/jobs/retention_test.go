package jobs_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/charter"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
	"foyer/internal/series"
	"foyer/internal/tariff"
	"foyer/internal/testserver"
)

// promise has the charter say something from now on.
func (w *world) promise(name, value string) {
	w.tb.Helper()
	if _, _, err := w.registry.Amend(w.tb.Context(), charter.Change{Name: name, Value: value, By: "conseil", Why: "essai"}); err != nil {
		w.tb.Fatal(err)
	}
}

// nights lets a week of nights pass at a time, from one day to another: borders move by
// no more.
func (w *world) nights(from, to string) {
	w.tb.Helper()
	for d := date(from).Add(7); d.Before(date(to)); d = d.Add(7) {
		w.pass(d.Start(paris).Add(6 * time.Hour))
	}
}

// stays returns the lines of a dump that a border leaves: half-hours before it go, and
// how often a meter speaks is of its last readings.
func stays(dump string, border time.Time) string {
	return strings.Join(slices.DeleteFunc(strings.Split(dump, "\n"), func(line string) bool {
		parts := strings.Split(line, " | ")
		if parts[0] == "pulse" {
			return true
		}
		at, err := strconv.ParseInt(parts[2], 10, 64)
		return parts[0] == "slot" && (err != nil || at < border.UnixMilli())
	}), "\n")
}

// readings returns how many readings of all meters are kept of a time.
func (w *world) kept(from, to time.Time) (n int) {
	w.tb.Helper()
	for _, m := range w.meters() {
		rs, err := w.series.Read(w.tb.Context(), m.ID, from, to)
		if err != nil {
			w.tb.Fatal(err)
		}
		n += len(rs)
	}
	return n
}

// outdoors is how many of them are of the pilot's sensor, which is no family's.
func (w *world) outdoors(device string, from, to time.Time) int {
	w.tb.Helper()
	rs, err := w.series.Read(w.tb.Context(), w.meterOf(device), from, to)
	if err != nil {
		w.tb.Fatal(err)
	}
	return len(rs)
}

// TestWhatIsTooOldGoesAndTheRestStandsAsItWas lets a village grow old, a night at a time
// over the day of 25 hours, and wants that nothing of what was computed changes.
func TestWhatIsTooOldGoesAndTheRestStandsAsItWas(t *testing.T) {
	notUnderTheRaceDetector(t)
	t.Parallel()
	v := openVillage(t, date("2026-10-20"), date("2026-11-01"))
	v.days(v.of)
	v.morning()
	v.promise(charter.HalfHours, "36")
	v.nights("2026-11-01", "2026-11-28")
	const told, noted = `SELECT COUNT(*) FROM journal WHERE kind = 'retention'`, `SELECT COUNT(*) FROM run WHERE job = 'retention' AND failed = 0 AND finished_at > 0`
	entries, runs := v.number(told), v.number(noted)
	begin := date("2026-09-01").Start(paris)
	for _, today := range []string{"2026-11-28", "2026-11-30", "2026-12-01", "2026-12-05"} {
		now := at(today, 6, 0)
		border := date(today).Add(-36).Start(paris)
		v.set(now)
		if _, err := v.planner.BringUp(t.Context(), nil); err != nil { // decides nothing, and removes nothing
			t.Fatal(err)
		}
		before, rows := v.dump(), v.number(`SELECT COUNT(*) FROM result`)
		old := v.kept(begin, border) - v.outdoors("station", begin, border)
		r := v.pass(now)
		if old == 0 || r.Removed == 0 {
			t.Errorf("%s: nothing was to be removed: %d readings, %+v", today, old, r)
		}
		if d := different(stays(v.dump(), border), stays(before, border)); d != "" {
			t.Errorf("%s: what stays is not what it was:\n%s", today, d)
		}
		if n := v.number(`SELECT COUNT(*) FROM usage_slot WHERE start_at < $1`, border.UnixMilli()); n != 0 {
			t.Errorf("%s: %d half-hours are left", today, n)
		}
		if n := v.number(`SELECT COUNT(*) FROM usage_slot WHERE start_at = $1`, border.UnixMilli()); n == 0 {
			t.Errorf("%s: the first half-hour that is promised is gone", today)
		}
		if n := v.kept(begin, border) - v.outdoors("station", begin, border); n != 0 {
			t.Errorf("%s: %d readings are left", today, n)
		}
		if v.outdoors("station", begin, border) == 0 {
			t.Errorf("%s: the weather of the pilot is gone", today)
		}
		all, found := v.verified(jobs.Order{})
		if len(found) != 0 || all.Decayed == 0 || all.Waiting != 0 || all.Figures < 500 {
			t.Errorf("%s: %+v %v", today, all, found[:min(3, len(found))])
		}
		after := v.dump()
		v.restart() // remembers nothing
		if _, err := v.planner.Recompute(t.Context(), jobs.Order{}); err != nil {
			t.Fatal(err)
		}
		if d := different(stays(v.dump(), border), stays(after, border)); d != "" || v.number(`SELECT COUNT(*) FROM result`) != rows {
			t.Errorf("%s: computing everything again changes\n%s", today, d)
		}
		if r := v.pass(now.Add(time.Minute)); r.Removed != 0 {
			t.Errorf("%s: a second pass removes %d rows", today, r.Removed)
		}
	}
	if n := v.number(told) - entries; n != 4 {
		t.Errorf("the journal tells of %d runs", n)
	}
	if n := v.number(noted) - runs; n != 4 {
		t.Errorf("%d runs are noted", n)
	}
}

// TestLateReadingsOfAClosedDayInventNothing lets a reading arrive for a day whose
// half-hours are gone, and a past of another fuel.
func TestLateReadingsOfAClosedDayInventNothing(t *testing.T) {
	t.Parallel()
	w, ids := spoken(t, 2)
	w.pass(at("2026-11-07", 6, 0))
	w.promise(charter.HalfHours, "36")
	w.nights("2026-11-07", "2026-12-12")
	w.pass(at("2026-12-12", 6, 0)) // 6 November and what follows is kept: all there is goes
	before, rows := w.dump(), w.number(`SELECT COUNT(*) FROM result`)
	late := count{meter: w.meterOf("Foyer A"), register: "energy_import/base", value: 3_000_000}
	late.show(at("2026-11-04", 12, 1))
	late.value += 40_000
	late.show(at("2026-11-04", 12, 20))
	w.arrive(late.all)
	w.pass(at("2026-12-12", 7, 0))
	w.settledMarks()
	if d := different(stays(w.dump(), time.Time{}), stays(before, time.Time{})); d != "" || w.number(`SELECT COUNT(*) FROM result`) != rows {
		t.Errorf("late readings change\n%s", d)
	}
	if _, found := w.verified(jobs.Order{}); len(found) != 0 {
		t.Error(found)
	}
	w.pass(at("2026-12-13", 6, 0))
	if n := w.kept(at("2026-11-01", 0, 0), at("2026-11-06", 0, 0)); n != 0 {
		t.Errorf("%d readings that came late are left", n)
	}

	gas := w.meter("gas", ids[0], household.Gas, at("2026-11-02", 0, 0))
	err := w.records.ImportIntervals(t.Context(), []energy.Interval{{
		Meter: gas, Register: "gas_energy", From: at("2026-11-04", 0, 0), To: at("2026-11-05", 0, 0), Energy: 7_000_000,
	}})
	if err != nil {
		t.Fatal(err)
	}
	was := w.rows(`SELECT day, energy, seen FROM usage_day WHERE register = 'energy_import/base' ORDER BY family, day`)
	w.pass(at("2026-12-13", 7, 0))
	if n := w.number(`SELECT energy FROM usage_day WHERE day = '2026-11-04' AND register = 'gas_energy'`); n != 7_000_000 {
		t.Errorf("the past of another fuel is %d", n)
	}
	if got := w.rows(`SELECT day, energy, seen FROM usage_day WHERE register = 'energy_import/base' ORDER BY family, day`); !slices.EqualFunc(got, was, slices.Equal) {
		t.Errorf("it changes electricity: %v, was %v", got, was)
	}
	if _, found := w.verified(jobs.Order{}); len(found) != 0 {
		t.Error(found)
	}
}

// TestACharterThatKeepsLessActsAtOnceAndOneThatKeepsMoreBringsNothingBack changes it twice.
func TestACharterThatKeepsLessActsAtOnceAndOneThatKeepsMoreBringsNothingBack(t *testing.T) {
	t.Parallel()
	w, _ := spoken(t, 1)
	now := at("2026-12-10", 6, 0)
	w.pass(now)
	kept := w.kept(at("2026-11-01", 0, 0), now)
	if r := w.pass(now.Add(time.Hour)); r.Removed != 0 || kept == 0 {
		t.Fatalf("%+v, %d readings", r, kept)
	}
	w.promise(charter.HalfHours, "36")
	if r := w.pass(now.Add(2 * time.Hour)); r.Removed == 0 || w.kept(at("2026-11-01", 0, 0), at("2026-11-04", 0, 0)) != 0 {
		t.Errorf("%+v", r)
	}
	w.promise(charter.HalfHours, "90")
	w.pass(now.Add(24 * time.Hour))
	borders, err := w.records.Borders(t.Context())
	if err != nil || len(borders) != 1 || borders[0].HalfHours != date("2026-11-04") || borders[0].Done != date("2026-12-11") || borders[0].Days != date("2023-12-11") {
		t.Errorf("%+v %v", borders, err)
	}
}

// A tearing series loses its server after some erasures, and the process with it.
type tearing struct {
	jobs.Series
	left atomic.Int64
}

var errTorn = errors.New("the server is gone")

func (s *tearing) EraseSpans(ctx context.Context, spans []energy.Span) error {
	for i := range spans {
		if s.left.Add(-1) < 0 {
			return errors.Join(errTorn, s.Series.EraseSpans(ctx, spans[:i]))
		}
	}
	return s.Series.EraseSpans(ctx, spans)
}

// TestARemovalThatIsCutShortIsDoneAgain ends the process in the middle.
func TestARemovalThatIsCutShortIsDoneAgain(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		cutShort(t, nil)
	})
	t.Run("influx", func(t *testing.T) {
		t.Parallel()
		s, err := series.OpenInflux(t.Context(), series.InfluxConfig{URL: "influx+" + testserver.Influx(t).URL(), Database: testserver.Database})
		if err != nil {
			t.Fatal(err)
		}
		cutShort(t, s)
	})
}

func cutShort(t *testing.T, kept readings) {
	t.Helper()
	w, _ := spokenOn(t, kept, 4)
	w.pass(at("2026-11-07", 6, 0))
	w.promise(charter.HalfHours, "36")
	w.nights("2026-11-07", "2026-12-11")
	now, border := at("2026-12-11", 6, 0), date("2026-11-05").Start(paris)
	w.set(now)
	if _, err := w.planner.BringUp(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	before := w.dump()
	torn := &tearing{Series: w.series}
	torn.left.Store(2)
	book, err := tariff.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	p, err := jobs.New(w.records, torn, book, nil, w.config, w.clock, quiet(), prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	if r, err := p.RunOnce(t.Context()); err != nil || r.Failed != 1 { // what is removed together fails together
		t.Fatalf("%+v %v", r, err)
	}
	if w.kept(at("2026-11-01", 0, 0), border) == 0 {
		t.Fatal("nothing is left to remove")
	}
	borders, err := w.records.Borders(t.Context())
	if err != nil || len(borders) != 1 || borders[0].HalfHours != date("2026-11-05") || borders[0].Done != date("2026-12-11") || !borders[0].Moving {
		t.Errorf("%+v %v", borders, err)
	}
	// Meanwhile everything is asked for again, from half of the readings.
	if _, err := p.Recompute(t.Context(), jobs.Order{}); err != nil {
		t.Fatal(err)
	}
	w.restart()
	w.pass(now.Add(time.Minute))
	if d := different(stays(w.dump(), border), stays(before, border)); d != "" {
		t.Errorf("what stays is not what it was:\n%s", d)
	}
	if n := w.kept(at("2026-11-01", 0, 0), border); n != 0 {
		t.Errorf("%d readings are left", n)
	}
	if _, found := w.verified(jobs.Order{}); len(found) != 0 {
		t.Error(found)
	}
}

// TestAMonthStandsThatLosesHalfOfItsHalfHours compares tariffs by them: half of a month
// would be another comparison, and another meaning of what is counted by number.
func TestAMonthStandsThatLosesHalfOfItsHalfHours(t *testing.T) {
	t.Parallel()
	from, to := date("2026-10-01"), date("2026-11-03")
	w := openWorld(t, from.Start(paris))
	f := w.family("Foyer A", peak)
	register := count{meter: w.meter("linky", f, household.Electricity, from.Start(paris)), register: "energy_import/total"}
	register.halfHours(rand.New(rand.NewPCG(5, 6)), from, to)
	w.arrive(register.all)
	w.pass(at("2026-11-03", 6, 0))
	const offers = `SELECT status, value FROM result WHERE indicator = 'other_tariffs' AND from_day = '2026-10-01'`
	before := w.rows(offers)
	if len(before) != 1 || before[0][0] != "ok" {
		t.Fatalf("the month is not compared: %v", before)
	}
	w.promise(charter.HalfHours, "36")
	w.nights("2026-11-03", "2026-11-20")
	w.pass(at("2026-11-20", 6, 0)) // 15 October and what follows is kept
	if v, found := w.verified(jobs.Order{}); len(found) != 0 || v.Decayed == 0 {
		t.Errorf("%+v %v", v, found[:min(3, len(found))])
	}
	w.restart()
	if _, err := w.planner.Recompute(t.Context(), jobs.Order{}); err != nil {
		t.Fatal(err)
	}
	if after := w.rows(offers); !slices.EqualFunc(after, before, slices.Equal) {
		t.Errorf("the comparison is %v, was %v", after, before)
	}
}

// TestDaysAndMonthsGoByYears keeps a year of a family that is there for two, over the day
// of 23 hours.
func TestDaysAndMonthsGoByYears(t *testing.T) {
	notUnderTheRaceDetector(t)
	t.Parallel()
	from := date("2025-03-01")
	w := openWorld(t, from.Start(paris))
	f := w.family("Foyer A", peak)
	m := w.meter("linky", f, household.Electricity, from.Start(paris))
	luck := rand.New(rand.NewPCG(3, 4))
	var ivs []energy.Interval
	for d := from; d.Before(date("2026-04-20")); d = d.Add(1) {
		ivs = append(ivs, energy.Interval{Meter: m, Register: "energy_import/base", From: d.Start(paris), To: d.End(paris), Energy: luck.Int64N(20_000_000)})
	}
	if err := w.records.ImportIntervals(t.Context(), ivs); err != nil {
		t.Fatal(err)
	}
	now := at("2026-03-29", 6, 0)
	w.pass(now)
	if _, found := w.verified(jobs.Order{}); len(found) != 0 {
		t.Fatal(found)
	}

	w.promise(charter.Months, "1")
	now = at("2026-03-30", 6, 0)
	w.pass(now)
	for _, c := range []struct{ what, query string }{
		{"days", `SELECT COUNT(*) FROM usage_day WHERE day < '2025-03-30'`},
		{"months", `SELECT COUNT(*) FROM usage_month WHERE month < '2025-03'`},
		{"bills", `SELECT COUNT(*) FROM bill_line WHERE month < '2025-03'`},
		{"results", `SELECT COUNT(*) FROM result WHERE to_day <= '2025-03-30'`},
		{"imported days", `SELECT COUNT(*) FROM usage_interval WHERE to_at <= ` + strconv.FormatInt(date("2025-03-30").Start(paris).UnixMilli(), 10)},
	} {
		if n := w.number(c.query); n != 0 {
			t.Errorf("%d %s are left", n, c.what)
		}
	}
	if n := w.number(`SELECT COUNT(*) FROM usage_day WHERE day = '2025-03-30'`); n == 0 {
		t.Error("the first day that is promised is gone")
	}
	march := w.rows(`SELECT energy, seen FROM usage_month WHERE month = '2025-03'`)
	if len(march) == 0 || len(w.rows(`SELECT 1 FROM bill_line WHERE month = '2025-03'`)) == 0 {
		t.Error("a month went before its last day did")
	}
	if _, found := w.verified(jobs.Order{}); len(found) != 0 {
		t.Error(found[:min(3, len(found))])
	}
	dump := w.dump()
	w.restart()
	if _, err := w.planner.Recompute(t.Context(), jobs.Order{}); err != nil {
		t.Fatal(err)
	}
	if d := different(w.dump(), dump); d != "" {
		t.Errorf("computing everything again changes\n%s", d)
	}
	w.pass(at("2026-04-01", 6, 0)) // the first of a month
	if n := w.number(`SELECT COUNT(*) FROM usage_month WHERE month = '2025-03'`) + w.number(`SELECT COUNT(*) FROM bill_line WHERE month = '2025-03'`); n != 0 {
		t.Errorf("%d rows of a month that is over are left", n)
	}
	if w.number(`SELECT COUNT(*) FROM result`) == 0 {
		t.Error("no result is left")
	}
}

// TestAGapStaysOpenWhenWhatCameBeforeItIsGone has a meter silent for longer than readings
// are kept.
func TestAGapStaysOpenWhenWhatCameBeforeItIsGone(t *testing.T) {
	t.Parallel()
	w, _ := spoken(t, 1)
	w.pass(at("2026-11-08", 6, 0))
	const gaps = `SELECT from_at, to_at FROM gap`
	before := w.rows(gaps)
	if len(before) != 1 || before[0][1] != "0" {
		t.Fatalf("the meter is not missed: %v", before)
	}
	w.promise(charter.HalfHours, "36")
	w.nights("2026-11-08", "2026-12-20")
	w.pass(at("2026-12-20", 6, 0))
	w.pass(at("2026-12-21", 6, 0))
	if n := w.kept(at("2026-11-01", 0, 0), at("2026-12-21", 0, 0)); n != 0 {
		t.Errorf("%d readings are left", n)
	}
	if after := w.rows(gaps); !slices.EqualFunc(after, before, slices.Equal) {
		t.Errorf("the gap is %v, was %v", after, before)
	}
}

// TestAClockThatIsAheadRemovesAWeekADay jumps ahead by three years, for two days.
func TestAClockThatIsAheadRemovesAWeekADay(t *testing.T) {
	t.Parallel()
	w, _ := spoken(t, 1)
	w.pass(at("2026-11-08", 6, 0))
	readings := w.kept(at("2026-11-01", 0, 0), at("2026-11-09", 0, 0))
	days := w.number(`SELECT COUNT(*) FROM usage_day`)
	for _, now := range []time.Time{at("2029-11-08", 6, 0), at("2029-11-08", 9, 0), at("2029-11-09", 6, 0), at("2026-11-10", 6, 0)} {
		w.pass(now)
	}
	borders, err := w.records.Borders(t.Context())
	if err != nil || len(borders) != 1 || borders[0].HalfHours != date("2026-11-22").Add(-90) || borders[0].Done != date("2026-11-10") {
		t.Errorf("%+v %v", borders, err)
	}
	if n := w.kept(at("2026-11-01", 0, 0), at("2026-11-09", 0, 0)); n != readings || w.number(`SELECT COUNT(*) FROM usage_day`) < days {
		t.Errorf("%d of %d readings are left", n, readings)
	}
	w.pass(at("2026-11-11", 6, 0))
	if again, err := w.records.Borders(t.Context()); err != nil || !again[0].Same(borders[0]) || again[0].Done != date("2026-11-11") {
		t.Errorf("%+v %v", again, err)
	}
}

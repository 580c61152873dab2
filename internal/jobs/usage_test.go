package jobs_test

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A count is a register as its meter shows it.
type count struct {
	meter    energy.MeterID
	register energy.Register
	value    int64
	all      []energy.Reading
}

// show adds a reading.
func (c *count) show(t time.Time) {
	c.all = append(c.all, energy.Reading{Meter: c.meter, Register: c.register, At: energy.Instant(t), Value: c.value, Source: energy.DeviceTime})
}

// halfHours shows a register at each half-hour of the days from one to another and
// returns what it showed by instant. Each half-hour uses something else.
func (c *count) halfHours(luck *rand.Rand, from, to energy.Day) map[int64]int64 {
	shown := map[int64]int64{}
	for t := from.Start(paris); !t.After(to.Start(paris)); t = t.Add(energy.SlotLength) {
		c.show(t)
		shown[t.UnixMilli()] = c.value
		c.value += luck.Int64N(1_200_000)
	}
	return shown
}

// TestUsageIsWhatRegistersMovedBy holds half-hours, days and months against the
// register, over both changes of time.
func TestUsageIsWhatRegistersMovedBy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from, to, change string
		halves                 int
	}{
		{"october", "2026-10-20", "2026-11-03", "2026-10-25", 50},
		{"march", "2026-03-24", "2026-04-04", "2026-03-29", 46},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			from, to := date(c.from), date(c.to)
			w := openWorld(t, from.Start(paris))
			f := w.family("Foyer 01", base)
			register := count{meter: w.meter("linky", f, household.Electricity, from.Start(paris)), register: "energy_import/base", value: 12_345_678_000}
			shown := register.halfHours(rand.New(rand.NewPCG(1, 2)), from, to)
			w.arrive(register.all)
			w.pass(to.Start(paris).Add(12 * time.Hour))
			w.settledMarks()

			slots := map[string]int{}
			for _, row := range w.rows(`SELECT start_at, energy, seen, length, estimated + provision FROM usage_slot WHERE family = $1`, f) {
				start, _ := strconv.ParseInt(row[0], 10, 64)
				moved := shown[start+energy.SlotLength.Milliseconds()] - shown[start]
				if row[1] != strconv.FormatInt(moved, 10) || row[2] != "1800000" || row[3] != "1800000" || row[4] != "0" {
					t.Errorf("half-hour %s: %v, the register moved by %d", time.UnixMilli(start).In(paris), row, moved)
				}
				slots[time.UnixMilli(start).In(paris).Format(time.DateOnly)]++
			}
			days := w.rows(`SELECT day, energy, seen, length FROM usage_day WHERE family = $1 ORDER BY day`, f)
			if len(days) != to.Sub(from) {
				t.Fatalf("%d days, want %d", len(days), to.Sub(from))
			}
			months := map[string]int64{}
			for _, row := range days {
				d := date(row[0])
				moved := shown[d.End(paris).UnixMilli()] - shown[d.Start(paris).UnixMilli()]
				halves := 48
				if row[0] == c.change {
					halves = c.halves
				}
				length := strconv.FormatInt(int64(halves)*energy.SlotLength.Milliseconds(), 10)
				if row[1] != strconv.FormatInt(moved, 10) || row[2] != length || row[3] != length || slots[row[0]] != halves {
					t.Errorf("%v, %d half-hours: the register moved by %d in %d half-hours", row, slots[row[0]], moved, halves)
				}
				months[row[0][:7]] += moved
			}
			for month, moved := range months {
				if got := w.number(`SELECT energy FROM usage_month WHERE family = $1 AND month = $2`, f, month); got != moved {
					t.Errorf("%s: %d, the register moved by %d", month, got, moved)
				}
			}
			// The change of time leaves no day out and makes none twice.
			if n := w.number(`SELECT COUNT(*) FROM result WHERE family = $1 AND indicator = 'cost_day' AND status = 'ok'`, f); n != int64(len(days)) {
				t.Errorf("%d complete days with a price, want %d", n, len(days))
			}
		})
	}
}

// TestImportedPastAndRegisters has a past that was stated by the day and by the
// month, and registers after it: each energy counts once.
func TestImportedPastAndRegisters(t *testing.T) {
	t.Parallel()
	w := openWorld(t, at("2026-11-10", 0, 0))
	f := w.family("Foyer 01", base)
	m := w.meter("linky", f, household.Electricity, at("2026-08-01", 0, 0))
	state := func(from, to energy.Day, kWh int64) {
		t.Helper()
		if err := w.records.ImportIntervals(t.Context(), []energy.Interval{{
			Meter: m, Register: "energy_import/base", From: from.Start(paris), To: to.Start(paris), Energy: kWh * 1_000_000,
		}}); err != nil {
			t.Fatal(err)
		}
	}
	state(date("2026-09-01"), date("2026-11-01"), 610)
	w.pass(at("2026-11-10", 1, 0))
	of := func(day string) int64 {
		t.Helper()
		return w.number(`SELECT COALESCE(SUM(energy), -1) FROM usage_day WHERE family = $1 AND day = $2`, f, day)
	}
	if sum := w.number(`SELECT SUM(energy) FROM usage_day WHERE family = $1 AND estimated = 1`, f); sum != 610_000_000 {
		t.Fatalf("two months of 610 kWh are %d", sum)
	}
	// What a shorter one states stands for all of the time of the longer one.
	state(date("2026-09-15"), date("2026-09-16"), 7)
	w.pass(at("2026-11-10", 2, 0))
	if of("2026-09-15") != 7_000_000 || of("2026-09-14") != -1 || of("2026-10-31") != -1 {
		t.Errorf("a day within two months: %d, before %d, a month later %d", of("2026-09-15"), of("2026-09-14"), of("2026-10-31"))
	}
	for d := date("2026-10-01"); d.Before(date("2026-11-01")); d = d.Add(1) {
		state(d, d.Add(1), 10)
	}
	register := count{meter: m, register: "energy_import/base"}
	register.halfHours(rand.New(rand.NewPCG(3, 4)), date("2026-10-31"), date("2026-11-10"))
	w.arrive(register.all)
	w.pass(at("2026-11-10", 3, 0))
	if of("2026-10-30") != 10_000_000 {
		t.Errorf("a stated day is %d", of("2026-10-30"))
	}
	if of("2026-10-31") == 10_000_000 || of("2026-11-01") <= 0 {
		t.Errorf("where registers are, they count: %d, %d", of("2026-10-31"), of("2026-11-01"))
	}
	w.settledMarks()
}

// TestAMeterCountsForWhoHasIt gives one meter from a family to another and then
// finds out that it had been the other's for longer.
func TestAMeterCountsForWhoHasIt(t *testing.T) {
	t.Parallel()
	from, to := date("2026-11-01"), date("2026-11-15")
	w := openWorld(t, to.Start(paris))
	before, after := w.family("Foyer 01", base), w.family("Foyer 02", base)
	m := w.meter("linky", before, household.Electricity, from.Start(paris))
	register := count{meter: m, register: "energy_import/base"}
	shown := register.halfHours(rand.New(rand.NewPCG(5, 6)), from, to)
	w.arrive(register.all)
	w.pass(to.Start(paris).Add(time.Hour))
	sum := func(f household.FamilyID) int64 {
		return w.number(`SELECT COALESCE(SUM(energy), 0) FROM usage_day WHERE family = $1`, f)
	}
	all := shown[to.Start(paris).UnixMilli()] - shown[from.Start(paris).UnixMilli()]
	if sum(before) != all || sum(after) != 0 {
		t.Fatalf("%d and %d of %d", sum(before), sum(after), all)
	}
	moved := at("2026-11-08", 12, 0)
	w.set(to.Start(paris).Add(2 * time.Hour))
	if err := w.registry.Release(t.Context(), m, moved); err != nil {
		t.Fatal(err)
	}
	w.pass(to.Start(paris).Add(3 * time.Hour))
	// The half-hour that ends where the meter goes is nobody's: its end is not the first family's.
	kept := shown[moved.Add(-energy.SlotLength).UnixMilli()] - shown[from.Start(paris).UnixMilli()]
	if sum(before) != kept || sum(after) != 0 {
		t.Errorf("released: %d and %d, want %d", sum(before), sum(after), kept)
	}
	if n := w.number(`SELECT COUNT(*) FROM usage_slot WHERE family = $1 AND start_at >= $2`, before, moved.UnixMilli()); n != 0 {
		t.Errorf("%d half-hours are still the first family's", n)
	}
	if status := w.rows(`SELECT status FROM result WHERE family = $1 AND indicator = 'cost_day' AND from_day = '2026-11-12' ORDER BY id DESC`, before)[0][0]; status != "insufficient_data" {
		t.Errorf("a day of which nothing is known any more is %s", status)
	}
	w.meter("linky", after, household.Electricity, moved)
	w.pass(to.Start(paris).Add(4 * time.Hour))
	if got := shown[to.Start(paris).UnixMilli()] - shown[moved.UnixMilli()]; sum(after) != got || sum(before) != kept {
		t.Errorf("claimed: %d and %d, want %d and %d", sum(before), sum(after), kept, got)
	}
	w.settledMarks()
}

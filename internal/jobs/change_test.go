package jobs_test

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

var word = registry.Word{By: "A. Roy", Why: "visit"}

// sum returns what a family used of a quantity over all days.
func (w *world) sum(f household.FamilyID, register string) int64 {
	w.tb.Helper()
	return w.number(`SELECT COALESCE(SUM(energy), 0) FROM usage_day WHERE family = $1 AND register LIKE $2`, f, register+"%")
}

// TestARiseBeyondTheConnectionIsHeldUntilAPersonDecides has a counter rise by 39,000
// kWh in half an hour: it is not counted and that half-hour is unknown, until a
// person says that it was used, and takes that back.
func TestARiseBeyondTheConnectionIsHeldUntilAPersonDecides(t *testing.T) {
	t.Parallel()
	from, to := date("2026-11-01"), date("2026-11-08")
	w := openWorld(t, to.Start(paris))
	f := w.family("Foyer 01", base)
	m := w.meter("linky", f, household.Electricity, from.Start(paris))
	c := count{meter: m, register: "energy_import/base", value: 5_000_000_000}
	shown := c.halfHours(rand.New(rand.NewPCG(1, 1)), from, to)
	used := shown[to.Start(paris).UnixMilli()] - shown[from.Start(paris).UnixMilli()]
	leap := at("2026-11-04", 12, 0)
	var step int64
	for i := range c.all {
		if r := &c.all[i]; !r.At.Before(leap) {
			r.Value += 39_000_000_000
			if r.At.Equal(leap) {
				step = r.Value - c.all[i-1].Value
			}
		}
	}
	w.arrive(c.all)
	now := to.Start(paris).Add(time.Hour)
	w.pass(now)
	state := func() string {
		t.Helper()
		rows := w.rows(`SELECT energy || ' ' || seen FROM usage_slot WHERE family = $1 AND start_at = $2`, f, leap.Add(-energy.SlotLength).UnixMilli())
		if len(rows) == 0 {
			return "unknown"
		}
		return rows[0][0]
	}
	held := used - (step - 39_000_000_000)
	if got := w.sum(f, "energy_import"); got != held || state() != "unknown" {
		t.Errorf("%d of %d, the half-hour is %s", got, held, state())
	}
	doubts, err := w.registry.Doubts(t.Context())
	if err != nil || len(doubts) != 1 || doubts[0].Rise() != step || !doubts[0].After.At.Equal(leap) || !doubts[0].Told {
		t.Fatalf("doubts %+v %v", doubts, err)
	}
	if err := w.registry.Judge(t.Context(), m, "", leap.Add(time.Minute), true, word); err == nil {
		t.Error("a reading that nobody doubts can be decided on")
	}
	if err := w.registry.Judge(t.Context(), m, "", leap, true, registry.Word{By: "A. Roy"}); err == nil {
		t.Error("a decision needs no reason")
	}
	for i, x := range []struct {
		used bool
		want int64
	}{{true, held + step}, {false, held}, {true, held + step}} {
		if err := w.registry.Judge(t.Context(), m, "", leap, x.used, word); err != nil {
			t.Fatal(err)
		}
		dirty := `SELECT COUNT(*) FROM usage_slot WHERE family = $1 AND start_at < $2`
		before := w.number(dirty, f, date("2026-11-04").Start(paris).UnixMilli())
		results := w.number(`SELECT COUNT(*) FROM result WHERE family = $1 AND indicator = 'cost_day'`, f)
		w.pass(now.Add(time.Duration(i+1) * time.Minute))
		if got := w.sum(f, "energy_import"); got != x.want || (state() != "unknown") != x.used {
			t.Errorf("decided %v: %d, want %d; the half-hour is %s", x.used, got, x.want, state())
		}
		if after := w.number(`SELECT COUNT(*) FROM result WHERE family = $1 AND indicator = 'cost_day'`, f); after != results+1 {
			t.Errorf("decided %v: %d days changed, want the one", x.used, after-results)
		}
		if w.number(dirty, f, date("2026-11-04").Start(paris).UnixMilli()) != before {
			t.Error("other days changed")
		}
		if left, err := w.registry.Doubts(t.Context()); err != nil || len(left) != 0 {
			t.Errorf("decided %v: %v still waits, %v", x.used, left, err)
		}
		w.settledMarks()
	}
	said, err := w.registry.History(t.Context(), m)
	if err != nil || len(said) != 4 || said[1].By != word.By || said[1].Why != word.Why || said[2].Kind != household.Unused {
		t.Errorf("history %+v %v", said, err)
	}
}

// TestAReplacedMeterKeepsOneHistory replaces a meter under the name of the old one,
// and by another device, with the indexes that were read off and without.
func TestAReplacedMeterKeepsOneHistory(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]bool{"the same device": false, "another device": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := date("2026-11-01"), date("2026-11-10")
			w := openWorld(t, to.Start(paris))
			f := w.family("Foyer 01", base)
			m := w.meter("linky", f, household.Electricity, from.Start(paris))
			next := m
			if other {
				found, err := w.registry.Lookup(t.Context(), registry.DeviceRef{Gateway: "gw", Scheme: "tasmota", ID: "new"})
				if err != nil {
					t.Fatal(err)
				}
				next = found.ID
			}
			const r = energy.Register("energy_import/base")
			old, fresh := count{meter: m, register: r, value: 48_000_000_000}, count{meter: next, register: r, value: 70_000}
			last, first := at("2026-11-05", 9, 40), at("2026-11-05", 11, 0) // the fitter came in between
			for x := from.Start(paris); !x.After(last); x = x.Add(10 * time.Minute) {
				old.show(x)
				old.value += 50_000
			}
			for x := first; x.Before(to.Start(paris)); x = x.Add(10 * time.Minute) {
				fresh.show(x)
				fresh.value += 50_000
			}
			if !other {
				w.arrive(append(old.all, fresh.all...))
			} else {
				w.arrive(old.all)
			}
			now := to.Start(paris).Add(time.Hour)
			w.pass(now)
			exchange := registry.Exchange{Meter: m, New: next, At: at("2026-11-05", 10, 5), Word: word}
			say := func(x registry.Exchange) {
				t.Helper()
				if err := w.registry.Replace(t.Context(), x); err != nil {
					t.Fatal(err)
				}
				if other && len(fresh.all) > 0 {
					w.arrive(fresh.all)
					fresh.all = nil
				}
				now = now.Add(time.Minute)
				w.pass(now)
				w.settledMarks()
			}
			n := int64(len(fresh.all))
			say(exchange)
			measured := int64(len(old.all)-1)*50_000 + (n-1)*50_000
			if got := w.sum(f, "energy_import"); got != measured {
				t.Errorf("without indexes: %d, want %d", got, measured)
			}
			exchange.New = m
			exchange.Last = map[energy.Register]int64{r: old.value + 80_000} // 130 Wh after its last reading
			if !other {
				exchange.First = map[energy.Register]int64{r: 0} // 70 Wh before its first
				measured += 70_000
			}
			say(exchange)
			measured += 130_000
			if got := w.sum(f, "energy_import"); got != measured {
				t.Errorf("with indexes: %d, want %d", got, measured)
			}
			if n := w.number(`SELECT COUNT(*) FROM usage_slot WHERE family = $1 AND energy < 0`, f); n != 0 {
				t.Errorf("%d half-hours of negative use", n)
			}
			if other {
				return
			}
			say(registry.Exchange{Meter: m, At: exchange.At, Undo: true, Word: word})
			if got, want := w.sum(f, "energy_import"), measured-200_000; got != want { // by itself it is a reset
				t.Errorf("taken back: %d, want %d", got, want)
			}
		})
	}
}

// TestANewcomerSeesWhatItUsedAlone moves a family out and another in.
func TestANewcomerSeesWhatItUsedAlone(t *testing.T) {
	t.Parallel()
	from, to := date("2026-11-01"), date("2026-11-10")
	w := openWorld(t, to.Start(paris))
	before, after := w.family("Foyer 01", base), w.family("Foyer 02", base)
	m := w.meter("linky", before, household.Electricity, from.Start(paris))
	w.meter("indoor", before, household.Indoor, from.Start(paris))
	c := count{meter: m, register: "energy_import/base", value: 5_000_000_000}
	shown := c.halfHours(rand.New(rand.NewPCG(1, 1)), from, to)
	w.arrive(c.all)
	now := to.Start(paris).Add(time.Hour)
	w.pass(now)
	moved := at("2026-11-06", 12, 0)
	n, err := w.registry.MoveOut(t.Context(), before, after, moved, word)
	if err != nil || n != 2 {
		t.Fatal(n, err)
	}
	w.pass(now.Add(time.Minute))
	w.settledMarks()
	of := func(from, to time.Time) int64 { return shown[to.UnixMilli()] - shown[from.UnixMilli()] }
	if got, want := w.sum(before, "energy_import"), of(from.Start(paris), moved.Add(-energy.SlotLength)); got != want {
		t.Errorf("who left: %d, want %d", got, want)
	}
	if got, want := w.sum(after, "energy_import"), of(moved, to.Start(paris)); got != want {
		t.Errorf("who came: %d, want %d", got, want)
	}
	if _, err := w.registry.MoveOut(t.Context(), after, before, moved.Add(-time.Hour), word); err == nil {
		t.Error("the newcomer leaves before it came")
	}
}

// TestPlausibilityFollowsTheContractOfTheDate has the same steep hour before and
// after a contract of less power, and the contract told late.
func TestPlausibilityFollowsTheContractOfTheDate(t *testing.T) {
	t.Parallel()
	from, to := date("2026-11-01"), date("2026-11-10")
	w := openWorld(t, to.Start(paris))
	large := base
	large.PowerKVA = 36
	f := w.family("Foyer 01", large)
	c := count{meter: w.meter("linky", f, household.Electricity, from.Start(paris)), register: "energy_import/base", value: 5_000_000_000}
	for x := from.Start(paris); x.Before(to.Start(paris)); x = x.Add(10 * time.Minute) {
		c.show(x)
		c.value += 50_000
		if h := x.In(paris); h.Hour() == 12 && h.Minute() == 0 {
			c.value += 6_000_000 // 36 kW for ten minutes
		}
	}
	w.arrive(c.all)
	now := to.Start(paris).Add(time.Hour)
	w.pass(now)
	whole := c.all[len(c.all)-1].Value - c.all[0].Value
	if got := w.sum(f, "energy_import"); got != whole {
		t.Fatalf("with 36 kVA: %d, want %d", got, whole)
	}
	small := base
	small.Family, small.PowerKVA, small.From = f, 3, date("2026-11-07")
	if err := w.registry.ChangeContract(t.Context(), small); err != nil {
		t.Fatal(err)
	}
	w.pass(now.Add(time.Minute))
	w.settledMarks()
	if got, want := w.sum(f, "energy_import"), whole-3*6_050_000; got != want {
		t.Errorf("with 3 kVA since the 7th: %d, want %d", got, want)
	}
	if doubts, err := w.registry.Doubts(t.Context()); err != nil || len(doubts) != 3 {
		t.Errorf("doubts %v %v", doubts, err)
	}
}

// TestGasWaterAndHeatAreCounted has meters of a home that count something else.
func TestGasWaterAndHeatAreCounted(t *testing.T) {
	t.Parallel()
	from, to := date("2026-11-01"), date("2026-11-10")
	w := openWorld(t, to.Start(paris))
	f := w.family("Foyer 01", base)
	for i, x := range []struct {
		role     household.Role
		register energy.Register
		rise     int64 // in an hour
		steep    int64
	}{
		{household.Gas, "gas_volume", 400_000, 30_000_000},
		{household.Water, "water_volume", 60_000, 20_000_000},
		{household.Heat, "heat_energy", 2_000_000, 300_000_000},
		{household.Heat, "hca", 1_000, 0},
	} {
		c := count{meter: w.meter("meter "+strconv.Itoa(i), f, x.role, from.Start(paris)), register: x.register, value: 900_000_000}
		for at := from.Start(paris); !at.After(to.Start(paris)); at = at.Add(time.Hour) {
			c.show(at)
			c.value += x.rise
		}
		glitch := c.all[50]
		glitch.At, glitch.Value = glitch.At.Add(time.Minute), 0
		steep := c.all[60]
		steep.At, steep.Value = steep.At.Add(time.Minute), steep.Value+x.steep
		w.arrive(append(c.all, glitch, steep))
	}
	w.pass(to.Start(paris).Add(time.Hour))
	w.settledMarks()
	hours := int64(to.Start(paris).Sub(from.Start(paris)) / time.Hour)
	for register, rise := range map[string]int64{"gas_volume": 400_000, "water_volume": 60_000, "heat_energy": 2_000_000, "hca": 1_000} {
		if got := w.sum(f, register); got != hours*rise {
			t.Errorf("%s: %d, want %d", register, got, hours*rise)
		}
		if n := w.number(`SELECT COUNT(*) FROM usage_slot WHERE family = $1 AND register = $2 AND seen = length AND estimated = 0`, f, register); n != 2*hours {
			t.Errorf("%s: %d half-hours are seen, want %d", register, n, 2*hours)
		}
	}
	if n := w.number(`SELECT COUNT(*) FROM bill_line WHERE family = $1`, f); n != 0 {
		t.Errorf("%d lines of a bill without electricity", n)
	}
}

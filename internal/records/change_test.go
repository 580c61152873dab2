package records

import (
	"errors"
	"slices"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// TestChangesOfMetersStayWrittenDown claims, replaces and moves a meter, and finds
// all of it in the order it was said, with who said it, and in the homes it concerns.
func TestChangesOfMetersStayWrittenDown(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		w := newTown(t, db)
		one, two := w.family(t, "Foyer 01"), w.family(t, "Foyer 02")
		m := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "tasmota", ID: "linky"}).ID
		from, replaced, moved := noon.AddDate(0, 0, -40), noon.AddDate(0, 0, -20), noon.AddDate(0, 0, -10)
		if err := w.registry.Claim(ctx, registry.Claim{Meter: m, Family: one, Role: household.Electricity, From: from, MaxPower: 9_000_000}); err != nil {
			t.Fatal(err)
		}
		const r = energy.Register("energy_import/base")
		if _, err := db.Claim(ctx, []energy.Reading{{Meter: m, Register: r, At: noon.Add(-time.Hour), Value: 7}}); err != nil {
			t.Fatal(err)
		}
		word := registry.Word{By: "A. Roy", Why: "fitter's note"}
		x := registry.Exchange{Meter: m, At: replaced, Last: map[energy.Register]int64{r: 48_000}, First: map[energy.Register]int64{r: 0}, Word: word}
		if err := w.registry.Replace(ctx, x); err != nil {
			t.Fatal(err)
		}
		if n, err := w.registry.MoveOut(ctx, one, two, moved, word); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if err := w.registry.Move(ctx, m, one, two, moved, word); !errors.Is(err, registry.ErrClaimed) {
			t.Errorf("moved twice: %v", err)
		}
		// What it held back of the time of the first family is believed to be of then.
		if got := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "tasmota", ID: "linky"}); !got.Since.Equal(from.Add(-24 * time.Hour)) {
			t.Errorf("believed since %s, it was claimed from %s", got.Since, from)
		}
		said, err := w.registry.History(ctx, m)
		if err != nil {
			t.Fatal(err)
		}
		var kinds []household.ChangeKind
		for _, c := range said {
			kinds = append(kinds, c.Kind)
			if c.Meter != m || !c.Said.Equal(noon) || c.Kind != household.Taken && (c.By != word.By || c.Why != word.Why) {
				t.Errorf("%+v", c)
			}
		}
		if want := []household.ChangeKind{household.Taken, household.Replaced, household.Replaced, household.Left, household.Taken}; !slices.Equal(kinds, want) {
			t.Fatalf("%v, want %v", kinds, want)
		}
		if c := said[2]; c.Register != r || !c.Last.Known || c.Last.Value != 48_000 || !c.First.Known || c.First.Value != 0 || said[1].First.Known {
			t.Errorf("%+v after %+v", c, said[1])
		}
		for _, h := range homesOf(t, db) {
			a := h.Attachments[0]
			if a.Role != household.Electricity || a.MaxPower != 9_000_000 {
				t.Errorf("%s: %+v", h.Family, a)
			}
			switch h.Family {
			case one:
				if !a.To.Equal(moved) || len(h.Replacements(a)) != 1 || !h.Replacements(a)[0].Equal(replaced) {
					t.Errorf("who left: %+v, replaced %v", a, h.Replacements(a))
				}
			case two:
				if !a.From.Equal(moved) || len(h.Changes) != 0 {
					t.Errorf("who came: %+v %+v", a, h.Changes)
				}
			}
		}
	})
}

// TestDoubtsAreThoseOfTheLastRoll keeps rises of a stretch, replaces them with those
// found next, and shows none of a time in which the meter is nobody's.
func TestDoubtsAreThoseOfTheLastRoll(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		w := newTown(t, db)
		f := w.family(t, "Foyer 01")
		m := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "tasmota", ID: "linky"}).ID
		if err := w.registry.Claim(ctx, registry.Claim{Meter: m, Family: f, Role: household.Electricity, From: noon.AddDate(0, 0, -10)}); err != nil {
			t.Fatal(err)
		}
		doubt := func(at time.Time) energy.Doubt {
			before := energy.Reading{Meter: m, Register: "energy_import/base", At: at.Add(-time.Minute), Value: 5}
			after := before
			after.At, after.Value = at, 39_000
			return energy.Doubt{Before: before, After: after, Told: true}
		}
		early, late := noon.AddDate(0, 0, -8), noon.AddDate(0, 0, -2)
		roll := func(from, to time.Time, doubts ...energy.Doubt) {
			t.Helper()
			day := energy.DayOf(from, time.UTC)
			err := db.SaveRoll(ctx, household.Roll{
				Family: f, Zone: time.UTC, From: day, To: day, Start: from, End: from, Judged: []energy.Span{{Meter: m, From: from, To: to}}, Doubts: doubts,
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		holds := func(want ...energy.Doubt) {
			t.Helper()
			if got, err := db.Doubts(ctx); err != nil || !slices.Equal(got, want) {
				t.Errorf("%+v, want %+v; %v", got, want, err)
			}
		}
		roll(noon.AddDate(0, 0, -10), noon, doubt(early), doubt(late))
		holds(doubt(early), doubt(late))
		roll(noon.AddDate(0, 0, -10), early.Add(time.Hour))
		holds(doubt(late))
		roll(noon.AddDate(0, 0, -3), noon, doubt(late))
		holds(doubt(late))
		if err := w.registry.Release(ctx, m, late); err != nil {
			t.Fatal(err)
		}
		holds()
	})
}

package records

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"foyer/internal/charter"
	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/opendata"
	"foyer/internal/registry"
)

var year2025 = household.YearOf("p", 2025, paris)

// byIncome is what nothing offers yet: to be counted by figures made of an income.
var byIncome = consent.Scope{Purpose: consent.OpenStatistics, Recipient: consent.ToPublic, Category: consent.Indicators, Granularity: consent.Annual}

// counted takes in homes with the years 2025 and 2026 behind them, that agree to be counted.
func (w town) counted(t *testing.T, n int) []household.FamilyID {
	t.Helper()
	ids := make([]household.FamilyID, n)
	for i := range ids {
		id, err := w.registry.AddFamily(t.Context(), household.File{
			Family:    household.Family{Pilot: "p", Label: fmt.Sprintf("Foyer %02d", i), Language: "fr", Since: noon.AddDate(-2, 0, 0)},
			Contracts: []household.Contract{{Tariff: "fr-bleu-base", PowerKVA: 6, Instalment: 7500}},
		})
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = id
		w.agrees(t, id, consent.OpenStatistics)
		for m := range 24 {
			first := energy.Day{Year: 2025 + m/12, Month: time.Month(1 + m%12), Date: 1}
			next := energy.DayOf(first.Start(time.UTC).AddDate(0, 1, 0), time.UTC)
			start, length := first.Start(paris).UnixMilli(), next.Start(paris).Sub(first.Start(paris)).Milliseconds()
			w.exec(t, `INSERT INTO usage_month (family, month, register, start_at, energy, seen, length, estimated, provision)
				VALUES ($1, $2, 'energy_import', $3, 250000000, $4, $4, 0, 0)`, id, first.String()[:7], start, length)
			w.exec(t, `INSERT INTO bill_line (family, month, line, start_at, label, quantity, unit, price, cents)
				VALUES ($1, $2, 1, $3, 'energy', '250', 'kWh', '0.2', 5000)`, id, first.String()[:7], start)
		}
		for _, to := range []string{"2026-01-01", "2027-01-01"} {
			flag := i%2 == 0
			w.result(t, id, "eu_2m", day(t, to).Add(-365), day(t, to), "1", "indicators", consent.Annual, household.Finding{Flag: &flag})
		}
	}
	return ids
}

// tally counts a year of whoever agrees now, with figures.
func (w town) tally(t *testing.T, y household.AggregateYear, figures ...household.AggregateFigure) []household.CountedYear {
	t.Helper()
	homes, err := w.db.CountedYears(t.Context(), y)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.db.SaveAggregate(t.Context(), household.Aggregate{AggregateYear: y, At: noon, Homes: homes, Figures: figures}); err != nil {
		t.Fatal(err)
	}
	return homes
}

// seen is what an auditor sees of a year.
func (w town) seen(t *testing.T, year int) household.AggregateSheet {
	t.Helper()
	reader := consent.Reader{Kind: consent.Staff, Subject: "s-auditor", Pilot: "p", Recipient: consent.ToPublic}
	s, err := w.db.Aggregates(t.Context(), consent.Access{Reader: reader, Purpose: consent.OpenStatistics, View: "aggregates"}, year)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func flagged(figure string, known, n int) household.AggregateFigure {
	return household.AggregateFigure{Figure: figure, Part: "homes", Known: known, Flagged: &n, Seen: 97, Estimated: true}
}

// TestAYearIsCountedOfWhatWasAgreedTo has homes agree to little, to more, for less time and
// to nothing.
func TestAYearIsCountedOfWhatWasAgreedTo(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		ids := w.counted(t, 5)
		if err := w.registry.Give(t.Context(), ids[1], []consent.Scope{byIncome}, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		if err := w.registry.WithdrawAll(t.Context(), ids[2], registry.Form{}); err != nil {
			t.Fatal(err)
		}
		late := registry.Form{DataFrom: day(t, "2025-02-01").Start(paris)}
		if err := w.registry.Bundle(t.Context(), ids[3], late, false, consent.OpenStatistics); err != nil {
			t.Fatal(err)
		}
		w.exec(t, `DELETE FROM bill_line WHERE family = $1 AND month = '2025-12'`, ids[4])
		w.exec(t, `UPDATE usage_month SET estimated = 1 WHERE family = $1 AND month = '2025-03'`, ids[4])
		homes, err := db.CountedYears(t.Context(), year2025)
		if err != nil {
			t.Fatal(err)
		}
		by := map[household.FamilyID]household.CountedYear{}
		for _, h := range homes {
			by[h.Family] = h
			if h.Energy != 3_000_000_000 || h.Seen != 365*24*time.Hour || h.Estimated != (h.Family == ids[4]) {
				t.Errorf("%+v", h)
			}
		}
		plain, wide, short := by[ids[0]], by[ids[1]], by[ids[4]]
		if len(homes) != 3 || !slices.Equal(plain.Covers, []string{"consumption", "cost"}) || !slices.Equal(wide.Covers, []string{"consumption", "cost", "indicators"}) {
			t.Fatalf("%+v", homes)
		}
		if plain.Cents == nil || *plain.Cents != 60_000 || short.Cents != nil {
			t.Errorf("%v, and of part of a year %v", plain.Cents, short.Cents)
		}
		if len(plain.Results) != 0 || len(wide.Results) != 1 || wide.Results[0].Value != "1" || wide.Results[0].From != day(t, "2025-01-01") {
			t.Errorf("%+v, %+v", plain.Results, wide.Results)
		}
	})
}

// TestTheViewWithholdsSmallCells keeps every number of flagged homes, as a mistake in the
// program might, and holds what is seen against the rules of opendata.
func TestTheViewWithholdsSmallCells(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		w.counted(t, 24)
		var figures []household.AggregateFigure
		for n := range 25 {
			figures = append(figures, flagged(fmt.Sprint("flag ", n), 24, n), household.AggregateFigure{Figure: fmt.Sprint("sum ", n), Part: "total", Known: n, Value: "100", Most: 85, Seen: 97, Estimated: true})
		}
		figures = append(figures, household.AggregateFigure{Figure: "one home", Part: "total", Known: 24, Value: "100", Most: 86, Seen: 97},
			flagged("more than there are", 25, 12), household.AggregateFigure{Figure: "unseen", Part: "total", Known: 24, Value: "100"})
		w.tally(t, year2025, figures...)
		withheld := func(least int) {
			t.Helper()
			s, want := w.seen(t, 2025), map[string]bool{"one home": true, "more than there are": true, "unseen": true}
			for n := range 25 {
				hidden, err := opendata.Hide([]int{n, 24 - n}, least, true)
				want[fmt.Sprint("flag ", n)] = err != nil || slices.Contains(hidden, true)
				want[fmt.Sprint("sum ", n)] = opendata.Rule{Min: least, Dominance: opendata.INSEE.Dominance}.Judge(opendata.Cell{Homes: n}) != opendata.Publish
			}
			if s.Homes != 25 || len(s.Figures) != len(figures) || !s.At.Equal(noon) {
				t.Fatalf("%+v", s)
			}
			for i, f := range s.Figures {
				if f.Withheld != want[f.Figure] {
					t.Errorf("k %d: %s is withheld: %t", least, f.Figure, f.Withheld)
				}
				if f.Withheld && (f.Known != 0 || f.Flagged != nil || f.Percent != nil || f.Value != "" || f.Seen != 0 || f.Estimated) {
					t.Errorf("withheld, and yet %+v", f)
				}
				if !f.Withheld && (f.Known%5 != 0 || f.Flagged != nil && (*f.Flagged%5 != 0 || *f.Percent%5 != 0) || f.Value != figures[i].Value || f.Seen != 97 || !f.Estimated) {
					t.Errorf("%+v of %+v", f, figures[i])
				}
			}
		}
		withheld(11)
		if _, err := db.Amend(t.Context(), charter.Change{Name: charter.Homes, Value: "13", By: "x", Why: "y"}); err != nil {
			t.Fatal(err)
		}
		withheld(13)
		if _, err := db.Amend(t.Context(), charter.Change{Name: charter.Homes, Value: "25", By: "x", Why: "y"}); err != nil {
			t.Fatal(err)
		}
		if s := w.seen(t, 2025); len(s.Figures) > 0 || s.Homes != 0 {
			t.Errorf("24 of 25 homes: %+v", s)
		}
	})
}

// TestTheCharterIsNeverLaxerThanItsRules changes the table behind the program's back.
func TestTheCharterIsNeverLaxerThanItsRules(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		w.counted(t, 10)
		w.tally(t, year2025, flagged("eu_2m", 10, 5))
		w.exec(t, `INSERT INTO charter (name, value, from_at, said_at, decided_by, why) VALUES ('k', '2', 0, 0, 'x', 'y'), ('share', '100', 0, 0, 'x', 'y')`)
		if s := w.seen(t, 2025); len(s.Figures) > 0 {
			t.Errorf("10 homes: %+v", s)
		}
	})
}

// TestWhoLeavesEndsTheYearAtOnce reads a year before and after one home takes back what it
// agreed to: the second answer is not the first one less a home.
func TestWhoLeavesEndsTheYearAtOnce(t *testing.T) {
	leave := map[string]func(*testing.T, town, household.FamilyID){
		"withdraws": func(t *testing.T, w town, id household.FamilyID) {
			if err := w.registry.Withdraw(t.Context(), id, consent.Offer(consent.OpenStatistics), registry.Form{}); err != nil {
				t.Fatal(err)
			}
		},
		"withdraws one category": func(t *testing.T, w town, id household.FamilyID) {
			if err := w.registry.Withdraw(t.Context(), id, consent.Offer(consent.OpenStatistics)[1:], registry.Form{}); err != nil {
				t.Fatal(err)
			}
		},
		"agrees to less of the year": func(t *testing.T, w town, id household.FamilyID) {
			late := registry.Form{DataFrom: day(t, "2025-02-01").Start(paris)}
			if err := w.registry.Bundle(t.Context(), id, late, false, consent.OpenStatistics); err != nil {
				t.Fatal(err)
			}
		},
		"agreed until now": func(t *testing.T, w town, id household.FamilyID) {
			w.exec(t, `UPDATE "grant" SET valid_to = (SELECT now FROM wall) WHERE family = $1`, id)
		},
		"is erased": func(t *testing.T, w town, id household.FamilyID) {
			if _, known, err := w.db.Erase(t.Context(), household.Belongings{Family: id}); err != nil || !known {
				t.Fatal(known, err)
			}
		},
		"is too long ago": func(t *testing.T, w town, id household.FamilyID) {
			days := day(t, "2026-01-01")
			if n, err := w.db.Decay(t.Context(), household.Decay{Family: id, Days: days, DaysAt: days.Start(paris)}); err != nil || n == 0 {
				t.Fatal(n, err)
			}
		},
	}
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		ids := w.counted(t, 12+len(leave))
		w.tally(t, year2025, flagged("eu_2m", len(ids), 0))
		for how, act := range leave {
			if s := w.seen(t, 2025); s.Homes < 10 || len(s.Figures) != 1 || s.Figures[0].Withheld {
				t.Fatalf("before one %s: %+v", how, s)
			}
			gone := ids[len(ids)-1]
			act(t, w, gone)
			ids = ids[:len(ids)-1]
			if s := w.seen(t, 2025); s.Homes != 0 || len(s.Figures) > 0 || !s.At.IsZero() {
				t.Errorf("one %s: %+v", how, s)
			}
			// As if the year had been counted of who is left.
			w.exec(t, `DELETE FROM aggregate_figure`)
			w.exec(t, `DELETE FROM aggregate_home`)
			w.exec(t, `DELETE FROM aggregate`)
			for _, h := range w.tally(t, year2025, flagged("eu_2m", len(ids), 0)) {
				if h.Family == gone && (h.Cents != nil || len(h.Covers) > 1 && how != "is too long ago") {
					t.Errorf("one %s, and is counted: %+v", how, h)
				}
			}
		}
	})
}

// TestWhoWithdrewIsNotInTheNextYear counts two years with a withdrawal between.
func TestWhoWithdrewIsNotInTheNextYear(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		ids := w.counted(t, 13)
		w.tally(t, year2025, flagged("eu_2m", 13, 0))
		// A year is counted once: another count, of fewer, changes nothing.
		if err := db.SaveAggregate(t.Context(), household.Aggregate{AggregateYear: year2025, At: noon.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if s := w.seen(t, 2025); s.Homes != 15 || !s.At.Equal(noon) {
			t.Errorf("%+v", s)
		}
		offer := consent.Offer(consent.OpenStatistics)
		if err := w.registry.Withdraw(t.Context(), ids[4], offer, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		homes := w.tally(t, household.YearOf("p", 2026, paris), flagged("eu_2m", 12, 0))
		if len(homes) != 12 || slices.ContainsFunc(homes, func(h household.CountedYear) bool { return h.Family == ids[4] }) {
			t.Errorf("%d homes", len(homes))
		}
		if s := w.seen(t, 2026); s.Homes != 10 || len(s.Figures) != 1 {
			t.Errorf("%+v", s)
		}
		if s := w.seen(t, 2025); len(s.Figures) > 0 {
			t.Errorf("%+v", s)
		}
		// Who agrees again is where it was.
		if err := w.registry.Give(t.Context(), ids[4], offer, registry.Form{}); err != nil {
			t.Fatal(err)
		}
		if s := w.seen(t, 2025); s.Homes != 15 || len(s.Figures) != 1 {
			t.Errorf("%+v", s)
		}
		if years, err := db.Aggregated(t.Context()); err != nil || !slices.Equal(years["p"], []int{2025, 2026}) || len(years) != 1 {
			t.Error(years, err)
		}
	})
}

// TestEveryHomeThatIsCountedSeesWhoRead reads a year that is shown, one that is not, and one
// of another pilot.
func TestEveryHomeThatIsCountedSeesWhoRead(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		w.counted(t, 11)
		w.tally(t, year2025, flagged("eu_2m", 11, 0))
		w.seen(t, 2025)
		w.seen(t, 2026)
		reader := consent.Reader{Kind: consent.Staff, Subject: "s-auditor", Pilot: "q", Recipient: consent.ToPublic}
		s, err := db.Aggregates(t.Context(), consent.Access{Reader: reader, Purpose: consent.OpenStatistics, View: "aggregates"}, 2025)
		if err != nil || len(s.Figures) > 0 {
			t.Errorf("another pilot: %+v %v", s, err)
		}
		n := w.count(t, `SELECT COUNT(DISTINCT family) FROM access WHERE audience = 'staff' AND subject = 's-auditor' AND purpose = 'open_statistics' AND view = 'aggregates'`)
		if all := w.count(t, `SELECT COUNT(*) FROM access WHERE subject = 's-auditor'`); n != 11 || all != 11 {
			t.Errorf("%d reads of %d homes", all, n)
		}
	})
}

package records

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/registry"
	"foyer/internal/testserver"
)

// homes takes families in that show the cooperative something, of which nothing is known.
func (w town) homes(t *testing.T, n int) []household.FamilyID {
	t.Helper()
	var all []household.FamilyID
	for i := range n {
		id, err := w.registry.AddFamily(t.Context(), household.File{
			Family: household.Family{Pilot: "p", Label: fmt.Sprintf("Foyer %02d", i), Language: "fr", Since: noon.AddDate(-1, 0, 0)},
		})
		if err != nil {
			t.Fatal(err)
		}
		w.agrees(t, id, consent.CooperativeSummary)
		all = append(all, id)
	}
	return all
}

// opens has somebody open the figures of families, one by one.
func (w town) opens(t *testing.T, aud disclosure.Audience, families ...household.FamilyID) {
	t.Helper()
	for _, id := range families {
		if _, err := w.gate.Family(t.Context(), aud, id); err != nil {
			t.Fatal(err)
		}
	}
}

// earlier has everything that was opened and is kept of it be as much longer ago.
func (w town) earlier(t *testing.T, by time.Duration) {
	t.Helper()
	w.exec(t, `UPDATE access SET at = at - $1`, by.Milliseconds())
	w.exec(t, `UPDATE browsing SET began_at = began_at - $1, last_at = last_at - $1`, by.Milliseconds())
}

// warnings looks as the watch does, and fails the test unless it warned of so many.
func (w town) warnings(t *testing.T, want int) {
	t.Helper()
	if got, err := w.db.WatchBrowsing(t.Context(), 2*time.Hour+5*time.Minute); err != nil || got != want {
		t.Errorf("%d warnings, want %d: %v", got, want, err)
	}
}

func TestTheTwentyFirstFamilyWithinAnHourWarnsOnce(t *testing.T) {
	for name, address := range stores {
		t.Run(name, func(t *testing.T) {
			url := address(t)
			w := newTown(t, open(t, url))
			homes := w.homes(t, 50)
			if list, err := w.gate.Families(t.Context(), w.caseworker); err != nil || len(list) != 50 {
				t.Fatal(len(list), err)
			}
			w.warnings(t, 0) // a list of 50 homes opens none
			w.opens(t, w.caseworker, homes[:20]...)
			w.warnings(t, 0)
			w.opens(t, w.caseworker, slices.Repeat(homes[:1], 30)...)
			w.warnings(t, 0)
			w.opens(t, w.staff(t, "p", "caseworker"), homes[20:40]...) // a colleague's are not hers
			w.opens(t, w.machine, homes...)                            // a token is nobody of the staff
			w.warnings(t, 0)
			w.opens(t, w.caseworker, homes[20])
			w.warnings(t, 1)
			w.warnings(t, 0)
			w.opens(t, w.caseworker, homes[21:]...) // she still may
			w.warnings(t, 0)
			w.db = open(t, url) // a process that starts anew
			w.warnings(t, 0)
			w.opens(t, w.caseworker, homes[:30]...)
			w.warnings(t, 0)
			if n := w.count(t, `SELECT COUNT(*) FROM browsing`); n != 1 {
				t.Errorf("%d rows", n)
			}
			if n := w.count(t, `SELECT families FROM browsing`); n != 50 {
				t.Errorf("%d families", n)
			}
		})
	}
}

func TestFamiliesOverTwoHoursWarnOfNothing(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		homes := w.homes(t, 21)
		w.opens(t, w.caseworker, homes[:11]...)
		w.earlier(t, time.Hour)
		w.opens(t, w.caseworker, homes[11:]...)
		w.warnings(t, 0)
		w.exec(t, `UPDATE access SET at = at + $1 WHERE at < (SELECT MAX(at) FROM access) - $1 / 2`, (10 * time.Minute).Milliseconds())
		w.warnings(t, 1) // they would, ten minutes closer
	})
}

// What goes on is one spell; the next one begins after an hour without.
func TestEachSpellIsKeptOnce(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		homes := w.homes(t, 22)
		w.opens(t, w.caseworker, homes[:21]...)
		w.warnings(t, 1)
		w.earlier(t, 50*time.Minute)
		w.opens(t, w.caseworker, homes...)
		w.warnings(t, 0)
		w.earlier(t, 61*time.Minute)
		w.warnings(t, 0)
		w.opens(t, w.caseworker, homes...)
		w.warnings(t, 1)
		w.warnings(t, 0)
		if n := w.count(t, `SELECT COUNT(*) FROM browsing`); n != 2 {
			t.Errorf("%d spells", n)
		}
	})
}

// A family that is erased takes what was read of it along, and nothing of the spell.
func TestASpellOutlivesWhomItWasOpenedOf(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		homes := w.homes(t, 22)
		w.opens(t, w.caseworker, homes...)
		w.warnings(t, 1)
		w.exec(t, `DELETE FROM access WHERE family = $1`, string(homes[0]))
		w.warnings(t, 0)
		if n := w.count(t, `SELECT families FROM browsing`); n != 22 {
			t.Errorf("%d families", n)
		}
	})
}

func TestWhoOpenedManyIsToldToTheLeadAlone(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		homes, ctx, ever := w.homes(t, 23), t.Context(), time.Time{}
		lead, elsewhere, auditor := w.staff(t, "p", "lead"), w.staff(t, "q", "lead"), w.staff(t, "p", "auditor")
		w.opens(t, w.caseworker, homes[:21]...)
		w.warnings(t, 1)
		w.earlier(t, 3*time.Hour)
		other := w.staff(t, "p", "caseworker")
		w.opens(t, other, homes...)
		w.warnings(t, 1)
		all, err := w.gate.Browses(ctx, lead, ever)
		if err != nil || len(all) != 2 {
			t.Fatalf("%+v %v", all, err)
		}
		if x := all[0]; x.Name != other.Name() || x.Families != 23 || x.Last.Before(x.Began) || time.Since(x.Last) > time.Hour {
			t.Errorf("%+v", x)
		}
		if x := all[1]; x.Name != w.caseworker.Name() || x.Families != 21 {
			t.Errorf("%+v", x)
		}
		if late, err := w.gate.Browses(ctx, lead, time.Now().Add(-time.Hour)); err != nil || len(late) != 1 || late[0] != all[0] {
			t.Errorf("of the last hour: %+v %v", late, err)
		}
		if none, err := w.gate.Browses(ctx, elsewhere, ever); err != nil || len(none) != 0 {
			t.Errorf("the lead of another pilot: %+v %v", none, err)
		}
		for name, aud := range map[string]disclosure.Audience{"who did": w.caseworker, "the operator": w.operator, "an auditor": auditor, "a machine": w.machine, "nobody": {}} {
			if list, err := w.gate.Browses(ctx, aud, ever); !errors.Is(err, disclosure.ErrWithheld) || list != nil {
				t.Errorf("%s: %+v %v", name, list, err)
			}
		}
		if n := w.count(t, `SELECT COUNT(*) FROM access WHERE view = 'browsing' AND subject = $1 AND family = ''`, lead.Subject()); n != 2 {
			t.Errorf("%d reads of the lead are written down", n)
		}
	})
}

// Each read that staff can make of families either opens one or does not.
func TestWhichReadsOpenAFamily(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id, none, ctx := w.family(t, "Foyer 01"), w.family(t, "Foyer 02"), t.Context()
		w.agrees(t, id, consent.CooperativeSummary, consent.Alert)
		if err := w.registry.Give(ctx, id, consent.Questions(), registry.Form{Notice: "1", Medium: "paper", Paper: "folder 1"}); err != nil {
			t.Fatal(err)
		}
		me, lead, alert := w.caseworker, w.staff(t, "p", "lead"), fmt.Sprintf("a-%s-cold_home", id)
		for name, read := range map[string]struct {
			do   func() error
			want int
		}{
			"summary":     {func() error { return second(w.gate.Family(ctx, me, id)) }, 1},
			"in the past": {func() error { return second(w.gate.FamilyAsOf(ctx, me, id, noon)) }, 1},
			"years":       {func() error { return second(w.gate.Usage(ctx, me, id, by(t, "year"))) }, 1},
			"months":      {func() error { return second(w.gate.Usage(ctx, me, id, by(t, "month"))) }, 1},
			"money":       {func() error { return second(w.gate.Money(ctx, me, id)) }, 1},
			"past money":  {func() error { return second(w.gate.MoneyAsOf(ctx, me, id, noon)) }, 1},
			"findings":    {func() error { return second(w.gate.Findings(ctx, me, id)) }, 1},
			"answers":     {func() error { return second(w.gate.Answers(ctx, me, id)) }, 1},

			"an alert":   {func() error { return second(w.gate.Alert(ctx, me, alert)) }, 0},
			"withheld":   {func() error { return second(w.gate.Family(ctx, me, none)) }, 0},
			"list":       {func() error { return second(w.gate.Families(ctx, me)) }, 0},
			"past list":  {func() error { return second(w.gate.FamiliesAsOf(ctx, me, noon)) }, 0},
			"alerts":     {func() error { return second(w.gate.Alerts(ctx, me, disclosure.AlertQuery{})) }, 0},
			"changes":    {func() error { return second(w.gate.Changes(ctx, me, 0)) }, 0},
			"taken":      {func() error { return second(w.gate.Acknowledge(ctx, me, alert, 1)) }, 0},
			"names":      {func() error { return second(w.gate.Households(ctx, lead, 0, "")) }, 0},
			"a name":     {func() error { return second(w.gate.Household(ctx, lead, id)) }, 0},
			"case-loads": {func() error { return second(w.gate.CaseLoads(ctx, me, 0, "")) }, 0},
			"a machine":  {func() error { return second(w.gate.Family(ctx, w.machine, id)) }, 0},
			"the family": {func() error { return second(w.gate.Home(ctx, w.phone(t, id))) }, 0},
		} {
			before := w.count(t, `SELECT COALESCE(MAX(id), 0) FROM access`)
			var stale disclosure.ErrStale
			if err := read.do(); err != nil && !errors.Is(err, disclosure.ErrWithheld) && !errors.As(err, &stale) {
				t.Fatal(name, err)
			}
			if n := w.count(t, `SELECT COUNT(*) FROM access WHERE `+openedOne+` AND id > $1`, before); n != read.want {
				t.Errorf("%s opens %d families, want %d", name, n, read.want)
			}
		}
	})
}

func TestSpellsAreKeptNoLongerThanPromised(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		w.opens(t, w.caseworker, w.homes(t, 21)...)
		w.warnings(t, 1)
		w.earlier(t, 2*time.Hour)
		for border, want := range map[time.Time]int64{time.Now().Add(-3 * time.Hour): 0, time.Now().Add(-time.Hour): 1} {
			if n, err := db.ExpiredOdds(t.Context(), border); err != nil || n != want {
				t.Errorf("%d are counted, want %d: %v", n, want, err)
			}
		}
		if n, err := db.DecayOdds(t.Context(), time.Now().Add(-time.Hour)); err != nil || n != 1 {
			t.Errorf("%d go: %v", n, err)
		}
	})
}

// To look costs no walk over all accesses there are.
func TestWhatWasOpenedIsFoundByItsIndex(t *testing.T) {
	lite := open(t, "sqlite://"+filepath.Join(t.TempDir(), "records.db"))
	if plan := strings.Join(planOf(t, lite, selectOpened, 1), "\n"); !strings.Contains(plan, "SEARCH access USING INDEX access_opened (at>?)") {
		t.Error(plan)
	}
	great := open(t, testserver.Postgres(t))
	tx, err := great.write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(t.Context(), `SET LOCAL enable_seqscan = off`); err != nil {
		t.Fatal(err)
	}
	steps, err := all(t.Context(), tx, "EXPLAIN "+strings.ReplaceAll(selectOpened, "$1", "1::bigint"), func(row rowScanner, s *string) error { return row.Scan(s) })
	if err != nil {
		t.Fatal(err)
	}
	if plan := strings.Join(steps, "\n"); !strings.Contains(plan, "access_opened") {
		t.Error(plan)
	}
}

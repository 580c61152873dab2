package records

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// homesOf returns what is known of every home.
func homesOf(t *testing.T, db *DB) []household.Home {
	t.Helper()
	all, err := db.Residences(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	homes, err := db.Homes(t.Context(), all)
	if err != nil {
		t.Fatal(err)
	}
	return homes
}

// TestSomeHomesAreReadAsAllAre reads homes of a page, with one between them and without.
func TestSomeHomesAreReadAsAllAre(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		for _, label := range []string{"Foyer 01", "Foyer 02", "Foyer 03", "Foyer 04"} {
			w.hears(t, w.family(t, label), household.Electricity, noon)
		}
		all, err := db.Residences(t.Context())
		if err != nil || len(all) != 4 || !slices.IsSortedFunc(all, func(a, b household.Residence) int { return strings.Compare(string(a.Family), string(b.Family)) }) {
			t.Fatalf("%v %v", all, err)
		}
		homes := homesOf(t, db)
		for i, h := range homes {
			if h.Family != all[i].Family || h.Pilot != all[i].Pilot || h.Zone.String() != "Europe/Paris" || len(h.Attachments) != 1 || len(h.Contracts) != 1 || h.Stamp == "" {
				t.Errorf("%+v", h)
			}
		}
		for _, of := range [][]int{{0, 2}, {1, 2, 3}, {3}, {}} {
			var some []household.Residence
			var want []household.Home
			for _, i := range of {
				some, want = append(some, all[i]), append(want, homes[i])
			}
			got, err := db.Homes(t.Context(), some)
			if err != nil || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
				t.Errorf("of %v: %+v, want %+v: %v", of, got, want, err)
			}
		}
	})
}

// TestMarksSayForHowManyTheyAre marks a meter of one family, one that went to another, one
// that shows the weather, and one of nobody.
func TestMarksSayForHowManyTheyAre(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		one, two := w.family(t, "Foyer 01"), w.family(t, "Foyer 02")
		own := w.hears(t, one, household.Electricity, noon)
		shared := w.hears(t, two, household.Electricity, noon)
		if err := w.registry.Release(t.Context(), shared, noon.AddDate(0, 0, -9)); err != nil {
			t.Fatal(err)
		}
		if err := w.registry.Claim(t.Context(), registry.Claim{Meter: shared, Family: one, Role: household.Electricity, From: noon.AddDate(0, 0, -8)}); err != nil {
			t.Fatal(err)
		}
		outdoor := w.hears(t, "", household.Outdoor, noon)
		nobodys := w.lookup(t, registry.DeviceRef{Gateway: "gw", Scheme: "s", ID: "nobody's"}).ID
		w.exec(t, `DELETE FROM stale`)
		for _, m := range []energy.MeterID{own, shared, outdoor, nobodys} {
			if err := db.Stale(t.Context(), []energy.Span{{Meter: m, From: noon, To: noon.Add(time.Hour)}}); err != nil {
				t.Fatal(err)
			}
		}
		type mark struct {
			meter  energy.MeterID
			owners int
		}
		of := func(stale []household.Stale) (all []mark) {
			for _, s := range stale {
				all = append(all, mark{s.Meter, s.Owners})
			}
			return all
		}
		stale, err := db.StaleSpans(t.Context(), min(one, two), max(one, two))
		if err != nil {
			t.Fatal(err)
		}
		for f, want := range map[household.FamilyID][]mark{one: {{own, 1}, {shared, 2}}, two: {{shared, 2}}} {
			if got := of(stale[f]); !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		}
		if alone, err := db.StaleSpans(t.Context(), two, two); err != nil || len(alone) != 1 || len(alone[two]) != 1 {
			t.Errorf("of one: %v %v", alone, err)
		}
		if stations, err := db.StaleStations(t.Context()); err != nil || !slices.Equal(of(stations), []mark{{outdoor, 1}}) {
			t.Errorf("of stations: %v %v", stations, err)
		}
		if x, err := db.Waiting(t.Context()); err != nil || x.Stale != 4 {
			t.Errorf("%+v %v", x, err)
		}
		if err := db.DropStrays(t.Context()); err != nil {
			t.Fatal(err)
		}
		if x, err := db.Waiting(t.Context()); err != nil || x.Stale != 3 {
			t.Errorf("without nobody's: %+v %v", x, err)
		}
	})
}

// TestFactsAreFoundByTheirFamily asks SQLite how it would find those of one family and those
// of a page: not by a look at those of all.
func TestFactsAreFoundByTheirFamily(t *testing.T) {
	db := open(t, "sqlite://"+filepath.Join(t.TempDir(), "records.db"))
	for _, query := range []string{
		selectDwellings, selectContracts, selectIncomes, selectAttachments, selectHomeChanges, selectHeld, selectWorks, selectAnswers, selectStale,
	} {
		for _, step := range planOf(t, db, query, "f1", "f2") {
			if strings.HasPrefix(step, "SCAN") {
				t.Errorf("%s\n%s", step, query)
			}
		}
	}
}

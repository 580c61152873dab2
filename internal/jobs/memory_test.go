package jobs

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"testing"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/tariff"
)

// TestWhatWasTaughtIsKeptOnce remembers what was learnt of many months, with months missing
// and some that say nothing: it comes back the same, and for two families it is one text.
func TestWhatWasTaughtIsKeptOnce(t *testing.T) {
	luck := rand.New(rand.NewPCG(3, 4))
	meanings := []tariff.Meaning{{}, {"energy_import/f01": "hp"}, {"energy_import/f01": "hc", "energy_import/f02": "hp"}}
	for range 200 {
		own := map[energy.Day]tariff.Meaning{}
		month := energy.Day{Year: 2024, Month: 11, Date: 1}
		for range luck.IntN(40) {
			if luck.IntN(5) > 0 {
				own[month] = meanings[luck.IntN(len(meanings))]
			}
			month = monthEnd(month)
		}
		want := lessons{"stamp", own, completed(own)}
		if got := want.taught().lessons(); !reflect.DeepEqual(got, want) {
			t.Fatalf("%v came back as %v", want, got)
		}
		other := lessons{"another", maps.Clone(own), nil}
		if want.taught().runs != other.taught().runs {
			t.Fatalf("kept twice: %v", own)
		}
	}
	if got := (taught{}).lessons(); got.own != nil || got.months != nil {
		t.Errorf("nothing was taught: %v", got)
	}
}

// TestNearestMonthsCompleteAMonth wants the month itself to win, then the nearest after it,
// then the nearest before.
func TestNearestMonthsCompleteAMonth(t *testing.T) {
	month := func(n int) energy.Day { return energy.Day{Year: 2026, Month: 1, Date: 1}.Add(31 * n) }
	first, second, third, fourth := month(0), monthEnd(month(0)), monthEnd(month(1)), monthEnd(month(2))
	got := completed(map[energy.Day]tariff.Meaning{
		first: {"a": "1", "b": "1"}, second: {}, third: {"a": "3"}, fourth: {"a": "4", "c": "4"},
	})
	for m, want := range map[energy.Day]tariff.Meaning{
		first:  {"a": "1", "b": "1", "c": "4"},
		second: {"a": "3", "b": "1", "c": "4"},
		third:  {"a": "3", "b": "1", "c": "4"},
		fourth: {"a": "4", "b": "1", "c": "4"},
	} {
		if !maps.Equal(got[m], want) {
			t.Errorf("%s: %v, want %v", m, got[m], want)
		}
	}
}

// TestLoadsOfSoManyFamiliesAreRemembered has twice as many.
func TestLoadsOfSoManyFamiliesAreRemembered(t *testing.T) {
	p := &Planner{taught: map[household.FamilyID]taught{}, recent: map[household.FamilyID]recent{}}
	for range 2 {
		for i := range 2 * mostRecent {
			p.remember(&study{home: &household.Home{Family: household.FamilyID(fmt.Sprint("f", i))}})
		}
	}
	if len(p.recent) != mostRecent || len(p.taught) != 0 {
		t.Errorf("the loads of %d families, and %d lessons of homes that were taught none", len(p.recent), len(p.taught))
	}
}

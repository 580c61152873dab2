package records

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
)

func TestFactsAreReadByWhatChanged(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		recall := func(after int64, want string) int64 {
			t.Helper()
			facts, revision, err := db.Facts(t.Context(), after)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(facts); got != want {
				t.Errorf("after %d: %s, want %s", after, got, want)
			}
			return revision
		}
		remember := func(gateway string, facts map[string]string) {
			t.Helper()
			if err := db.Remember(t.Context(), gateway, facts); err != nil {
				t.Fatal(err)
			}
		}
		if at := recall(0, "map[]"); at != 0 {
			t.Fatal(at)
		}
		remember("g1", map[string]string{"k": "a", "l": "c"})
		remember("g2", map[string]string{"k": "b"})
		at := recall(0, "map[g1:map[k:a l:c] g2:map[k:b]]")
		remember("g1", map[string]string{"k": "z", "l": ""})
		at = recall(at, "map[g1:map[k:z]]")
		remember("g1", map[string]string{"k": ""})
		at = recall(at, "map[g1:map[]]")
		if again := recall(at, "map[]"); again != at {
			t.Error(again, at)
		}
		recall(0, "map[g1:map[] g2:map[k:b]]")
	})
}

// TestNoChangeOfFactsIsOvertaken: whoever reads changes up to a revision has seen
// every one before it, though many were written at once.
func TestNoChangeOfFactsIsOvertaken(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		const writers, each = 8, 20
		seen, at := map[string]string{}, int64(0)
		var writing sync.WaitGroup
		done := make(chan struct{})
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					if err := db.Remember(t.Context(), fmt.Sprint("g", w), map[string]string{"k": strconv.Itoa(i)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		go func() { writing.Wait(); close(done) }()
		for last := false; ; {
			facts, revision, err := db.Facts(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			at = revision
			for gateway, known := range facts {
				seen[gateway] = known["k"]
			}
			if last {
				break
			}
			select {
			case <-done:
				last = true
			default:
			}
		}
		if at != writers*each {
			t.Errorf("revision %d, want %d", at, writers*each)
		}
		for w := range writers {
			if got := seen[fmt.Sprint("g", w)]; got != strconv.Itoa(each-1) {
				t.Errorf("g%d: saw %s last", w, got)
			}
		}
	})
}

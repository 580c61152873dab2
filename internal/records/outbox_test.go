package records

import (
	"sync"
	"testing"
	"time"

	"foyer/internal/household"
)

// queued opens alerts with one delivery each over the channel "log".
func queued(t *testing.T, db *DB, ids ...string) {
	t.Helper()
	db.Tell([]household.Route{{Channel: "log", Recipient: "cooperative", Steps: []household.Step{household.StepOpened, household.StepResolved}}})
	for _, id := range ids {
		open := coldAlert(id, "f1")
		open.Alert.Rule = id
		if err := db.Transit(t.Context(), open); err != nil {
			t.Fatal(err)
		}
	}
}

// soonAfter is after everything that is queued now, by the database's clock and ours.
func soonAfter() time.Time { return time.Now().Add(time.Minute) }

func claimAt(t *testing.T, db *DB, now time.Time, limit int) []household.Delivery {
	t.Helper()
	all, err := db.ClaimDeliveries(t.Context(), "log", now, time.Minute, limit)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestADeliveryIsClaimedOnceUntilItsLeaseEnds(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		alertTown(t, db)
		queued(t, db, "a1", "a2", "a3")
		if n := len(claimAt(t, db, time.Now().Add(-time.Hour), 10)); n != 0 {
			t.Errorf("%d are due before they were written", n)
		}
		now := soonAfter()
		first, second := claimAt(t, db, now, 2), claimAt(t, db, now, 2)
		if len(first) != 2 || len(second) != 1 || first[0].Attempt != 1 || first[0].Step != household.StepOpened ||
			!first[0].At.Equal(alertDay) || time.Since(first[0].Queued).Abs() > time.Hour || first[0].Recipient != "cooperative" || len(first[0].ID) != 30 {
			t.Fatalf("%+v\n%+v", first, second)
		}
		if n := len(claimAt(t, db, now.Add(59*time.Second), 10)); n != 0 {
			t.Errorf("%d are claimed inside the lease", n)
		}
		again := claimAt(t, db, now.Add(time.Minute), 10)
		ids := map[string]bool{first[0].ID: true, first[1].ID: true, second[0].ID: true}
		for _, d := range again {
			if !ids[d.ID] || d.Attempt != 2 {
				t.Errorf("%+v", d)
			}
		}
		if len(again) != 3 {
			t.Errorf("%d are due again", len(again))
		}
	})
}

func TestAFinishedDeliveryStaysFinished(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		alertTown(t, db)
		queued(t, db, "a1")
		now := soonAfter()
		d := claimAt(t, db, now, 1)[0]
		for _, outcome := range []string{"sent", "given_up"} {
			if err := db.FinishDelivery(t.Context(), d.ID, outcome, now); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.RetryDelivery(t.Context(), d.ID, d.Attempt, now); err != nil {
			t.Fatal(err)
		}
		if n := len(claimAt(t, db, now.Add(time.Hour), 1)); n != 0 {
			t.Error("it is due again")
		}
		if got := listAlert(t, db, `SELECT outcome FROM outbox`); got != "sent" {
			t.Error(got)
		}
	})
}

func TestASlowSenderDoesNotMoveWhatAnotherHasClaimed(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		alertTown(t, db)
		queued(t, db, "a1")
		now := soonAfter()
		slow := claimAt(t, db, now, 1)[0]
		claimAt(t, db, now.Add(2*time.Minute), 1)
		if err := db.RetryDelivery(t.Context(), slow.ID, slow.Attempt, now); err != nil {
			t.Fatal(err)
		}
		if n := len(claimAt(t, db, now.Add(2*time.Minute), 1)); n != 0 {
			t.Error("it was taken from who holds it")
		}
	})
}

func TestStepsOfAnAlertAreToldInOrder(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		alertTown(t, db)
		queued(t, db, "a1")
		if err := db.Transit(t.Context(), stepAfter(coldAlert("a1", "f1"), household.StepResolved, household.Resolved)); err != nil {
			t.Fatal(err)
		}
		now := soonAfter()
		first := claimAt(t, db, now, 10)
		if len(first) != 1 || first[0].Step != household.StepOpened {
			t.Fatalf("%+v", first)
		}
		if err := db.FinishDelivery(t.Context(), first[0].ID, "sent", now); err != nil {
			t.Fatal(err)
		}
		if second := claimAt(t, db, now, 10); len(second) != 1 || second[0].Step != household.StepResolved {
			t.Fatalf("%+v", second)
		}
	})
}

func TestManyClaimersShareTheDeliveries(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		alertTown(t, db)
		var ids []string
		for i := range 30 {
			ids = append(ids, "a"+string(rune('A'+i)))
		}
		queued(t, db, ids...)
		now := soonAfter()
		var mu sync.Mutex
		seen := map[string]int{}
		var group sync.WaitGroup
		for range 6 {
			group.Go(func() {
				for {
					got, err := db.ClaimDeliveries(t.Context(), "log", now, time.Minute, 3)
					if err != nil {
						t.Error(err)
					}
					if len(got) == 0 {
						return
					}
					mu.Lock()
					for _, d := range got {
						seen[d.ID]++
					}
					mu.Unlock()
				}
			})
		}
		group.Wait()
		// Claimers that meet may leave rows to each other, never take one twice.
		for _, d := range claimAt(t, db, now, 100) {
			seen[d.ID]++
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s was claimed %d times", id, n)
			}
		}
		if len(seen) != 30 {
			t.Errorf("%d of 30 were claimed", len(seen))
		}
	})
}

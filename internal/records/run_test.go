package records

import (
	"slices"
	"testing"
	"time"

	"foyer/internal/household"
)

func TestRunsAreTheNewestFirst(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		ctx := t.Context()
		if id, latest, err := db.LastRun(ctx); err != nil || id != 0 || !latest.IsZero() {
			t.Errorf("without a run: %d %s %v", id, latest, err)
		}
		var ids []int64
		begin := func(job string, at time.Time) household.Run {
			t.Helper()
			r := household.Run{Job: job, Started: at}
			var err error
			if r.ID, err = db.BeginRun(ctx, r); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, r.ID)
			return r
		}
		end := func(r household.Run) {
			t.Helper()
			if err := db.EndRun(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		first := begin("rollup", noon)
		first.Finished, first.Done, first.Failed, first.Fault = noon.Add(time.Second), 3, 1, household.FaultTimeout
		end(first)
		killed := begin("results", noon.Add(time.Hour)) // by a clock that was ahead
		if all, err := db.Runs(ctx, household.RunQuery{Limit: 1}); err != nil || all[0] != killed {
			t.Errorf("one that runs is %+v %v", all, err)
		}
		last := begin("rollup", noon.Add(time.Minute))
		last.Finished, last.Done = noon.Add(2*time.Minute), 4
		end(last)
		killed.Fault = household.FaultUnended

		for _, c := range []struct {
			q    household.RunQuery
			want []household.Run
		}{
			{household.RunQuery{Limit: 10}, []household.Run{last, killed, first}},
			{household.RunQuery{Limit: 2}, []household.Run{last, killed}},
			{household.RunQuery{Limit: 10, Before: ids[1]}, []household.Run{first}},
			{household.RunQuery{Limit: 10, Before: ids[0]}, nil},
			{household.RunQuery{Limit: 10, Job: "rollup"}, []household.Run{last, first}},
			{household.RunQuery{Limit: 10, Job: "rollup", Before: ids[2]}, []household.Run{first}},
			{household.RunQuery{Limit: 10, Job: "alerts"}, nil},
		} {
			if got, err := db.Runs(ctx, c.q); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%+v: %+v %v, want %+v", c.q, got, err, c.want)
			}
		}
		if id, latest, err := db.LastRun(ctx); err != nil || id != ids[2] || !latest.Equal(noon.Add(time.Hour)) {
			t.Errorf("the last run is %d %s %v", id, latest, err)
		}
	})
}

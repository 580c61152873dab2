package jobs

import (
	"encoding/json"
	"maps"
	"slices"
	"unique"

	"foyer/internal/energy"
	"foyer/internal/tariff"
)

// A taught is how lessons are remembered from one pass to the next, in some 150 bytes: as
// a text, which is kept once for all families that were taught the same.
type taught struct {
	stamp string
	runs  unique.Handle[string]
}

// A taughtRun is consecutive months whose half-hours said the same.
type taughtRun struct {
	From, Last energy.Day
	Means      tariff.Meaning
}

func (l lessons) taught() taught {
	var runs []taughtRun
	for _, m := range slices.SortedFunc(maps.Keys(l.own), energy.Day.Compare) {
		if n := len(runs); n > 0 && monthEnd(runs[n-1].Last) == m && maps.Equal(runs[n-1].Means, l.own[m]) {
			runs[n-1].Last = m
			continue
		}
		runs = append(runs, taughtRun{m, m, l.own[m]})
	}
	text, err := json.Marshal(runs)
	if err != nil {
		panic(err) // it has nothing that does not become JSON
	}
	return taught{l.stamp, unique.Make(string(text))}
}

// lessons returns what was taught; of the zero value none.
func (t taught) lessons() lessons {
	if t == (taught{}) {
		return lessons{}
	}
	var runs []taughtRun
	if err := json.Unmarshal([]byte(t.runs.Value()), &runs); err != nil {
		panic(err) // it was written above
	}
	own := map[energy.Day]tariff.Meaning{}
	for _, r := range runs {
		for m := r.From; !r.Last.Before(m); m = monthEnd(m) {
			own[m] = r.Means
		}
	}
	return lessons{t.stamp, own, completed(own)}
}

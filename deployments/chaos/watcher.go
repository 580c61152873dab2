package main

// A watcher looks at what a dead Foyer has stored.
type watcher struct {
	t    *Trial
	c    *Crowd
	dir  string
	held map[held]int64 // what was stored at the last look
}

type held struct {
	meter, register string
	at              int64
}

// look takes a copy of the stores of a Foyer that was just killed: sound, nothing in
// them that was not sent, and nothing gone or changed that was there before.
func (w *watcher) look(id, data string) {
	w.t.must(snapshot(data, w.dir), "copy the stores")
	err := sound(w.t.Context, w.dir)
	w.t.report.Count(id, "stores not sound after a cycle (integrity_check; stored rows still there, unchanged, as sent)", 1, bad(err != nil))
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	rows, err := stored(w.t.Context, w.dir)
	w.t.must(err, "look at the stores")
	w.compare(rows, true)
}

// settle holds everything acknowledged against everything stored, once nothing is on
// its way any more.
func (w *watcher) settle(id, data string) Verdict {
	w.t.must(snapshot(data, w.dir), "copy the stores")
	w.t.must(sound(w.t.Context, w.dir), "look at the stores")
	rows, err := stored(w.t.Context, w.dir)
	w.t.must(err, "look at the stores")
	return w.weigh(id, rows)
}

// weigh holds everything acknowledged against everything that is stored.
func (w *watcher) weigh(id string, rows []Row) Verdict {
	v := w.compare(rows, false)
	w.t.report.Count(id, "acknowledged readings lost", v.Acked, v.Lost)
	w.t.report.Count(id, "stored readings that were not sent, are there twice or differ", v.Stored, v.Foreign+v.Twice+v.Wrong)
	return v
}

// compare ends the trial when a store and the ledger differ.
func (w *watcher) compare(rows []Row, partly bool) Verdict {
	v := w.c.judge(rows, partly)
	if v.Faults() > 0 {
		w.t.Errorf("%d of %d acknowledged readings lost, %d stored that were never sent, %d twice, %d changed", v.Lost, v.Acked, v.Foreign, v.Twice, v.Wrong)
		for _, e := range v.Examples {
			w.t.Logf("%s", e)
		}
	}
	now := make(map[held]int64, len(rows))
	for _, r := range rows {
		now[held{r.Meter, r.Register, r.At}] = r.Value
	}
	gone := 0
	for k, value := range w.held {
		if got, ok := now[k]; !ok || got != value {
			gone++
		}
	}
	if gone > 0 {
		w.t.Errorf("%d readings that were stored are gone or changed", gone)
	}
	w.held = now
	return v
}

func bad(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

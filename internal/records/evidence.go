package records

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"foyer/internal/journal"
)

// evidence is what stands in the store beside a page of entries.
type evidence struct {
	hashes  map[int64]tlog.Hash
	altered map[int64]bool                       // entries of rows that are not what they were
	told    map[journal.Kind]map[int64][]removed // rows by the entry that tells of them, as their digests
	removed map[int64][]removed                  // by the entry of their removal
}

func (d *DB) evidenceOf(ctx context.Context, tx *sql.Tx, a *audit, from, to int64) (*evidence, error) {
	ev := &evidence{hashes: map[int64]tlog.Hash{}, altered: map[int64]bool{}, told: map[journal.Kind]map[int64][]removed{}, removed: map[int64][]removed{}}
	err := eachHash(ctx, tx, `id >= $1 AND id < $2`, func(id int64, hash []byte) error {
		var h tlog.Hash
		if len(hash) == len(h) {
			h = tlog.Hash(hash)
		}
		ev.hashes[id] = h // a hash of another length is none
		return nil
	}, tlog.StoredHashCount(from), tlog.StoredHashCount(to))
	if err != nil {
		return nil, err
	}
	for _, s := range sources {
		rows, err := s.traces(ctx, tx, `x.entry >= $1 AND x.entry < $2`, from, to)
		if err != nil {
			return nil, err
		}
		if err := d.saltsFor(ctx, tx, a.salts, rows, false); err != nil {
			return nil, err
		}
		for _, x := range rows {
			is, known, err := d.sound(ctx, a.salts, s, x)
			if err != nil {
				return nil, err
			}
			if !is {
				ev.altered[x.entry.Int64] = true
			}
			if !known {
				a.unproven++
			}
			ev.tell(removed{kind: s.kind, id: x.id, entry: x.entry.Int64, digest: x.digest})
		}
	}
	gone, err := removedRows(ctx, tx, `entry >= $1 AND entry < $2`, from, to)
	for _, x := range gone {
		ev.tell(x)
	}
	if err != nil {
		return nil, err
	}
	gone, err = removedRows(ctx, tx, `removal >= $1 AND removal < $2`, from, to)
	for _, x := range gone {
		ev.removed[x.removal] = append(ev.removed[x.removal], x)
	}
	return ev, err
}

func (ev *evidence) tell(x removed) {
	if ev.told[x.kind] == nil {
		ev.told[x.kind] = map[int64][]removed{}
	}
	ev.told[x.kind][x.entry] = append(ev.told[x.kind][x.entry], x)
}

// holds compares what an entry tells of with the rows that are there.
func (ev *evidence) holds(e journal.Entry) error {
	var got proof
	if e.Kind == journal.Removal {
		got = proofOfRemoval(ev.removed[e.Index])
		delete(ev.removed, e.Index)
	} else if slices.ContainsFunc(sources, func(s source) bool { return s.kind == e.Kind }) {
		got = proofOfRows(ev.told[e.Kind][e.Index])
		delete(ev.told[e.Kind], e.Index)
	} else {
		return nil
	}
	var body struct {
		Minute string `json:"minute"`
		proof
	}
	if err := json.Unmarshal(e.Body, &body); err != nil {
		return &journal.Fault{Index: e.Index, Kind: e.Kind, Why: "it does not say of which rows it tells"}
	}
	of := ""
	if body.Minute != "" {
		of = "of the minute " + body.Minute + ", "
	}
	switch {
	case got.Rows != body.Rows:
		return &journal.Fault{Index: e.Index, Kind: e.Kind, Why: fmt.Sprintf("%sof its %d rows %d are there", of, body.Rows, got.Rows)}
	case got.Root != body.Root || ev.altered[e.Index]:
		return &journal.Fault{Index: e.Index, Kind: e.Kind, Why: of + "a row that it tells of is not what it was"}
	}
	return nil
}

// spare finds what says that an entry tells of it which does not, or which there is
// not among the first size ones: the fault of the lowest entry.
func (ev *evidence) spare(size int64) error {
	var first *journal.Fault
	blame := func(entry int64, kind journal.Kind, why string) {
		if entry >= size {
			kind = journal.Missing
		}
		if first == nil || entry < first.Index {
			first = &journal.Fault{Index: entry, Kind: kind, Why: why}
		}
	}
	for kind, byEntry := range ev.told {
		for entry := range byEntry {
			blame(entry, kind, "rows say that it tells of them")
		}
	}
	for entry := range ev.removed {
		blame(entry, journal.Removal, "removed rows say that it tells of them")
	}
	for place := range ev.hashes {
		level, n := tlog.SplitStoredHashIndex(place)
		blame((n+1)<<level-1, journal.Missing, "a hash is stored for it")
	}
	if first == nil {
		return nil
	}
	return first
}

package journal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"foyer/internal/canonical"
)

// A Proof shows that an entry tells of one row, and that a checkpoint is signed over
// that entry. Whoever has it needs nothing else, and learns of no other row.
type Proof struct {
	Row        json.RawMessage `json:"row"`        // as it is digested
	Key        []byte          `json:"key"`        // of this row alone
	Place      int64           `json:"place"`      // of the row among those that the entry tells of, 0 for the first
	Path       []tlog.Hash     `json:"path"`       // of RFC 6962, from the row's digest to the root in the entry
	Entry      string          `json:"entry"`      // leaf of the entry
	EntryPath  []tlog.Hash     `json:"entry_path"` // from the entry to the root in the checkpoint
	Checkpoint string          `json:"checkpoint"` // signed
}

// RowDigest is what an entry holds of a row: HMAC-SHA-256 of the row in canonical JSON.
func RowDigest(key, row []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(row)
	return mac.Sum(nil)
}

// PathOf returns the path of RFC 6962 from a record, by its place, to the root over all.
func PathOf(records [][]byte, place int64) ([]tlog.Hash, error) {
	var t Tree
	var stored []tlog.Hash
	for _, r := range records {
		stored = append(stored, t.Add(tlog.RecordHash(r))...)
	}
	return tlog.ProveRecord(t.size, place, tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(at))
		for i, n := range at {
			hashes[i] = stored[n]
		}
		return hashes, nil
	}))
}

// Verify holds a proof against the keys that may sign, and returns the entry that tells
// of the row. What does not hold is a [*Fault].
func (p Proof) Verify(keys ...string) (Entry, error) {
	e, err := ParseEntry([]byte(p.Entry))
	if err != nil {
		return e, &Fault{Index: -1, Kind: "entry", Why: err.Error()}
	}
	if err := p.holdsRow(e); err != nil {
		return e, &Fault{Index: e.Index, Kind: e.Kind, Why: err.Error()}
	}
	c, err := Open(p.Checkpoint, keys...)
	if err != nil {
		return e, &Fault{Index: -1, Kind: "checkpoint", Why: err.Error()}
	}
	if e.Index >= c.Size || tlog.CheckRecord(p.EntryPath, c.Size, c.Root, e.Index, tlog.RecordHash([]byte(p.Entry))) != nil {
		return e, &Fault{Index: e.Index, Kind: e.Kind, Why: fmt.Sprintf("it is not in the journal of %d entries that the checkpoint was signed over", c.Size)}
	}
	return e, nil
}

// holdsRow reports what is wrong when the entry does not tell of the row.
func (p Proof) holdsRow(e Entry) error {
	row, err := canonical.JSON(p.Row)
	if err != nil {
		return fmt.Errorf("the row: %w", err)
	}
	var told struct {
		Rows int64     `json:"rows"`
		Root tlog.Hash `json:"root"`
	}
	if err := json.Unmarshal(e.Body, &told); err != nil {
		return errors.New("it tells of no rows")
	}
	if p.Place < 0 || p.Place >= told.Rows || tlog.CheckRecord(p.Path, told.Rows, told.Root, p.Place, tlog.RecordHash(RowDigest(p.Key, row))) != nil {
		return errors.New("it does not tell of this row")
	}
	return nil
}

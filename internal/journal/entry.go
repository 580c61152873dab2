package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"foyer/internal/canonical"
)

// Format is the version of entries and exports.
const Format = "foyer-journal/1"

// A Kind says what an entry tells.
type Kind string

// The kinds of entries.
const (
	Start     Kind = "start"     // the journal begins
	NewKey    Kind = "key"       // checkpoints are signed by another key from here on
	Consent   Kind = "consent"   // a family gave, refused or withdrew
	Access    Kind = "access"    // who read what, in one minute
	Decision  Kind = "decision"  // a person took or closed an alert
	Tariffs   Kind = "tariffs"   // prices of tariffs are others
	Parameter Kind = "parameter" // of the charter
	Release   Kind = "release"   // of open data
	Statement Kind = "statement" // of results that are paid for
	Removal   Kind = "removal"   // rows that entries tell of are gone, and may be
	Retention Kind = "retention" // what the charter keeps no longer was removed
)

var kinds = regexp.MustCompile(`^[a-z][a-z_]{0,31}$`)

// An Entry is one thing that the journal tells, in one leaf of its tree.
type Entry struct {
	Index  int64 // 0 for the first
	At     time.Time
	Kind   Kind
	Before tlog.Hash       // root of the tree of all entries before this one
	Body   json.RawMessage // an object; it names nobody
}

// MaxLeaf is the longest leaf, in bytes: the journal keeps digests, not documents.
const MaxLeaf = 32 << 10

const entryTime = "2006-01-02T15:04:05.000Z"

// Leaf returns the bytes that are hashed: the entry as canonical JSON. An error says
// what of the entry cannot be written.
func (e Entry) Leaf() ([]byte, error) {
	if !kinds.MatchString(string(e.Kind)) {
		return nil, fmt.Errorf("kind %q: want 1 to 32 characters of a-z and _", e.Kind)
	}
	body, err := canonical.JSON(e.Body)
	if err != nil {
		return nil, fmt.Errorf("body of a %s: %w", e.Kind, err)
	}
	if body[0] != '{' {
		return nil, fmt.Errorf("body of a %s: want a JSON object", e.Kind)
	}
	leaf := fmt.Appendf(nil, `{"at":"%s","before":"%s","body":%s,"index":%d,"kind":"%s"}`,
		e.At.UTC().Format(entryTime), e.Before, body, e.Index, e.Kind)
	if len(leaf) > MaxLeaf {
		return nil, fmt.Errorf("body of a %s: %d bytes: want at most about %d: write the digest of it", e.Kind, len(body), MaxLeaf)
	}
	return leaf, nil
}

// LeafHash returns the hash of a leaf, in base64.
func LeafHash(leaf []byte) string { return tlog.RecordHash(leaf).String() }

// ParseEntry reads what [Entry.Leaf] writes, and refuses it written in any other way.
func ParseEntry(leaf []byte) (Entry, error) {
	var raw struct {
		At     string          `json:"at"`
		Before tlog.Hash       `json:"before"`
		Body   json.RawMessage `json:"body"`
		Index  int64           `json:"index"`
		Kind   Kind            `json:"kind"`
	}
	if err := json.Unmarshal(leaf, &raw); err != nil {
		return Entry{}, fmt.Errorf("it is no entry: %w", err)
	}
	at, err := time.Parse(entryTime, raw.At)
	if err != nil {
		return Entry{}, fmt.Errorf("time %q: want one like 2026-11-26T08:33:57.123Z", raw.At)
	}
	if raw.Body == nil {
		return Entry{}, errors.New("it has no body")
	}
	e := Entry{Index: raw.Index, At: at, Kind: raw.Kind, Before: raw.Before, Body: raw.Body}
	again, err := e.Leaf()
	if err != nil {
		return Entry{}, err
	}
	if !bytes.Equal(again, leaf) {
		return Entry{}, errors.New("it is not in canonical form")
	}
	return e, nil
}

var kindInside = regexp.MustCompile(`"kind":"([a-z][a-z_]{0,31})"\}?$`)

// kindOf returns the kind of a leaf that may be damaged, "unreadable" without one.
func kindOf(leaf []byte) Kind {
	if m := kindInside.FindSubmatch(leaf); m != nil {
		return Kind(m[1])
	}
	return "unreadable"
}

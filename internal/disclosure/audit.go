package disclosure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"golang.org/x/mod/sumdb/tlog"

	"foyer/internal/journal"
)

// An Audit store reads the journal as who verifies it does. It names nobody.
type Audit interface {
	// NewestEntries returns the newest first, of a kind, "" for all, below an index.
	NewestEntries(ctx context.Context, kind journal.Kind, below int64, limit int) ([]journal.Entry, error)
	// EntryProof has no checkpoint before one is signed over the entry; false without it.
	EntryProof(ctx context.Context, index int64) (journal.Proof, bool, error)
	Size(ctx context.Context) (int64, error)
	Root(ctx context.Context, size int64) (tlog.Hash, error)
}

// ErrCheckpoint refuses what is no checkpoint that a key of this journal signed.
var ErrCheckpoint = errors.New("want a checkpoint that a key of this journal signed, whole: three lines, an empty one, and the signature")

// A JournalQuery asks for entries of the journal, the newest first.
type JournalQuery struct {
	Kind   string // "" for every kind
	Limit  int    // 1 to 200, 50 for 0
	Cursor string
}

// NewestEntries returns entries of the journal, the newest first. It returns
// [ErrWithheld] to who may not see them and [ErrCursor] for a cursor nobody gave out.
func (g *Gate) NewestEntries(ctx context.Context, aud Audience, q JournalQuery) (JournalPage, error) {
	page, err := g.newestEntries(ctx, aud, q)
	return page, g.metrics.count(viewJournal, err)
}

func (g *Gate) newestEntries(ctx context.Context, aud Audience, q JournalQuery) (JournalPage, error) {
	if !aud.May("GET /api/v1/journal") {
		return JournalPage{}, ErrWithheld
	}
	below := int64(math.MaxInt64)
	if q.Cursor != "" {
		var err error
		if below, err = numberAt("newest", q.Cursor); err != nil {
			return JournalPage{}, err
		}
	}
	limit := pageOf(q.Limit)
	all, err := g.store.NewestEntries(ctx, journal.Kind(q.Kind), below, limit+1)
	if err != nil {
		return JournalPage{}, err
	}
	var page JournalPage
	for n, e := range all {
		if n == limit {
			page.Next = cursorAt("newest", decimalOf(all[n-1].Index))
			break
		}
		one, err := entryOf(e)
		if err != nil {
			return JournalPage{}, err
		}
		page.Entries = append(page.Entries, one)
	}
	return page, nil
}

func entryOf(e journal.Entry) (JournalEntry, error) {
	leaf, err := e.Leaf()
	if err != nil {
		return JournalEntry{}, err
	}
	return JournalEntry{e, string(leaf), journal.LeafHash(leaf)}, nil
}

// An EntryProof is an entry of the journal with what shows that a checkpoint is signed
// over it: the path of RFC 6962 from its hash to the root, in base64.
type EntryProof struct {
	JournalEntry
	Path       []string
	Checkpoint string // signed; "" before one is
}

// EntryProof returns an entry of the journal with its proof, or [ErrWithheld].
func (g *Gate) EntryProof(ctx context.Context, aud Audience, index int64) (EntryProof, error) {
	p, err := g.entryProof(ctx, aud, index)
	return p, g.metrics.count(viewJournal, err)
}

func (g *Gate) entryProof(ctx context.Context, aud Audience, index int64) (EntryProof, error) {
	if !aud.May("GET /api/v1/journal") {
		return EntryProof{}, ErrWithheld
	}
	p, known, err := g.store.EntryProof(ctx, index)
	if err != nil {
		return EntryProof{}, err
	}
	if !known {
		return EntryProof{}, ErrWithheld
	}
	e, err := journal.ParseEntry([]byte(p.Entry))
	if err != nil {
		return EntryProof{}, fmt.Errorf("read entry %d of the journal: %w; `foyer audit verify` says more", index, err)
	}
	one, err := entryOf(e)
	if err != nil {
		return EntryProof{}, err
	}
	out := EntryProof{JournalEntry: one, Checkpoint: p.Checkpoint}
	for _, h := range p.EntryPath {
		out.Path = append(out.Path, h.String())
	}
	return out, nil
}

// A Continuation says whether the journal still begins as a checkpoint says it did.
type Continuation struct {
	Size    int64 // entries that the checkpoint is over
	Entries int64 // that there are now
	Holds   bool
}

// Continues holds the journal against a checkpoint that somebody kept. It returns
// [ErrCheckpoint] for one that no key of this journal signed, and [ErrWithheld].
func (g *Gate) Continues(ctx context.Context, aud Audience, kept string) (Continuation, error) {
	c, err := g.continues(ctx, aud, kept)
	return c, g.metrics.count(viewJournal, err)
}

func (g *Gate) continues(ctx context.Context, aud Audience, kept string) (Continuation, error) {
	if !aud.May("GET /api/v1/journal") {
		return Continuation{}, ErrWithheld
	}
	keys, err := g.store.NewestEntries(ctx, journal.NewKey, math.MaxInt64, 200)
	if err != nil {
		return Continuation{}, err
	}
	var public []string
	for _, e := range keys {
		var body journal.KeyBody
		if err := json.Unmarshal(e.Body, &body); err != nil {
			return Continuation{}, fmt.Errorf("read entry %d of the journal: %w", e.Index, err)
		}
		public = append(public, body.Public)
	}
	c, err := journal.Open(kept, public...)
	if err != nil {
		return Continuation{}, ErrCheckpoint
	}
	size, err := g.store.Size(ctx)
	if err != nil || c.Size > size {
		return Continuation{Size: c.Size, Entries: size}, err
	}
	root, err := g.store.Root(ctx, c.Size)
	return Continuation{Size: c.Size, Entries: size, Holds: root == c.Root}, err
}

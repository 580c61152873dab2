package disclosure

import (
	"context"
	"encoding/json"
	"fmt"

	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/journal"
)

// A Journal store reads the journal, which names nobody, and, each in one transaction
// that writes the access down, who read a family's data.
type Journal interface {
	JournalEntries(ctx context.Context, from int64, limit int) ([]journal.Entry, error)
	// Checkpoint returns the newest one; "" without one.
	Checkpoint(ctx context.Context) (string, error)
	Last(ctx context.Context, kind journal.Kind) (journal.Entry, bool, error)
	// Reads returns the newest first, of those below an id, 0 for all.
	Reads(ctx context.Context, a consent.Access, family household.FamilyID, below int64, limit int) ([]consent.Read, error)
	// ReadProof returns nil for a read that the family may not see.
	ReadProof(ctx context.Context, a consent.Access, family household.FamilyID, id int64) (*journal.Proof, error)
}

// A JournalPage is a page of entries of the journal.
type JournalPage struct {
	Entries []JournalEntry
	Next    string // "" at the end
}

// A JournalEntry is an entry, the bytes that are hashed, and their hash in base64.
type JournalEntry struct {
	journal.Entry
	Leaf, Hash string
}

// Journal returns entries of the journal, the oldest first: at most limit of them, 1 to
// 200, 50 for 0, from an index or after a cursor. It returns [ErrWithheld] to who may not
// see them and [ErrCursor] for a cursor nobody gave out.
func (g *Gate) Journal(ctx context.Context, aud Audience, from int64, limit int, cursor string) (JournalPage, error) {
	page, err := g.journal(ctx, aud, from, limit, cursor)
	return page, g.metrics.count(viewJournal, err)
}

func (g *Gate) journal(ctx context.Context, aud Audience, from int64, limit int, cursor string) (JournalPage, error) {
	if !aud.May("GET /api/v1/journal") {
		return JournalPage{}, ErrWithheld
	}
	if cursor != "" {
		var err error
		if from, err = numberAt("journal", cursor); err != nil {
			return JournalPage{}, err
		}
	}
	limit = pageOf(limit)
	all, err := g.store.JournalEntries(ctx, from, limit+1)
	if err != nil {
		return JournalPage{}, err
	}
	var page JournalPage
	for n, e := range all {
		if n == limit {
			page.Next = cursorAt("journal", decimalOf(e.Index))
			break
		}
		leaf, err := e.Leaf()
		if err != nil {
			return JournalPage{}, err
		}
		page.Entries = append(page.Entries, JournalEntry{e, string(leaf), journal.LeafHash(leaf)})
	}
	return page, nil
}

// A Checkpoint says how the journal stood, under a signature. Anybody may have it: it
// names nobody, and who has kept one can prove later that nothing before it was changed.
type Checkpoint struct {
	Signed string // a signed note; see docs/reference/journal.md
	Key    string // public key that the journal's checkpoints are signed by
}

// Checkpoint returns the newest checkpoint, or [ErrWithheld] before there is one.
func (g *Gate) Checkpoint(ctx context.Context) (Checkpoint, error) {
	signed, err := g.store.Checkpoint(ctx)
	if err != nil {
		return Checkpoint{}, err
	}
	e, known, err := g.store.Last(ctx, journal.NewKey)
	if err != nil {
		return Checkpoint{}, err
	}
	if signed == "" || !known {
		return Checkpoint{}, ErrWithheld
	}
	var body journal.KeyBody
	if err := json.Unmarshal(e.Body, &body); err != nil {
		return Checkpoint{}, fmt.Errorf("read entry %d of the journal: %w", e.Index, err)
	}
	return Checkpoint{signed, body.Public}, nil
}

// An AccessPage is a page of who read a family's data.
type AccessPage struct {
	Reads []consent.Read
	Next  string // "" at the end
}

// Access returns who read a family's data, the newest first, as [Gate.Journal] pages.
// The audience is a family's phone; others get [ErrWithheld].
func (g *Gate) Access(ctx context.Context, aud Audience, limit int, cursor string) (AccessPage, error) {
	page, err := g.access(ctx, aud, limit, cursor)
	return page, g.metrics.count(viewAccess, err)
}

func (g *Gate) access(ctx context.Context, aud Audience, limit int, cursor string) (AccessPage, error) {
	if aud.Family() == "" {
		return AccessPage{}, ErrWithheld
	}
	var below int64
	if cursor != "" {
		var err error
		if below, err = numberAt("access", cursor); err != nil {
			return AccessPage{}, err
		}
	}
	limit = pageOf(limit)
	all, err := g.store.Reads(ctx, aud.about(viewAccess), aud.Family(), below, limit+1)
	if err != nil || len(all) <= limit {
		return AccessPage{Reads: all}, err
	}
	all = all[:limit]
	return AccessPage{all, cursorAt("access", decimalOf(all[limit-1].ID))}, nil
}

// AccessProof returns the proof that the journal tells of one read of a family's data,
// without what is not there yet, or [ErrWithheld].
func (g *Gate) AccessProof(ctx context.Context, aud Audience, id int64) (journal.Proof, error) {
	p, err := g.accessProof(ctx, aud, id)
	return p, g.metrics.count(viewProof, err)
}

func (g *Gate) accessProof(ctx context.Context, aud Audience, id int64) (journal.Proof, error) {
	if aud.Family() == "" {
		return journal.Proof{}, ErrWithheld
	}
	p, err := g.store.ReadProof(ctx, aud.about(viewProof), aud.Family(), id)
	if err != nil {
		return journal.Proof{}, err
	}
	if p == nil {
		return journal.Proof{}, ErrWithheld
	}
	return *p, nil
}

// about is an access of a family to what it may always see about itself.
func (a Audience) about(view string) consent.Access {
	return consent.Access{Reader: a.reader, Purpose: consent.FamilyView, View: view}
}

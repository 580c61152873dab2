package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"

	"foyer/internal/consent"
)

// ListJournal answers GET /api/v1/journal.
func (s *Server) ListJournal(ctx context.Context, r ListJournalRequestObject) (ListJournalResponseObject, error) {
	var from int64
	if r.Params.From != nil {
		from = *r.Params.From
	}
	limit, cursor, again := paging(r.Params.Limit, r.Params.Cursor)
	page, err := s.Gate.Journal(ctx, callerOf(ctx).audience, from, limit, cursor)
	if err != nil {
		return nil, err
	}
	out := ListJournal200JSONResponse{Body: JournalList{Items: []JournalEntry{}, NextCursor: next(page.Next)}}
	for _, e := range page.Entries {
		out.Body.Items = append(out.Body.Items, JournalEntry{Index: e.Index, At: e.At.UTC(), Kind: string(e.Kind), Leaf: e.Leaf, Hash: e.Hash})
	}
	if page.Next != "" {
		out.Headers.Link = new(onward("/api/v1/journal", again, page.Next))
	}
	return out, nil
}

// GetCheckpoint answers GET /api/v1/journal/checkpoint.
func (s *Server) GetCheckpoint(ctx context.Context, _ GetCheckpointRequestObject) (GetCheckpointResponseObject, error) {
	c, err := s.Gate.Checkpoint(ctx)
	if err != nil {
		return nil, err
	}
	return GetCheckpoint200JSONResponse{Checkpoint: c.Signed, Key: c.Key}, nil
}

// ListMyAccess answers GET /api/v1/me/access.
func (s *Server) ListMyAccess(ctx context.Context, r ListMyAccessRequestObject) (ListMyAccessResponseObject, error) {
	limit, cursor, again := paging(r.Params.Limit, r.Params.Cursor)
	page, err := s.Gate.Access(ctx, callerOf(ctx).audience, limit, cursor)
	if err != nil {
		return nil, err
	}
	out := ListMyAccess200JSONResponse{Body: AccessList{Items: []AccessRow{}, NextCursor: next(page.Next)}}
	for _, x := range page.Reads {
		out.Body.Items = append(out.Body.Items, accessRow(x))
	}
	if page.Next != "" {
		out.Headers.Link = new(onward("/api/v1/me/access", again, page.Next))
	}
	return out, nil
}

func accessRow(x consent.Read) AccessRow {
	out := AccessRow{
		Id: strconv.FormatInt(x.ID, 10), At: x.At.UTC(), By: AccessRowBy(x.Kind), View: x.View, Purpose: some(Purpose(x.Purpose)),
	}
	if x.Entry >= 0 {
		out.Entry = &x.Entry
	}
	return out
}

// ProveMyAccess answers GET /api/v1/me/access/{id}.
func (s *Server) ProveMyAccess(ctx context.Context, r ProveMyAccessRequestObject) (ProveMyAccessResponseObject, error) {
	id, err := strconv.ParseInt(r.Id, 10, 64)
	if err != nil {
		id = 0 // which no row has
	}
	p, err := s.Gate.AccessProof(ctx, callerOf(ctx).audience, id)
	if err != nil {
		return nil, err
	}
	out := ProveMyAccess200JSONResponse{State: "waiting"}
	if err := json.Unmarshal(p.Row, &out.Row); err != nil {
		return nil, err
	}
	if p.Entry == "" {
		return out, nil
	}
	out.State, out.Key, out.Entry, out.Place, out.Path = "told", new(base64.StdEncoding.EncodeToString(p.Key)), &p.Entry, &p.Place, new(hashes(p.Path))
	if p.Checkpoint != "" {
		out.State, out.EntryPath, out.Checkpoint = "signed", new(hashes(p.EntryPath)), &p.Checkpoint
	}
	return out, nil
}

// hashes writes hashes in base64.
func hashes[H interface{ String() string }](all []H) []string {
	out := make([]string, len(all))
	for i, h := range all {
		out[i] = h.String()
	}
	return out
}

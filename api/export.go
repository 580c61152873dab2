package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/export"
)

// How exports are sent.
const (
	exportDeadline = 30 * time.Second // for the rows of one run to be taken off our hands
	exportsEach    = 2                // at once, of one family
)

// ExportMe answers GET /api/v1/me/export.
func (s *Server) ExportMe(ctx context.Context, r ExportMeRequestObject) (ExportMeResponseObject, error) {
	t, err := s.takeout(ctx, r.Params.AcceptLanguage)
	if err != nil {
		return nil, err
	}
	t.kind, t.ending, t.write = "application/json", ".json", t.JSON
	return t, nil
}

// ExportMyTables answers GET /api/v1/me/export.zip.
func (s *Server) ExportMyTables(ctx context.Context, r ExportMyTablesRequestObject) (ExportMyTablesResponseObject, error) {
	t, err := s.takeout(ctx, r.Params.AcceptLanguage)
	if err != nil {
		return nil, err
	}
	t.kind, t.ending, t.write = "application/zip", ".zip", t.Zip
	return t, nil
}

// A takeout is an export on its way to its family.
type takeout struct {
	export.Writer
	server *Server
	ctx    context.Context //nolint:containedctx // the generated interface hands the writer over without one
	from   *disclosure.Export

	kind, ending string
	write        func(context.Context, io.Writer, *disclosure.Export) error
}

func (s *Server) takeout(ctx context.Context, wish *string) (*takeout, error) {
	who := callerOf(ctx)
	e, err := s.Gate.Export(ctx, who.audience, who.shown)
	if err != nil {
		return nil, err
	}
	words := s.own(e.Language, wish)
	book, err := s.Gate.Charter(ctx)
	if err != nil {
		return nil, err
	}
	controller := func(at time.Time) (consent.Controller, error) { return s.controller(words, book.At(at)) }
	if !s.exports.enter(who.audience.Subject()) {
		return nil, failure{kind: kindTooMany}
	}
	return &takeout{Writer: export.Writer{Words: words, Controller: controller, Now: s.Now}, server: s, ctx: ctx, from: e}, nil
}

// VisitExportMeResponse sends the document.
func (t *takeout) VisitExportMeResponse(w http.ResponseWriter) error { return t.send(w) }

// VisitExportMyTablesResponse sends the zip.
func (t *takeout) VisitExportMyTablesResponse(w http.ResponseWriter) error { return t.send(w) }

// send writes run after run. What cannot be finished is broken off, so that nobody takes
// the part for the whole.
func (t *takeout) send(w http.ResponseWriter) error {
	defer t.server.exports.leave(string(t.from.Family))
	wire := http.NewResponseController(w)
	t.Sent = func() error {
		if err := wire.Flush(); err != nil {
			return err
		}
		select {
		case <-t.server.closing:
			return disclosure.ErrEnded
		default:
		}
		return wire.SetWriteDeadline(t.Now().Add(exportDeadline))
	}
	if err := wire.SetWriteDeadline(t.Now().Add(exportDeadline)); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", t.kind)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `attachment; filename="foyer-`+t.from.At.UTC().Format(time.DateOnly)+t.ending+`"`)
	w.WriteHeader(http.StatusOK)
	err := t.write(t.ctx, w, t.from)
	if err == nil {
		return nil
	}
	if !errors.Is(err, disclosure.ErrEnded) && t.ctx.Err() == nil {
		t.server.Log.Warn("export broken off", "err", err)
	}
	panic(http.ErrAbortHandler)
}

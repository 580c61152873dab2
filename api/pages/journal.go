package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"foyer/internal/disclosure"
)

// journalLength is how many entries one page of the journal shows.
const journalLength = 50

// journalKinds are the kinds of entries that can be looked at apart, as
// docs/reference/journal.md names them.
var journalKinds = []string{"consent", "access", "decision", "parameter", "tariffs", "removal", "retention", "key"}

// A journalPage is how the journal stands, and its newest entries.
type journalPage struct {
	Signed  []string // lines of the newest checkpoint; nil before there is one
	Key     string   // that signs it
	Kept    string   // a checkpoint that was typed
	Kinds   []filter
	Entries []inscribed
	More    string // leads to older ones; "" at the end
}

// A filter leads to a part of a list.
type filter struct {
	way
	Current bool
}

// An inscribed is an entry of the journal in words.
type inscribed struct {
	Label   string
	Facts   []fact
	Digests []fact
	Link    string // to its proof; "" on the page of that
}

// showJournal shows who verifies the newest entries of the journal.
func (s *Site) showJournal(w http.ResponseWriter, r *http.Request) error {
	return s.sendJournal(w, r, http.StatusOK, func(*words, *page, *journalPage) {})
}

// compareJournal holds the journal against a checkpoint that somebody kept.
func (s *Site) compareJournal(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	kept := strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get("checkpoint"), "\r\n", "\n")) + "\n"
	c, err := s.Gate.Continues(r.Context(), aud, kept)
	if err != nil && !errors.Is(err, disclosure.ErrCheckpoint) {
		return err
	}
	status := http.StatusOK
	if err != nil {
		status = http.StatusUnprocessableEntity
	}
	return s.sendJournal(w, r, status, func(ws *words, p *page, v *journalPage) {
		v.Kept = kept
		switch {
		case err != nil:
			p.Trouble = ws.say("audit.compare.unsigned")
		case !c.Holds:
			p.Trouble = ws.say("audit.compare.broken", "N", digits(c.Size), "Now", digits(c.Entries))
		default:
			p.Notice = ws.say("audit.compare.holds", "N", digits(c.Size), "Now", digits(c.Entries))
		}
	})
}

// sendJournal answers with the journal; change has the last word.
func (s *Site) sendJournal(w http.ResponseWriter, r *http.Request, status int, change func(*words, *page, *journalPage)) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	kind := q.Get("kind")
	list, err := s.Gate.NewestEntries(r.Context(), aud, disclosure.JournalQuery{Kind: kind, Limit: journalLength, Cursor: q.Get("after")})
	if errors.Is(err, disclosure.ErrCursor) {
		http.Redirect(w, r, "/console/journal", http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	signed, err := s.Gate.Checkpoint(r.Context())
	if err != nil && !errors.Is(err, disclosure.ErrWithheld) {
		return err
	}
	ws := s.words(r, "", s.Wall())
	v := drawJournal(ws, signed, list.Entries, kind)
	if list.Next != "" {
		next := url.Values{"after": {list.Next}}
		if kind != "" {
			next.Set("kind", kind)
		}
		v.More = "/console/journal?" + next.Encode()
	}
	p := s.consolePage(ws, aud, ws.say("audit.title"), "journal", "/console/journal")
	change(ws, &p, &v)
	p.View = v
	s.send(w, r, status, "journal", p)
	return nil
}

func drawJournal(w *words, signed disclosure.Checkpoint, entries []disclosure.JournalEntry, kind string) journalPage {
	v := journalPage{Signed: linesOf(signed.Signed), Key: signed.Key}
	for _, k := range append([]string{""}, journalKinds...) {
		f := filter{way{"/console/journal", w.say("audit.kinds.all")}, k == kind}
		if k != "" {
			f.way = way{"/console/journal?kind=" + k, w.say("audit.kinds." + k)}
		}
		v.Kinds = append(v.Kinds, f)
	}
	for _, e := range entries {
		one := drawEntry(w, e)
		one.Link = "/console/journal/entry?n=" + digits(e.Index)
		v.Entries = append(v.Entries, one)
	}
	return v
}

// linesOf returns the lines of a signed note; nil for none.
func linesOf(signed string) []string {
	if signed == "" {
		return nil
	}
	return strings.Split(strings.TrimRight(signed, "\n"), "\n")
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }

package pages

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"foyer/internal/disclosure"
)

// An entryPage is one entry of the journal, what is hashed of it, and the path from
// there to the newest checkpoint.
type entryPage struct {
	Entry inscribed
	Leaf  string
	Hash  string
	Path  []string
	// Signed are the lines of the checkpoint; nil before one is signed over the entry.
	Signed []string
}

// showEntry shows who verifies one entry of the journal with its proof.
func (s *Site) showEntry(w http.ResponseWriter, r *http.Request) error {
	aud, err := s.staff(r.Context(), r)
	if err != nil {
		return err
	}
	n := r.URL.Query().Get("n")
	if n == "" {
		http.Redirect(w, r, "/console/journal", http.StatusSeeOther)
		return nil
	}
	index, err := strconv.ParseInt(n, 10, 64)
	if err != nil {
		index = -1 // which no entry has
	}
	e, err := s.Gate.EntryProof(r.Context(), aud, index)
	if err != nil {
		return err
	}
	ws := s.words(r, "", s.Wall())
	v := drawProof(ws, e)
	p := s.consolePage(ws, aud, v.Entry.Label, "entry", r.URL.RequestURI())
	p.View = v
	s.send(w, r, http.StatusOK, "entry", p)
	return nil
}

func drawProof(w *words, e disclosure.EntryProof) entryPage {
	return entryPage{Entry: drawEntry(w, e.JournalEntry), Leaf: e.Leaf, Hash: e.Hash, Path: e.Path, Signed: linesOf(e.Checkpoint)}
}

// A told is what entries of any kind say, of what a page has words for. The whole is
// in the leaf.
type told struct {
	Verb      string    `json:"verb"`
	Purpose   string    `json:"purpose"`
	Recipient string    `json:"recipient"`
	By        string    `json:"by"`
	Step      string    `json:"step"`
	Rule      string    `json:"rule"`
	Outcome   string    `json:"outcome"`
	Minute    time.Time `json:"minute"`
	Name      string    `json:"name"`
	Value     string    `json:"value"`
	Why       string    `json:"why"`
	Rows      *int64    `json:"rows"`
	Root      string    `json:"root"`
	Public    string    `json:"public"`
	Changed   []struct {
		Tariff string `json:"tariff"`
	} `json:"changed"`
}

// drawEntry says what an entry tells. One of a kind that has no words says that it is
// another one.
func drawEntry(w *words, e disclosure.JournalEntry) inscribed {
	var x told
	w.keep("", json.Unmarshal(e.Body, &x))
	v := inscribed{Label: w.say("audit.entry", "N", digits(e.Index), "Kind", w.or("audit.kind."+string(e.Kind), "audit.kind.other"))}
	add := func(key, value string) {
		if value != "" {
			v.Facts = append(v.Facts, fact{Name: w.say(key), Value: value})
		}
	}
	named := func(key, prefix, code string) {
		if code != "" {
			add(key, w.or(prefix+code, prefix+"other"))
		}
	}
	add("audit.at", capital(w.when(e.At)))
	named("audit.verb", "audit.verb.", x.Verb)
	named("audit.purpose", "audit.purpose.", x.Purpose)
	named("audit.to", "audit.to.", x.Recipient)
	named("audit.by", "audit.by.", x.By)
	named("audit.step", "audit.step.", x.Step)
	if x.Rule != "" {
		add("audit.rule", w.or("rule."+x.Rule, "rule.unknown"))
	}
	if x.Outcome != "" {
		add("audit.outcome", w.or("outcome."+x.Outcome, "outcome.unknown"))
	}
	if !x.Minute.IsZero() {
		add("audit.minute", capital(w.when(x.Minute)))
	}
	add("audit.name", x.Name)
	add("audit.value", x.Value)
	named("audit.why", "audit.why.", x.Why)
	var changed []string
	for _, c := range x.Changed {
		changed = append(changed, c.Tariff)
	}
	add("audit.changed", strings.Join(changed, ", "))
	if x.Rows != nil {
		add("audit.rows", digits(*x.Rows))
	}
	v.Digests = append(v.Digests, digests(w, "audit.root", x.Root)...)
	v.Digests = append(v.Digests, digests(w, "audit.public", x.Public)...)
	v.Digests = append(v.Digests, digests(w, "audit.hash", e.Hash)...)
	return v
}

func digests(w *words, key, value string) []fact {
	if value == "" {
		return nil
	}
	return []fact{{Name: w.say(key), Value: value}}
}

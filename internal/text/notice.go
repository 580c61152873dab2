package text

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

//go:embed notices.json
var notices embed.FS

// NoticeVersion is the version of the notices that are shown now. It is raised when
// the words of any of them change, or what they mean.
const NoticeVersion = "2026-11-26"

// Notices lists the texts that a family reads before it answers, by name: one for
// each thing it can agree to, one for narrowing and one for stopping everything.
var Notices = []string{
	"family_view", "hourly", "alert", "cooperative_summary", "survey", "evaluation", "open_statistics", "research", "narrow", "stop",
}

// A Notice is a text that a family reads before it answers.
type Notice struct {
	Name     string
	Version  string   // [NoticeVersion]
	Language string   // "fr"
	Question string   // its first line
	Lines    []string // the others
	Hash     string   // SHA-256 of the lines, the question first, each ended by a line feed; in hex
}

// Notice returns one of [Notices].
func (l *Language) Notice(name string) (Notice, error) {
	n := Notice{Name: name, Version: NoticeVersion, Language: l.Tag}
	keys := []string{"consent." + name + ".question", "consent." + name + ".what", "consent." + name + ".who"}
	if name != "narrow" && name != "stop" {
		keys = append(keys, "consent.terms")
	}
	var lines []string
	for _, key := range keys {
		s, err := l.T(key)
		if err != nil {
			return n, fmt.Errorf("notice %s: %w", name, err)
		}
		lines = append(lines, s)
	}
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n") + "\n"))
	n.Question, n.Lines, n.Hash = lines[0], lines[1:], hex.EncodeToString(sum[:])
	return n, nil
}

// NoticeHash returns the hash of a notice in a language, of a version that is or was
// shown; false when there is none.
func NoticeHash(version, language, name string) (hash string, known bool) {
	hash, known = recorded()[version][language][name]
	return hash, known
}

// recorded returns every hash there ever was by version, language and name.
func recorded() map[string]map[string]map[string]string {
	raw, err := notices.ReadFile("notices.json")
	if err != nil { // it is built in
		panic(err)
	}
	var all map[string]map[string]map[string]string
	if err := json.Unmarshal(raw, &all); err != nil {
		panic(err)
	}
	return all
}

// Retention is how long data is kept.
type Retention struct {
	HalfHours int // days
	Months    int // years; days of figures too
	Proof     int // years after that, of what was agreed to
}

// ReceiptTerms says on a receipt where data is kept, for how long, and how to take an
// agreement back: on the page or by a phone number.
func (l *Language) ReceiptTerms(phone string, r Retention) (storage, retention, withdrawal string, err error) {
	say := func(key string, pairs ...any) string {
		s, wrong := l.T(key, pairs...)
		err = errors.Join(err, wrong)
		return s
	}
	storage, withdrawal = say("receipt.storage"), say("receipt.withdrawal", "Phone", phone)
	retention = say("receipt.half_hours", "Count", r.HalfHours) + " " + say("receipt.months", "Count", r.Months) + " " + say("receipt.proof", "Count", r.Proof)
	return storage, retention, withdrawal, err
}

// Erasure says what goes when a family is erased, and what stays, a sentence each.
func (l *Language) Erasure() (goes, stays []string, err error) {
	say := func(keys ...string) (lines []string) {
		for _, key := range keys {
			s, wrong := l.T("erase." + key)
			err = errors.Join(err, wrong)
			lines = append(lines, s)
		}
		return lines
	}
	goes = say("goes.figures", "goes.names", "goes.key")
	stays = say("stays.sums", "stays.public", "stays.number", "stays.certificate")
	return goes, stays, err
}

package journal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Checkpoint says how the journal stood: its first Size entries have the root Root.
type Checkpoint struct {
	Origin string // name of the key that signs it
	Size   int64
	Root   tlog.Hash
}

// text returns what is signed.
//
// Source: https://c2sp.org/tlog-checkpoint, without extension lines.
func (c Checkpoint) text() string { return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root) }

// Sign returns a signed note that says how the journal stood.
func (k Key) Sign(size int64, root tlog.Hash) (string, error) {
	c := Checkpoint{Origin: k.signer.Name(), Size: size, Root: root}
	signed, err := note.Sign(&note.Note{Text: c.text()}, k.signer)
	if err != nil {
		return "", fmt.Errorf("sign a checkpoint: %w", err)
	}
	return string(signed), nil
}

// errNotCheckpoint refuses what is no checkpoint, or not written as one is.
var errNotCheckpoint = errors.New("it is no checkpoint: want three lines, an empty one, and a signature")

// ParseCheckpoint reads a checkpoint and believes it: its signature is judged by
// [Open].
func ParseCheckpoint(signed string) (Checkpoint, error) {
	text, _, ok := strings.Cut(signed, "\n\n")
	lines := strings.Split(text, "\n")
	if !ok || len(lines) != 3 {
		return Checkpoint{}, errNotCheckpoint
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Checkpoint{}, errNotCheckpoint
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, errNotCheckpoint
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: root}
	if c.text() != text+"\n" {
		return Checkpoint{}, errNotCheckpoint
	}
	return c, nil
}

var errBeside = errors.New("something stands beside its signature")

// Open returns a checkpoint that one of keys signed. Other signatures, of witnesses,
// may stand beside that one.
func Open(signed string, keys ...string) (Checkpoint, error) {
	c, _, err := open(signed, keys)
	return c, err
}

// OpenAlone is [Open] for a checkpoint with that signature alone, written in the one
// way it can be: none of its bits can be another.
func OpenAlone(signed string, keys ...string) (Checkpoint, error) {
	c, n, err := open(signed, keys)
	if err != nil {
		return Checkpoint{}, err
	}
	if !alone(signed, n) {
		return Checkpoint{}, errBeside
	}
	return c, nil
}

// alone reports whether a note that was opened has one signature and is written in the
// one way it can be.
func alone(signed string, n *note.Note) bool {
	if len(n.UnverifiedSigs) > 0 || len(n.Sigs) != 1 {
		return false
	}
	sig, err := base64.StdEncoding.DecodeString(n.Sigs[0].Base64)
	return err == nil && signed == n.Text+"\n— "+n.Sigs[0].Name+" "+base64.StdEncoding.EncodeToString(sig)+"\n"
}

func open(signed string, keys []string) (Checkpoint, *note.Note, error) {
	var verifiers []note.Verifier
	seen := map[string]bool{}
	for _, k := range keys {
		if seen[k] {
			continue
		}
		seen[k] = true
		v, err := verifierOf(k)
		if err != nil {
			return Checkpoint{}, nil, err
		}
		verifiers = append(verifiers, v)
	}
	c, err := ParseCheckpoint(signed)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	n, err := note.Open([]byte(signed), note.VerifierList(verifiers...))
	if err != nil {
		return Checkpoint{}, nil, errors.New("no key of this journal has signed it")
	}
	if c.Origin != n.Sigs[0].Name {
		return Checkpoint{}, nil, errors.New("it is of another journal")
	}
	return c, n, nil
}

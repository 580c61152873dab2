package journal

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// A Key signs checkpoints: Ed25519, in the encoding of
// https://pkg.go.dev/golang.org/x/mod/sumdb/note.
type Key struct {
	signer note.Signer
	public string
}

// Public returns the verifier key, NAME+HASH+KEY. It may be known to everybody.
func (k Key) Public() string { return k.public }

// ErrNoKey says that there is no file of a key.
var ErrNoKey = errors.New("the journal's key is not there")

// ReadKey reads a key from its file; [ErrNoKey] without one.
func ReadKey(path string) (Key, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, fmt.Errorf("%w: %s", ErrNoKey, path)
	}
	if err != nil {
		return Key{}, fmt.Errorf("read the journal's key: %w", err)
	}
	k, err := parseKey(strings.TrimSpace(string(b)))
	if err != nil {
		return Key{}, fmt.Errorf("read the journal's key: %s: %w", path, err)
	}
	return k, nil
}

// MakeKey makes a key of a name, without spaces and "+", and writes it to a new file
// that its owner alone can read.
func MakeKey(path, name string) (Key, error) {
	secret, _, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return Key{}, fmt.Errorf("make the journal's key: %w", err)
	}
	k, err := parseKey(secret)
	if err != nil {
		return Key{}, fmt.Errorf("make the journal's key: %w", err)
	}
	if err := writeFile(path, secret+"\n", placeNew); err != nil {
		return Key{}, fmt.Errorf("make the journal's key: %w", err)
	}
	return k, nil
}

// parseKey reads "PRIVATE+KEY+NAME+HASH+KEY", whose KEY is the algorithm 1 and a seed.
func parseKey(secret string) (Key, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return Key{}, errors.New("it is no private key of a note")
	}
	parts := strings.Split(secret, "+") // the last may hold "+" itself
	b, err := base64.StdEncoding.DecodeString(strings.Join(parts[4:], "+"))
	if err != nil || len(b) != 1+ed25519.SeedSize {
		return Key{}, errors.New("it is no private key of a note")
	}
	public := ed25519.NewKeyFromSeed(b[1:]).Public().(ed25519.PublicKey)
	verifier, err := note.NewEd25519VerifierKey(signer.Name(), public)
	if err != nil {
		return Key{}, err
	}
	return Key{signer: signer, public: verifier}, nil
}

// writeFile writes a file that its owner alone can read, whole or not at all. Place
// gives it its name: [os.Rename] in place of another, [placeNew] where there is none.
func writeFile(path, text string, place func(from, to string) error) error {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it has its name, or is of no use
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := place(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(folder) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// placeNew gives a file another name that nothing has yet. Where the file system has no
// second names for a file, two processes at once may both succeed, the later one for good.
func placeNew(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, &os.LinkError{Op: "rename", Old: from, New: to, Err: fs.ErrExist})
	}
	return os.Rename(from, to)
}

// ValidKey reports what is wrong with a public key.
func ValidKey(public string) error {
	_, err := verifierOf(public)
	return err
}

// verifierOf reads a public key, written in the one way it can be.
func verifierOf(public string) (note.Verifier, error) {
	v, err := note.NewVerifier(public)
	if err == nil {
		_, rest, _ := strings.Cut(public, "+")
		hash, key, _ := strings.Cut(rest, "+")
		b, wrong := base64.StdEncoding.DecodeString(key)
		if wrong != nil || hash != fmt.Sprintf("%08x", v.KeyHash()) || key != base64.StdEncoding.EncodeToString(b) {
			err = errors.New("not written as keys are")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("key %q: want NAME+HASH+KEY, as `foyer audit key` prints it", public)
	}
	return v, nil
}

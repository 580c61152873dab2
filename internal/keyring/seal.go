package keyring

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// A Place is where a sealed text stands. It opens nowhere else.
type Place struct {
	Table, Column string
	Row           string // what identifies the row
}

// mark begins every sealed text: the first form, AES-256-GCM with a random nonce of
// 96 bits before the text, in base64.
const mark = "k1:"

// Sealed reports whether a text looks like a sealed one.
func Sealed(text string) bool { return strings.HasPrefix(text, mark) }

// Seal encrypts a text under its owner's key, which is made where there is none, for
// one place. An empty text stays empty: that there is none is no secret. It returns
// [ErrDestroyed] for an owner whose key was destroyed.
func (r *Ring) Seal(ctx context.Context, owner string, at Place, plain string) (string, error) {
	if plain == "" {
		return "", nil
	}
	sealed, err := r.SealBytes(ctx, owner, at, []byte(plain))
	if err != nil {
		return "", err
	}
	return mark + base64.RawStdEncoding.EncodeToString(sealed), nil
}

// Open decrypts a text where it stands. It returns [ErrDestroyed] when the owner's key
// was destroyed, and [ErrNotOpened] for anything else that was not sealed there.
func (r *Ring) Open(ctx context.Context, owner string, at Place, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	text, ok := strings.CutPrefix(sealed, mark)
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if !ok || err != nil {
		return "", fmt.Errorf("open %s.%s: %w", at.Table, at.Column, ErrNotOpened)
	}
	plain, err := r.OpenBytes(ctx, owner, at, raw)
	return string(plain), err
}

// SealBytes is Seal for what is no text, and is kept as it comes.
func (r *Ring) SealBytes(ctx context.Context, owner string, at Place, plain []byte) ([]byte, error) {
	key, err := r.key(ctx, owner, true)
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", at.Table, at.Column, err)
	}
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	//nolint:gosec // G407: the AEAD draws a nonce itself
	return aead.Seal(make([]byte, 0, len(plain)+aead.Overhead()), nil, plain, at.bound(owner)), nil
}

// OpenBytes opens what SealBytes sealed, as Open does. It overwrites sealed.
func (r *Ring) OpenBytes(ctx context.Context, owner string, at Place, sealed []byte) ([]byte, error) {
	key, err := r.key(ctx, owner, false)
	if err != nil {
		return nil, fmt.Errorf("open %s.%s: %w", at.Table, at.Column, err)
	}
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(sealed[:0], nil, sealed, at.bound(owner))
	if err != nil {
		return nil, fmt.Errorf("open %s.%s: %w", at.Table, at.Column, ErrNotOpened)
	}
	return plain, nil
}

func (p Place) bound(owner string) []byte { return bound(owner, p.Table, p.Column, p.Row) }

// bound writes texts one after the other so that no other ones give the same bytes.
func bound(parts ...string) []byte {
	b := []byte("foyer 1")
	for _, p := range parts {
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = append(b, p...)
	}
	return b
}

// Index returns what stands for texts where they must be found or be unique: their
// HMAC-SHA256 in base64, under a key of the named index alone. Equal texts give equal
// ones; nobody without the key can try texts out.
func (r *Ring) Index(name string, texts ...string) (string, error) {
	key, err := r.derive(name)
	if err != nil {
		return "", fmt.Errorf("index %s: %w", name, err)
	}
	sum := hmac.New(sha256.New, key)
	sum.Write(bound(texts...))
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)), nil
}

// hexID returns a random name.
func hexID() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

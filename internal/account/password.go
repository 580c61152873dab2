package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// The cost of a password, as RFC 9106 names it, chosen for about 60 ms.
const (
	argonMemory  = 64 << 10 // KiB
	argonTime    = 1
	argonThreads = 2
	argonKey     = 32
	argonSalt    = 16
)

// atOnce is how many passwords are hashed at the same time: each needs 64 MiB.
const atOnce = 2

// A hasher hashes passwords, a few at a time.
type hasher struct {
	turns chan struct{}
	decoy string // what is checked when there is nobody of that address
}

func newHasher() hasher {
	return hasher{make(chan struct{}, atOnce), encode(make([]byte, argonSalt), make([]byte, argonKey))}
}

// turn waits until a password may be hashed.
func (h hasher) turn(ctx context.Context) error {
	select {
	case h.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// create returns what is kept of a password, in the PHC format of argon2id.
func (h hasher) create(ctx context.Context, password string) (string, error) {
	if err := h.turn(ctx); err != nil {
		return "", err
	}
	defer func() { <-h.turns }()
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the program instead
	return encode(salt, argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey)), nil
}

// check reports whether a password is the one kept. With nothing kept it does
// the same work and says no.
func (h hasher) check(ctx context.Context, password, kept string) (bool, error) {
	known := kept != ""
	if !known {
		kept = h.decoy
	}
	salt, key, memory, passes, threads, err := decode(kept)
	if err != nil {
		return false, err
	}
	if err := h.turn(ctx); err != nil {
		return false, err
	}
	defer func() { <-h.turns }()
	got := argon2.IDKey([]byte(password), salt, passes, memory, threads, uint32(len(key))) //nolint:gosec // decode bounds it
	return subtle.ConstantTimeCompare(got, key) == 1 && known, nil
}

func encode(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		b.EncodeToString(salt), b.EncodeToString(key))
}

// errKept says that what is kept of a password is not ours to read.
var errKept = errors.New("password is kept in an unknown format")

func decode(kept string) (salt, key []byte, memory, passes uint32, threads uint8, err error) {
	parts := strings.Split(kept, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return nil, nil, 0, 0, 0, errKept
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil || n != 3 || memory > 1<<20 || passes < 1 || threads < 1 {
		return nil, nil, 0, 0, 0, errKept
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(key) < 16 || len(key) > 128 {
		return nil, nil, 0, 0, 0, errKept
	}
	return salt, key, memory, passes, threads, nil
}

// cut shortens what nobody has as a password: hashing it is not free.
func cut(password string) string { return password[:min(len(password), 1024)] }

// strong refuses passwords that a person who knows the address would try.
func strong(password, email string) error {
	n := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	local, _, _ := strings.Cut(email, "@")
	kinds := map[rune]bool{}
	for _, c := range lower {
		kinds[c] = true
	}
	if common(lower) || n < shortestSecret || len(password) > 1024 || len(kinds) < 5 || len(local) > 2 && strings.Contains(lower, local) || strings.Contains(lower, "foyer") {
		return ErrWeak
	}
	return nil
}

package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"foyer/internal/canonical"
)

// Genesis is the hash before the first entry.
const Genesis = "0000000000000000000000000000000000000000000000000000000000000000"

// ErrNotAHash refuses what is no SHA-256 in lower-case hexadecimal digits.
var ErrNotAHash = errors.New("want 64 lower-case hexadecimal digits")

// Digest returns the SHA-256 of the canonical form of a JSON text, and that form.
func Digest(text []byte) (hash string, form []byte, err error) {
	form, err = canonical.JSON(text)
	if err != nil {
		return "", nil, err
	}
	return digest(form), form, nil
}

// Next returns the hash of an entry after the one before: SHA-256 of that hash, in
// hexadecimal digits, and the canonical form of the entry.
func Next(previous string, entry []byte) (string, error) {
	if b, err := hex.DecodeString(previous); err != nil || len(b) != sha256.Size || hex.EncodeToString(b) != previous {
		return "", fmt.Errorf("hash %q: %w", previous, ErrNotAHash)
	}
	form, err := canonical.JSON(entry)
	if err != nil {
		return "", err
	}
	return digest(append([]byte(previous), form...)), nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

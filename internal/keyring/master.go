package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

const keyBytes = 32

// A master is a master key and what is derived from it.
type master struct {
	id   string // tells it from others and gives nothing of it away
	wrap cipher.AEAD
}

// newMaster derives the parts of a master key: HKDF of RFC 5869 with SHA-256.
func newMaster(key []byte) (*master, error) {
	id, err := hkdf.Key(sha256.New, key, nil, "foyer master key id", 8)
	if err != nil {
		return nil, err
	}
	wrap, err := hkdf.Key(sha256.New, key, nil, "foyer key wrapping", keyBytes)
	if err != nil {
		return nil, err
	}
	aead, err := newAEAD(wrap)
	if err != nil {
		return nil, err
	}
	return &master{id: hex.EncodeToString(id), wrap: aead}, nil
}

// newAEAD returns AES-256-GCM with random nonces of 96 bits, which stand before the
// sealed text.
func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// randomKey returns a new key.
func randomKey() []byte {
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails
	return key
}

// readMaster reads the master key of a file, and refuses one that others may read.
func readMaster(path string) (*master, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was read alone
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	if mode := info.Mode(); runtime.GOOS != "windows" && mode.Perm()&0o077 != 0 {
		return nil, fmt.Errorf("master key %s: others may read it, its mode is %#o: run `chmod 600` on it, and `foyer keys rotate` when somebody may have", path, mode.Perm())
	}
	if info.Size() != keyBytes {
		return nil, fmt.Errorf("master key %s: it has %d bytes: want %d random ones, as the first start makes them", path, info.Size(), keyBytes)
	}
	key := make([]byte, keyBytes)
	if _, err := f.Read(key); err != nil {
		return nil, fmt.Errorf("read master key: %w", err)
	}
	return newMaster(key)
}

// makeMaster writes a new master key to a file, whole or not at all.
func makeMaster(path string) (*master, error) {
	key := randomKey()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil { //nolint:gosec // the operator names the file
		return nil, fmt.Errorf("make master key: %w", err)
	}
	part := path + ".part"
	//nolint:gosec // beside the file that the operator names
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("make master key: %w", err)
	}
	f, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // beside the file that the operator names
	if err != nil {
		return nil, fmt.Errorf("make master key: %w", err)
	}
	_, err = f.Write(key)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, fmt.Errorf("make master key: %w", err)
	}
	if err := moveFile(part, path); err != nil {
		return nil, fmt.Errorf("make master key: %w", err)
	}
	return newMaster(key)
}

// moveFile renames a file in one step and returns once that is on stable storage.
func moveFile(from, to string) error {
	if err := os.Rename(from, to); err != nil { //nolint:gosec // the operator names the file
		return err
	}
	if runtime.GOOS == "windows" { // a folder cannot be synchronized there
		return nil
	}
	folder, err := os.Open(filepath.Dir(to)) //nolint:gosec // of the file that the operator names
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

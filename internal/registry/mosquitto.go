package registry

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
)

// mosquitto_passwd's own number. A gateway's secret has 256 random bits: more
// rounds would add nothing.
const mosquittoRounds = 101

// MosquittoHash returns a password as mosquitto's password file holds it behind the
// user's name: $7$, rounds, salt and PBKDF2 with SHA-512. Each call salts anew.
//
// Source: mosquitto 2.0, src/password_mosq.c (salt of 12 bytes, hash of 64).
func MosquittoHash(password string) (string, error) {
	var salt [12]byte
	_, _ = rand.Read(salt[:]) // never fails: crypto/rand ends the program instead
	key, err := pbkdf2.Key(sha512.New, password, salt[:], mosquittoRounds, sha512.Size)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	b64 := base64.StdEncoding
	return fmt.Sprintf("$7$%d$%s$%s", mosquittoRounds, b64.EncodeToString(salt[:]), b64.EncodeToString(key)), nil
}

// MosquittoHashes returns each gateway's secret as [MosquittoHash] made it when the
// secret was given, "" for one given before that was kept.
func (r *Registry) MosquittoHashes(ctx context.Context) (map[string]string, error) {
	return r.store.MosquittoHashes(ctx)
}

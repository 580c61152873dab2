package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238 and every authenticator say so; HMAC does not need more
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"
)

// The second factor as every authenticator knows it: RFC 6238 with HMAC-SHA-1, six
// digits and a step of 30 s.
const (
	totpStep   = 30 * time.Second
	totpSecret = 20 // bytes, RFC 4226 section 4
	totpSkew   = 1  // steps a clock may be wrong by, RFC 6238 section 5.2
)

var plain32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// newSecret returns a secret of a second factor, in base32.
func newSecret() string {
	var b [totpSecret]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return plain32.EncodeToString(b[:])
}

// stepOf returns the time step of an instant.
func stepOf(t time.Time) int64 { return t.Unix() / int64(totpStep/time.Second) }

// totp returns the code of a time step: RFC 4226 section 5.3.
func totp(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:at+4])&0x7fffffff%1_000_000)
}

// matchTOTP returns the time step around now that a code is of; false for none.
func matchTOTP(secret, code string, now time.Time) (step int64, ok bool) {
	key, err := plain32.DecodeString(secret)
	if err != nil || len(key) == 0 || len(code) != 6 {
		return 0, false
	}
	for near := -int64(totpSkew); near <= totpSkew; near++ {
		if s := stepOf(now) + near; subtle.ConstantTimeCompare([]byte(totp(key, s)), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// totpURL is what an authenticator reads from a QR code:
// github.com/google/google-authenticator/wiki/Key-Uri-Format.
func totpURL(email, secret string) string {
	return "otpauth://totp/Foyer:" + url.PathEscape(email) + "?" + url.Values{"secret": {secret}, "issuer": {"Foyer"}}.Encode()
}

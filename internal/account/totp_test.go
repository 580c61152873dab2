package account

import (
	"net/url"
	"testing"
	"time"
)

// RFC 6238 appendix B, SHA-1; of eight digits the last six.
func TestCodesAreThoseOfRFC6238(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		now := time.Unix(at, 0)
		if got := totp(secret, stepOf(now)); got != want[2:] {
			t.Errorf("%d: %s, want %s", at, got, want[2:])
		}
		kept := plain32.EncodeToString(secret)
		if step, ok := matchTOTP(kept, want[2:], now); !ok || step != at/30 {
			t.Errorf("%d: step %d %v", at, step, ok)
		}
		for _, off := range []time.Duration{-totpStep, totpStep} {
			if step, ok := matchTOTP(kept, want[2:], now.Add(off)); !ok || step != at/30 {
				t.Errorf("%d, clock wrong by %s: step %d %v", at, off, step, ok)
			}
		}
		for _, off := range []time.Duration{-2 * totpStep, 2 * totpStep} {
			if _, ok := matchTOTP(kept, want[2:], now.Add(off)); ok && now.Add(off).Unix() > 0 {
				t.Errorf("%d: good for longer than a step, %s", at, off)
			}
		}
	}
	for _, odd := range []string{"", "12345", "1234567", "12345a", "００００００"} {
		if _, ok := matchTOTP(plain32.EncodeToString(secret), odd, noon); ok {
			t.Errorf("%q passes", odd)
		}
	}
	if _, ok := matchTOTP("", totp(nil, stepOf(noon)), noon); ok {
		t.Error("no secret is a secret")
	}
}

func TestAnAuthenticatorReadsWhoAndWhat(t *testing.T) {
	u, err := url.Parse(totpURL("nadia@coop.example", newSecret()))
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Foyer:nadia@coop.example" {
		t.Fatal(u, err)
	}
	if s, err := plain32.DecodeString(u.Query().Get("secret")); err != nil || len(s) != 20 || u.Query().Get("issuer") != "Foyer" {
		t.Error(u, err)
	}
}

func TestPasswordsThatManyHaveAreRefused(t *testing.T) {
	for _, p := range []string{"Motdepasse2026!", "azertyuiop12345", "Password1234", "P4ssw0rdP4ssw0rd", "Bienvenue-2026-", "jetaimejetaime7", "Qwerty!!Azerty99", "2026-11-26-2027", "Novembre2026Hiver"} {
		if strong(p, "nadia@coop.example") == nil {
			t.Errorf("%q passes", p)
		}
	}
	for _, p := range []string{"quatre chevaux verts", "chaud comme la braise", "froid comme la pierre", "machines qui tournent", "TGV7-wq93-bx4d-kp2m", "Un hiver sans radiateur", "MJX7QK2ZP4LT"} {
		if err := strong(p, "nadia@coop.example"); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
}

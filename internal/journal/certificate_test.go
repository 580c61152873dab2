package journal

import (
	"path/filepath"
	"testing"
	"time"
)

func TestACertificateHoldsToTheBit(t *testing.T) {
	key, err := MakeKey(filepath.Join(t.TempDir(), "k"), "foyer/town")
	if err != nil {
		t.Fatal(err)
	}
	other, err := MakeKey(filepath.Join(t.TempDir(), "k"), "foyer/town")
	if err != nil {
		t.Fatal(err)
	}
	want := Certificate{
		Household: "fabcdefghijklmnop", At: time.Date(2026, 11, 26, 16, 0, 0, 0, time.UTC),
		Ring: "0011223344556677aabb", Entry: 41, Rows: 1234, Meters: 2,
	}
	signed, err := key.Certify(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenCertificate(signed, key.Public()); err != nil || got != want {
		t.Fatalf("%+v, %v", got, err)
	}
	for i := range len(signed) * 8 {
		b := []byte(signed)
		b[i/8] ^= 1 << (i % 8)
		if _, err := OpenCertificate(string(b), key.Public()); err == nil {
			t.Fatalf("holds with bit %d the other way", i)
		}
	}
	checkpoint, err := key.Sign(0, [32]byte{})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ signed, key string }{
		"another key":   {signed, other.Public()},
		"no key":        {signed, "foyer"},
		"more":          {signed + "\n", key.Public()},
		"less":          {signed[:len(signed)-1], key.Public()},
		"nothing":       {"", key.Public()},
		"a checkpoint":  {checkpoint, key.Public()},
		"a second time": {signed + signed, key.Public()},
	} {
		if _, err := OpenCertificate(c.signed, c.key); err == nil {
			t.Errorf("%s holds", name)
		}
	}
}

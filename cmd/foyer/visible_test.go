package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// hostile texts are what a device may send to a person who looks at them.
var hostile = []string{
	"", "plain", "Foyer 01 à Guéret", `{"a":"b\n"}`, `\x1b`, `\"`, `\\"`, `"`, "tab\there", "two\nlines\r\n",
	"\x1b[2J\x1b]0;owned\x07", "\u009b31m", "\u202eesrever", "\ufeff", "\x00", "\x7f", "\xff\xfe", "a\u200bb", "\U000e0001", "\u2028",
}

func TestNothingVisibleIsACommand(t *testing.T) {
	for _, s := range hostile {
		checkVisible(t, s)
	}
}

func TestNothingOfRandomBytesIsACommand(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		b := make([]byte, random.IntN(40))
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		checkVisible(t, string(b))
	}
	for range 2000 {
		checkVisible(t, string([]rune{rune(random.IntN(0x110000)), '"', rune(random.IntN(0x3000)), '\\'}))
	}
}

func checkVisible(t *testing.T, s string) {
	t.Helper()
	got := visible(s)
	for _, r := range got {
		if !strconv.IsPrint(r) {
			t.Errorf("%q shows %U", s, r)
		}
	}
	back, err := strconv.Unquote(`"` + strings.ReplaceAll(got, `"`, `\"`) + `"`)
	if err != nil || back != s {
		t.Errorf("%q shows as %s, which reads back as %q: %v", s, got, back, err)
	}
	if n := utf8.RuneCountInString(brief(s)); n > 60 {
		t.Errorf("%d characters are brief", n)
	}
	checkVisibleJSON(t, s)
}

// checkVisibleJSON wants the same value from JSON that is safe to look at.
func checkVisibleJSON(t *testing.T, s string) {
	t.Helper()
	var out bytes.Buffer
	if err := json.NewEncoder(visibleJSON{&out}).Encode(map[string]string{"a": s}); err != nil {
		t.Fatal(err)
	}
	for _, r := range strings.TrimSuffix(out.String(), "\n") {
		if !strconv.IsPrint(r) {
			t.Errorf("JSON of %q holds %U", s, r)
		}
	}
	var back map[string]string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || utf8.ValidString(s) && back["a"] != s {
		t.Errorf("JSON of %q reads back as %q: %v", s, back["a"], err)
	}
}

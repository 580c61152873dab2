package energy

import (
	"strings"
	"testing"
)

func TestValidID(t *testing.T) {
	for s, want := range map[string]bool{
		"a": true, "gw-0001": true, "-": true, strings.Repeat("z", 8): true,
		"": false, strings.Repeat("z", 9): false, "Gw": false, "gw_1": false, "gw\n": false, "é": false, "gw 1": false,
	} {
		if got := ValidID(s, 8); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

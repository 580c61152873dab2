package journal

import (
	"errors"
	"testing"
)

// chain returns the hashes of entries.
func chain(t *testing.T, entries ...string) []string {
	t.Helper()
	hashes, last := []string{}, Genesis
	for _, e := range entries {
		next, err := Next(last, []byte(e))
		if err != nil {
			t.Fatal(err)
		}
		hashes, last = append(hashes, next), next
	}
	return hashes
}

func TestAChangeChangesEveryLaterHash(t *testing.T) {
	before := chain(t, `{"seq":1,"event":"given"}`, `{"seq":2,"value":"0.0889"}`, `{"seq":3}`)
	same := chain(t, `{ "event": "given", "seq": 1 }`, `{"seq":2,"value":"0.0889"}`, `{"seq":3}`)
	after := chain(t, `{"seq":1,"event":"given"}`, `{"seq":2,"value":"0.0890"}`, `{"seq":3}`)
	swapped := chain(t, `{"seq":2,"value":"0.0889"}`, `{"seq":1,"event":"given"}`, `{"seq":3}`)
	for i := range before {
		if before[i] != same[i] {
			t.Errorf("%d: space and order of members change the hash", i)
		}
		if (before[i] == after[i]) != (i == 0) || before[i] == swapped[i] {
			t.Errorf("%d: %s %s %s", i, before[i], after[i], swapped[i])
		}
	}
}

func TestWhatIsNoHashOrEntryIsRefused(t *testing.T) {
	for _, wrong := range []string{"", "00", Genesis[:63] + "A", Genesis + "00", Genesis[:63] + "g"} {
		if _, err := Next(wrong, []byte(`{}`)); !errors.Is(err, ErrNotAHash) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if _, err := Next(Genesis, []byte(`{"a":1,"a":1}`)); err == nil {
		t.Error("a name stands twice")
	}
}

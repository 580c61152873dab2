package testserver

import (
	"time"
)

const (
	deadline = 30 * time.Second
	poll     = 20 * time.Millisecond
)

// Wait returns once cond holds, asking every 20 ms. After 30 s it ends the test
// and says what it waited for: "the alert to open".
func Wait(t TB, what string, cond func() bool) {
	t.Helper()
	if !within(deadline, cond) {
		t.Fatalf("waited %s for %s", deadline, what)
	}
}

// within reports whether cond held before d was over.
func within(d time.Duration, cond func() bool) bool {
	end := time.Now().Add(d)
	for !cond() {
		if time.Now().After(end) {
			return false
		}
		time.Sleep(poll)
	}
	return true
}

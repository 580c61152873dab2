package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"foyer/internal/testserver"
)

// TestSignsOfLifeStayAwayWhenSomethingDoesNotHold waits for signs as a service elsewhere
// does, breaks a check, and stops.
func TestSignsOfLifeStayAwayWhenSomethingDoesNotHold(t *testing.T) {
	var signs, faults atomic.Int64
	var broken, refuse atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		signs.Add(1)
		if refuse.Load() {
			w.WriteHeader(http.StatusGone)
		}
	}))
	defer s.Close()
	var said atomic.Value
	l := life{
		url: s.URL + "/secret-of-the-service", client: s.Client(), every: 5 * time.Millisecond,
		holds: func(context.Context) error {
			if broken.Load() {
				return errors.New("records: gone")
			}
			return nil
		},
		failed: func(err error) { said.Store(err.Error()); faults.Add(1) },
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	more := func(what string, n *atomic.Int64) {
		t.Helper()
		from := n.Load()
		testserver.Wait(t, what, func() bool { return n.Load() > from+2 })
	}
	more("signs", &signs)
	refuse.Store(true)
	more("refused signs", &faults)
	if text := said.Load().(string); !strings.Contains(text, "life.url answers 410") {
		t.Error(text)
	}
	broken.Store(true)
	more("what does not hold", &faults)
	from := signs.Load()
	more("what does not hold", &faults)
	if n := signs.Load(); n != from {
		t.Errorf("%d signs of what does not hold", n-from)
	}
	broken.Store(false)
	s.Close()
	more("an address that does not answer", &faults)
	if text := said.Load().(string); strings.Contains(text, "secret-of-the-service") || text == "records: gone" {
		t.Errorf("the address stands in %q", text)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

package records

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"foyer/internal/keyring"
	"foyer/internal/testserver"
)

// TestMain fails when a goroutine outlives the tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(ringed{m}, testserver.Leaks()...) }

// ringed runs tests with [ring] open.
type ringed struct{ m *testing.M }

func (r ringed) Run() int {
	code, err := r.run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}

func (r ringed) run() (code int, err error) {
	dir, err := os.MkdirTemp("", "foyer-keys-")
	if err != nil {
		return 0, err
	}
	if ring, err = keyring.Open(context.Background(), keyring.Defaults().In(dir), time.Now); err != nil {
		return 0, err
	}
	code = r.m.Run()
	return code, errors.Join(ring.Close(), os.RemoveAll(dir))
}

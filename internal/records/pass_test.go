package records

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestPassesTakeTurns has one process wait for the pass of another, and go on after
// one that failed or panicked.
func TestPassesTakeTurns(t *testing.T) {
	for name, address := range stores {
		t.Run(name, func(t *testing.T) {
			url := address(t)
			takeTurns(t, open(t, url), open(t, url))
		})
	}
}

func takeTurns(t *testing.T, one, two *DB) {
	t.Helper()
	inside, leave := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	failed := errors.New("it failed")
	go func() {
		first <- one.Pass(t.Context(), func(context.Context) error {
			close(inside)
			<-leave
			return failed
		})
	}()
	within(t, "the first pass", inside)
	short, cancel := context.WithTimeout(t.Context(), 4*passEvery)
	defer cancel()
	if err := two.Pass(short, func(context.Context) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second pass beside the first: %v", err)
	}
	second, began := make(chan error, 1), make(chan struct{})
	go func() {
		second <- two.Pass(t.Context(), func(context.Context) error {
			close(began)
			return nil
		})
	}()
	select {
	case <-began:
		t.Fatal("two passes at once")
	case <-time.After(2 * passEvery):
	}
	close(leave)
	if err := <-first; !errors.Is(err, failed) {
		t.Errorf("the first ended with %v", err)
	}
	within(t, "the second pass", began)
	if err := <-second; err != nil {
		t.Error(err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = one.Pass(t.Context(), func(context.Context) error { panic("index out of range") })
	}()
	if err := two.Pass(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Errorf("after one that panicked: %v", err)
	}
}

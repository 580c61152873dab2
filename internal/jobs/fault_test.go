package jobs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"

	"foyer/internal/household"
)

func TestErrorsHaveAClass(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	late := &net.DNSError{IsTimeout: true}
	for err, want := range map[error]household.Fault{
		alone(t.Context(), func(context.Context) error { panic("meter m4k7xq2pz") }): household.FaultPanic,
		fmt.Errorf("read: %w", context.DeadlineExceeded):                             household.FaultTimeout,
		fmt.Errorf("read: %w", late):                                                 household.FaultTimeout,
		fmt.Errorf("read: %w", refused):                                              household.FaultUnreachable,
		errors.New("disk full"):                                                      household.FaultOther,
	} {
		if got := faultOf(err); got != want {
			t.Errorf("%v is %q, want %q", err, got, want)
		}
	}
}

func TestMostFailuresNameTheRun(t *testing.T) {
	var none faults
	if n, most := none.sum(); n != 0 || most != "" {
		t.Errorf("%d %q", n, most)
	}
	var some faults
	for _, err := range []error{errors.New("a"), context.DeadlineExceeded, errors.New("b"), context.DeadlineExceeded} {
		some.add(err)
	}
	if n, most := some.sum(); n != 4 || most != household.FaultTimeout { // of as many, the first of the list
		t.Errorf("%d %q", n, most)
	}
	some.add(errors.New("c"))
	if n, most := some.sum(); n != 5 || most != household.FaultOther {
		t.Errorf("%d %q", n, most)
	}
}

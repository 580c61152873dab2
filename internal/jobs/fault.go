package jobs

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"

	"foyer/internal/household"
)

// errPanic is what a panic of a task became.
var errPanic = errors.New("panic")

// faultOf returns the class of an error, without anything of what it says.
func faultOf(err error) household.Fault {
	var network net.Error
	switch {
	case errors.Is(err, errPanic):
		return household.FaultPanic
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return household.FaultTimeout
	case errors.As(err, &network):
		if network.Timeout() {
			return household.FaultTimeout
		}
		return household.FaultUnreachable
	}
	return household.FaultOther
}

// faults count errors by class. The zero value has none.
type faults struct {
	mu sync.Mutex
	n  map[household.Fault]int
}

func (f *faults) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n == nil {
		f.n = map[household.Fault]int{}
	}
	f.n[faultOf(err)]++
}

// sum returns how many errors there were and the class most of them are of; of as
// many, the one that comes first in [household.Faults].
func (f *faults) sum() (failed int, most household.Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, class := range household.Faults {
		failed += f.n[class]
		if f.n[class] > f.n[most] {
			most = class
		}
	}
	return failed, most
}

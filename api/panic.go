package api

import (
	"fmt"
	"runtime/debug"
)

// panicked describes a panic by where it happened. The value itself may hold
// somebody's data and stays out of logs unless the runtime made it.
func panicked(p any) error {
	if err, ok := p.(interface{ RuntimeError() }); ok {
		return fmt.Errorf("panic: %v at %s", err, debug.Stack())
	}
	return fmt.Errorf("panic: %T at %s", p, debug.Stack())
}

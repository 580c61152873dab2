package testserver

import "go.uber.org/goleak"

// Leaks makes goleak look at all goroutines but those of the servers that tests share:
// the thread that is their parent, and who waits for their ends.
func Leaks() []goleak.Option {
	return []goleak.Option{
		goleak.IgnoreAnyFunction("foyer/internal/testserver.start.func1.1"),
		goleak.IgnoreAnyFunction("foyer/internal/testserver.Launch.func1"),
	}
}

package testserver

import "go.uber.org/goleak"

// Leaks makes goleak look at all goroutines but those of the servers that tests share:
// the thread that is their parent, and who waits for their ends; and but the one with
// which paho.mqtt.golang v1.5.1 disconnects, which outlives Disconnect by as long as
// that was told to wait when the connection is coming or going.
func Leaks() []goleak.Option {
	return []goleak.Option{
		goleak.IgnoreAnyFunction("foyer/internal/testserver.start.func1.1"),
		goleak.IgnoreAnyFunction("foyer/internal/testserver.Launch.func1"),
		goleak.IgnoreAnyFunction("github.com/eclipse/paho%2emqtt%2egolang.(*client).Disconnect.func1"),
	}
}

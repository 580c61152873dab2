package subscriber

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails when a goroutine outlives the tests, but for the one whose thread is
// the parent of the servers they start.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("foyer/internal/testserver.start.func1.1"))
}

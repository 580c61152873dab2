package jobs_test

import (
	"testing"

	"go.uber.org/goleak"

	"foyer/internal/testserver"
)

// TestMain fails when a goroutine outlives the tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m, testserver.Leaks()...) }

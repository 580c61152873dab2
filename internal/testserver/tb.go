package testserver

// TB is what this package asks of a test. Every [testing.TB] is one, and so is a
// program that runs fault trials.
type TB interface {
	Helper()
	Cleanup(f func())
	Failed() bool
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Skipf(format string, args ...any)
	TempDir() string
}

// Command foyer is the one binary of Foyer: it takes meters' readings in,
// computes what energy weighs on a family, and serves what was agreed.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones on machines that ship none
)

// Exit codes of every command.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitCheck  = 3
)

// errCheck ends a command whose check did not hold. The command has already said what.
var errCheck = errors.New("a check did not hold")

// A usageError is the caller's mistake: a flag, an argument, a missing file name.
type usageError struct{ error }

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := newRoot().ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errCheck):
		return exitCheck
	case errors.As(err, &usage):
		fmt.Fprintf(os.Stderr, "foyer: %v\nTry `foyer --help`.\n", err)
		return exitUsage
	default:
		fmt.Fprintf(os.Stderr, "foyer: %v\n", err)
		return exitFailed
	}
}

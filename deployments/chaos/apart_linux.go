package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// isApart is set for a harness that has its mounts for itself.
const isApart = "FOYER_CHAOS_APART"

// apart runs this program again where its mounts are its own and end with it, whatever
// ends it, and returns its exit code; done is false when there is nothing to mount, or
// this is that program.
func apart(ctx context.Context, all []*Property) (code int, done bool, err error) {
	mounts := slices.ContainsFunc(all, func(p *Property) bool {
		return slices.ContainsFunc(p.Needs, func(n Need) bool { return n.What == Mount.What })
	})
	if !mounts || os.Getenv(isApart) != "" {
		return 0, false, nil
	}
	self, err := os.Executable()
	if err != nil {
		return 0, true, err
	}
	runtime.LockOSThread() // the kernel takes the end of this thread for the death of the parent
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, self, os.Args[1:]...) //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), isApart+"=1")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = time.Minute
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode(), true, nil
	}
	return 0, true, err
}

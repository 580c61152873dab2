//go:build !linux

package testserver

import (
	"os/exec"
	"syscall"
)

// Elsewhere than on Linux a killed test may leave its servers behind, and a
// port is believed to be ours because it was free a moment ago.

func bind(*exec.Cmd, syscall.Signal) {}

func start(cmd *exec.Cmd) error { return cmd.Start() }

func signal(cmd *exec.Cmd, sig syscall.Signal) {
	if sig == syscall.SIGKILL || cmd.Process.Signal(sig) != nil {
		_ = cmd.Process.Kill()
	}
}

func owns(int, int) bool { return true }

func unprivileged(*exec.Cmd, uint32, uint32) {}

func apart(*exec.Cmd) {}

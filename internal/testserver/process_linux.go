package testserver

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// bind puts cmd in a group of its own and has the kernel signal it when this
// process dies, whatever kills it.
func bind(cmd *exec.Cmd, death syscall.Signal) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = death
}

var (
	launcher = make(chan func())
	launched sync.Once
)

// start starts cmd from a thread that lives as long as this process: the kernel
// takes the end of the starting thread for the death of the parent.
func start(cmd *exec.Cmd) error {
	launched.Do(func() {
		go func() {
			runtime.LockOSThread()
			for f := range launcher {
				f()
			}
		}()
	})
	result := make(chan error)
	launcher <- func() { result <- cmd.Start() }
	return <-result
}

func signal(cmd *exec.Cmd, sig syscall.Signal) { _ = syscall.Kill(-cmd.Process.Pid, sig) }

// owns reports whether the process pid holds the socket that listens on a local
// port: the socket's inode in /proc/net/tcp is among its open files.
func owns(pid, port int) bool {
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return false
	}
	const listening = "0A"
	end := fmt.Sprintf(":%04X", port)
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		if len(f) > 9 && f[3] == listening && strings.HasSuffix(f[1], end) && holds(pid, "socket:["+f[9]+"]") {
			return true
		}
	}
	return false
}

func holds(pid int, file string) bool {
	dir := filepath.Join("/proc", strconv.Itoa(pid), "fd")
	fds, _ := os.ReadDir(dir)
	for _, fd := range fds {
		if target, err := os.Readlink(filepath.Join(dir, fd.Name())); err == nil && target == file {
			return true
		}
	}
	return false
}

// unprivileged makes cmd run as another user: uid and gid.
func unprivileged(cmd *exec.Cmd, uid, gid uint32) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid}
}

// apart keeps cmd out of this process's group, so that Ctrl+C does not reach it.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

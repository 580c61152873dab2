package testserver

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// A Process is a started program, the leader of its own group.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// Launch starts cmd, its output appended to the file log. When this process dies
// first, cmd gets the signal death.
func Launch(cmd *exec.Cmd, log string, death syscall.Signal) (*Process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	bind(cmd, death)
	if err := start(cmd); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	go func() { _ = cmd.Wait(); close(p.done) }()
	return p, nil
}

// Pid returns the number of the process.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Ended reports whether the process has ended.
func (p *Process) Ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// ExitCode returns the code that an ended process left, -1 when a signal ended it.
func (p *Process) ExitCode() int {
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}

// Listens reports whether the process itself listens on a port.
func (p *Process) Listens(port int) bool { return owns(p.Pid(), port) }

// Signal signals the process and its group.
func (p *Process) Signal(sig syscall.Signal) { signal(p.cmd, sig) }

// End signals the process and waits; what is left of its group after 10 s is killed.
func (p *Process) End(sig syscall.Signal) {
	p.Signal(sig)
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		p.Signal(syscall.SIGKILL)
		<-p.done
	}
}

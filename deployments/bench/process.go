package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"foyer/internal/app"
)

// A process is a server that a run has started.
type process struct {
	name string
	cmd  *exec.Cmd
	log  string        // file of its output
	done chan struct{} // closed when it has ended
}

// start starts a program, its output in a file of dir.
func start(dir, name, binary string, args ...string) (*process, error) {
	p := &process{name: name, log: filepath.Join(dir, name+".log"), done: make(chan struct{})}
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	p.cmd = exec.Command(binary, args...) //nolint:gosec,noctx // the binary to measure; stop ends it
	p.cmd.Stdout, p.cmd.Stderr = out, out
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() { _ = p.cmd.Wait(); close(p.done) }()
	return p, nil
}

// stop asks a process to end, kills it after a while, and returns once it has ended.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.NewTimer(20 * time.Second)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// says waits until a process has printed a text.
func (p *process) says(ctx context.Context, text string) error {
	return p.until(ctx, func() bool {
		printed, _ := os.ReadFile(p.log)
		return strings.Contains(string(printed), text)
	})
}

// listens waits until something listens on a port while the process lives.
func (p *process) listens(ctx context.Context, address string) error {
	return p.until(ctx, func() bool {
		d := net.Dialer{Timeout: time.Second}
		conn, err := d.DialContext(ctx, "tcp", address)
		return err == nil && conn.Close() == nil
	})
}

// until waits for a condition while the process lives, at most a minute.
func (p *process) until(ctx context.Context, holds func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	err := poll(ctx, 20*time.Millisecond, func() (bool, error) {
		select {
		case <-p.done:
			return false, errors.New("it has ended")
		default:
			return holds(), nil
		}
	})
	if err != nil {
		printed, _ := os.ReadFile(p.log)
		return fmt.Errorf("start %s: %w; it printed:\n%s", p.name, err, printed)
	}
	return nil
}

// poll asks until done, an error, or the end of ctx.
func poll(ctx context.Context, pause time.Duration, ask func() (done bool, err error)) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if done, err := ask(); done || err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// A usage is what a process has taken of the machine.
type usage struct {
	cpu    time.Duration // user and system
	memory int64         // resident, bytes
	peak   int64         // the most it was, bytes
}

// hertz is the unit of time in /proc, on every architecture that Linux still runs on.
const hertz = 100

// usage reads what Linux says of the process: proc(5).
func (p *process) usage() (u usage, err error) {
	dir := filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid))
	stat, err := os.ReadFile(filepath.Join(dir, "stat")) //nolint:gosec // of a process that we started
	if err != nil {
		return u, err
	}
	// The name, in brackets, may hold spaces.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	for _, i := range []int{11, 12} { // utime, stime
		ticks, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return u, err
		}
		u.cpu += time.Duration(ticks) * time.Second / hertz
	}
	status, err := os.ReadFile(filepath.Join(dir, "status")) //nolint:gosec // of a process that we started
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(status)) {
		name, rest, _ := strings.Cut(line, ":")
		size, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		switch {
		case err != nil:
		case name == "VmRSS":
			u.memory = size << 10
		case name == "VmHWM":
			u.peak = size << 10
		}
	}
	return u, nil
}

// freePort returns an address of this machine that nobody listens on at the moment.
func freePort(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// now is the wall clock.
func now() time.Time { return app.Wall() }

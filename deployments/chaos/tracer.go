package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"foyer/internal/testserver"
)

// An Injury is what strace does to system calls, as its -e inject= takes it: each call
// has one.
type Injury []string

// Calls that bring bytes to the disk.
const (
	syncs  = "fsync,fdatasync"
	writes = "pwrite64"
)

// injured is what strace adds to the line of a call that it injured.
var injured = regexp.MustCompile(`\((INJECTED|DELAYED)\)`)

// A Tracer is strace at work on a process.
type Tracer struct {
	t    *Trial
	log  string
	proc *testserver.Process
}

// hurt has strace injure a running pilot until it is let go. strace counts the calls
// of each thread for itself.
func (p *Pilot) hurt(i Injury) *Tracer {
	tr := &Tracer{t: p.t, log: filepath.Join(filepath.Dir(p.log), "strace.log")}
	_ = os.Remove(tr.log)
	cmd := exec.Command("strace", append(strace(i, tr.log), "-p", strconv.Itoa(p.proc.Pid()))...) //nolint:gosec,noctx // the harness's own words; it ends with the trial
	var err error
	tr.proc, err = testserver.Launch(cmd, tr.log+".said", syscall.SIGTERM)
	p.t.must(err, "trace foyer")
	p.t.Cleanup(func() { tr.proc.End(syscall.SIGKILL) })
	return tr
}

// strace returns the arguments for an injury.
func strace(i Injury, log string) []string {
	args := []string{"-f", "-qq", "-o", log, "-e", "signal=none", "-e", "trace=" + syncs + "," + writes}
	for _, part := range i {
		args = append(args, "-e", "inject="+part)
	}
	return args
}

// injuries counts the injured calls in what strace wrote.
func injuries(log string) int64 {
	b, _ := os.ReadFile(log) //nolint:gosec // the harness names its own files
	return int64(len(injured.FindAll(b, -1)))
}

// struck waits until a call was injured, one of these, and reports whether it was.
func (tr *Tracer) struck(patience time.Duration, calls string) bool {
	return tr.t.within(patience, 10*time.Millisecond, func() bool {
		if tr.proc.Ended() {
			said, _ := os.ReadFile(tr.log + ".said")
			tr.t.Fatalf("strace ended by itself: %s", said)
		}
		b, _ := os.ReadFile(tr.log)
		for line := range strings.Lines(string(b)) {
			if strings.Contains(line, calls+"(") && injured.MatchString(line) {
				return true
			}
		}
		return false
	})
}

// release lets the process go.
func (tr *Tracer) release() { tr.proc.End(syscall.SIGTERM) }

// startHurt starts a pilot of which system calls are injured from the first one on.
// Signals reach Foyer alone: strace stands beside it, in a group of its own.
func (p *Pilot) startHurt(i Injury) (log string) {
	log = filepath.Join(filepath.Dir(p.log), "strace.log")
	_ = os.Remove(log)
	args := append([]string{"-DD"}, strace(i, log)...)
	cmd := exec.Command("strace", append(args, p.t.binary, "serve", "--config", p.config)...) //nolint:gosec,noctx // the foyer under trial; it ends with the trial
	var err error
	p.proc, err = testserver.Launch(cmd, p.log, syscall.SIGKILL)
	p.t.must(err, "start foyer under strace")
	return log
}

// bowedOut reports whether Foyer has ended by itself. It may, with an error that it
// can say; a panic is no way to go, and counts as one unclean end.
func (p *Pilot) bowedOut() (ended bool, unclean int64) {
	if !p.proc.Ended() {
		return false, 0
	}
	code, tail := p.proc.ExitCode(), p.tail()
	if code == 1 && !strings.Contains(tail, "goroutine ") && strings.Contains(tail, "foyer: ") {
		return true, 0
	}
	p.t.Errorf("foyer ended with code %d, which is no clean exit:\n%s", code, tail)
	return true, 1
}

// attach tells whether strace can attach to a process that it did not start.
func attach() error {
	sleep := exec.Command("sleep", "60") //nolint:noctx // it is killed below
	if err := sleep.Start(); err != nil {
		return err
	}
	defer func() { _ = sleep.Process.Kill(); _ = sleep.Wait() }()
	cmd := exec.Command("timeout", "-s", "TERM", "0.2", "strace", "-o", "/dev/null", "-p", strconv.Itoa(sleep.Process.Pid)) //nolint:gosec,noctx // a number; timeout ends it
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "Operation not permitted") {
		return fmt.Errorf("strace may not attach to processes here: %w: %s. In a container: --cap-add SYS_PTRACE; else run as root, or sysctl kernel.yama.ptrace_scope=0", err, strings.TrimSpace(string(out)))
	}
	return nil
}

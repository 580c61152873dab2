package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// A Trial is one round of a property: some cycles that one seed decides. It is a
// testserver.TB, so that the real servers of tests serve trials too.
type Trial struct {
	*Harness
	Property *Property
	Seed     uint64
	Cycles   int
	Luck     *rand.Rand // the seed's; for the goroutine of the trial alone
	Context  context.Context

	dir      string
	mu       sync.Mutex
	failures []string
	cleanups []func()
	dirs     int
}

// run runs one trial and returns what failed.
func (h *Harness) trial(ctx context.Context, p *Property, seed uint64, cycles int) []string {
	t := &Trial{
		Harness: h, Property: p, Seed: seed, Cycles: cycles,
		Luck: rand.New(rand.NewPCG(seed, 1)), Context: ctx, //nolint:gosec // a seed that repeats, no secret
		dir: filepath.Join(h.dir, fmt.Sprintf("%s-%d-%d", p.IDs[0], seed, cycles)),
	}
	if err := os.MkdirAll(t.dir, 0o700); err != nil {
		return []string{err.Error()}
	}
	done := make(chan struct{})
	go func() { // Fatal ends this goroutine
		defer close(done)
		defer t.finish()
		p.Run(t)
	}()
	<-done
	return t.failures
}

// finish runs what is to be done whatever happened, the last registered first.
func (t *Trial) finish() {
	if p := recover(); p != nil {
		stack := make([]byte, 4096)
		t.Errorf("the trial itself ended in a panic: %v\n%s", p, stack[:runtime.Stack(stack, false)])
	}
	for len(t.cleanups) > 0 {
		last := len(t.cleanups) - 1
		clean := t.cleanups[last]
		t.cleanups = t.cleanups[:last]
		func() {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("cleaning up: %v", p)
				}
			}()
			clean()
		}()
	}
	switch {
	case !t.Failed():
		_ = os.RemoveAll(t.dir)
	case t.Context.Err() == nil:
		t.Logf("kept for you to look at: %s", t.dir)
	}
}

// Helper does nothing: a trial reports no lines of code.
func (t *Trial) Helper() {}

// Cleanup has f run when the trial ends.
func (t *Trial) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

// Failed reports whether something failed so far.
func (t *Trial) Failed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.failures) > 0
}

// Errorf notes a failure and goes on.
func (t *Trial) Errorf(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	t.mu.Lock()
	t.failures = append(t.failures, text)
	t.mu.Unlock()
	t.Logf("FAILED: %s", text)
}

// Fatal notes a failure and ends the trial.
func (t *Trial) Fatal(args ...any) {
	t.Errorf("%s", strings.TrimSuffix(fmt.Sprintln(args...), "\n"))
	runtime.Goexit()
}

// Fatalf notes a failure and ends the trial.
func (t *Trial) Fatalf(format string, args ...any) {
	t.Errorf(format, args...)
	runtime.Goexit()
}

// Skipf is a failure: nothing skips.
func (t *Trial) Skipf(format string, args ...any) { t.Fatalf(format, args...) }

// Logf tells who watches.
func (t *Trial) Logf(format string, args ...any) {
	t.say("%s seed %d: %s", t.Property.IDs[0], t.Seed, fmt.Sprintf(format, args...))
}

// TempDir returns a new folder, gone after a trial without failures.
func (t *Trial) TempDir() string {
	t.dirs++
	dir := filepath.Join(t.dir, fmt.Sprintf("%02d", t.dirs))
	t.must(os.MkdirAll(dir, 0o700), "make a folder")
	return dir
}

// must ends the trial on an error.
func (t *Trial) must(err error, doing string) {
	if err != nil {
		t.Fatalf("%s: %v", doing, err)
	}
}

// pause waits. The trial ends when the harness is told to stop.
func (t *Trial) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context.Done():
		t.Fatal("interrupted")
	}
}

// within waits for a condition, asking every poll, and reports whether it came
// before the deadline.
func (t *Trial) within(deadline, poll time.Duration, cond func() bool) bool {
	for end := t.now().Add(deadline); !cond(); t.pause(poll) {
		if t.now().After(end) {
			return false
		}
	}
	return true
}

// await ends the trial when a condition does not come within 60 s.
func (t *Trial) await(what string, cond func() bool) {
	const patience = 60 * time.Second
	if !t.within(patience, 10*time.Millisecond, cond) {
		t.Fatalf("waited %v for %s", patience, what)
	}
}

// wander waits for a random length of time.
func (t *Trial) wander(most time.Duration) { t.pause(time.Duration(t.Luck.Int64N(int64(most) + 1))) }

// say tells who watches.
func (h *Harness) say(format string, args ...any) {
	h.saying.Lock()
	defer h.saying.Unlock()
	_, _ = fmt.Fprintf(h.watch, "%s "+format+"\n", append([]any{h.now().Sub(h.began).Round(100 * time.Millisecond)}, args...)...)
}

// A Harness is one run of the program.
type Harness struct {
	binary string // the foyer under trial
	dir    string
	watch  io.Writer // progress
	saying *sync.Mutex
	now    func() time.Time
	began  time.Time
	report *Report
	nest   *nest
}

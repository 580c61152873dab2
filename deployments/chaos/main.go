package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	only   string
	seed   uint64
	n      int
	short  bool
	binary string
}

func main() {
	var o options
	flag.StringVar(&o.only, "only", "", "run these properties alone: R1,R6")
	flag.Uint64Var(&o.seed, "seed", 0, "repeat what this seed decides; a new one by default")
	flag.IntVar(&o.n, "n", 0, "cycles of each property; its own number by default")
	flag.BoolVar(&o.short, "short", false, "the selection that every change runs, without special rights")
	flag.StringVar(&o.binary, "foyer", "", "the binary under trial; built from this tree by default")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code, err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "chaos: %v\n", err)
		code = exitFailed
	}
	os.Exit(code)
}

// Exit codes, as foyer's own.
const (
	exitFailed = 1
	exitCheck  = 3 // a property did not hold
)

// run runs the properties that the options choose and returns the exit code.
func run(ctx context.Context, o options) (code int, err error) {
	if flag.NArg() > 0 {
		return 0, fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	var ids []string
	if o.only != "" {
		ids = strings.Split(o.only, ",")
	}
	all, unknown := chosen(ids, o.short)
	if len(unknown) > 0 {
		return 0, fmt.Errorf("--only %s: no property is named so", strings.Join(unknown, ","))
	}
	if faults := missing(all); len(faults) > 0 {
		return 0, fmt.Errorf("this machine lacks what the trials need:\n%w", errors.Join(faults...))
	}
	if code, done, err := apart(ctx, all); done {
		return code, err
	}
	now := time.Now //nolint:forbidigo // the harness has one clock, this one
	h := &Harness{binary: o.binary, watch: os.Stderr, saying: &sync.Mutex{}, now: now, began: now(), report: &Report{}, nest: &nest{}}
	if h.dir, err = os.MkdirTemp("", "foyer-chaos-"); err != nil {
		return 0, err
	}
	if o.seed == 0 {
		o.seed = uint64(h.began.UnixNano()) % 1_000_000_000
	}
	if h.binary == "" {
		if h.binary, err = build(ctx, h.dir); err != nil {
			return 0, err
		}
	}
	h.say("seed %d", o.seed)
	held := true
	beside := make(chan bool)
	waiting := 0
	for _, p := range all {
		if p.Beside {
			waiting++
			go func() { beside <- h.property(ctx, p, o) }()
		}
	}
	for _, p := range all {
		if !p.Beside {
			held = h.property(ctx, p, o) && held
		}
	}
	for range waiting {
		held = <-beside && held
	}
	if ctx.Err() != nil {
		return 0, errors.Join(errors.New("interrupted"), os.RemoveAll(h.dir))
	}
	if held = h.report.print(os.Stdout) && held; !held {
		_, _ = fmt.Fprintf(os.Stdout, "Not everything held. All of it again: --seed %d\n", o.seed)
		return exitCheck, nil
	}
	return 0, os.RemoveAll(h.dir)
}

// build builds the release binary from this tree.
func build(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, "foyer")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "foyer/cmd/foyer") //nolint:gosec // nothing of it comes from outside
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build foyer: %w: %s", err, out)
	}
	return path, nil
}

// property runs the rounds of a property, each with the next seed, until three have
// failed.
func (h *Harness) property(ctx context.Context, p *Property, o options) (held bool) {
	cycles := p.Full
	switch {
	case o.n > 0:
		cycles = o.n
	case o.short:
		cycles = p.Short
	}
	round := p.Round
	if round == 0 {
		round = cycles
	}
	name := strings.Join(p.IDs, ",")
	h.say("%s: %s, %d cycles", name, p.Says, cycles)
	failed := 0
	for seed := o.seed; cycles > 0 && failed < 3 && ctx.Err() == nil; seed++ {
		n := min(round, cycles)
		cycles -= n
		began := h.now()
		failures := h.trial(ctx, p, seed, n)
		if len(failures) == 0 {
			h.say("%s seed %d: %d cycles held in %v", name, seed, n, h.now().Sub(began).Round(100*time.Millisecond))
			continue
		}
		failed++
		if ctx.Err() != nil {
			break
		}
		n, failures = h.shrink(ctx, p, seed, n, failures)
		_, _ = fmt.Fprintf(os.Stdout, "%-4s FAILED with seed %d: %s\n     repeat: go run ./deployments/chaos --only %s --seed %d --n %d\n",
			p.IDs[0], seed, failures[0], p.IDs[0], seed, n)
	}
	return failed == 0
}

// shrink looks for fewer cycles that fail with the same seed, halving them as long as
// that fails.
func (h *Harness) shrink(ctx context.Context, p *Property, seed uint64, n int, failures []string) (int, []string) {
	aside := *h
	aside.report = &Report{} // these cycles count for nothing
	for half := n / 2; half > 0; half /= 2 {
		h.say("%s seed %d: do %d cycles fail too?", p.IDs[0], seed, half)
		again := aside.trial(ctx, p, seed, half)
		if len(again) == 0 || ctx.Err() != nil {
			break
		}
		n, failures = half, again
	}
	return n, failures
}

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // zones on machines that ship none
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var p plan
	p.flags(flag.CommandLine)
	flag.Parse()
	if err := bench(ctx, p); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		return 1
	}
	return 0
}

// bench runs the scenarios of a plan, one after the other, and prints what they say.
func bench(ctx context.Context, p plan) (err error) {
	if err := p.check(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(p.dir, "foyer-bench-")
	if err != nil {
		return fmt.Errorf("make a folder to work in: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &room{plan: p, dir: dir}
	if b.town, err = enrol(ctx, dir, p); err != nil {
		return fmt.Errorf("enrol %d meters: %w", p.meters, err)
	}
	for name := range strings.SplitSeq(p.scenarios, ",") {
		if err := scenarios[name](ctx, b); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"
)

// stopping is how long Run waits for a pass that is under way when it has to end.
const stopping = 30 * time.Second

// ParseSchedule reads a cron line in UTC, or "@every 10s".
func ParseSchedule(line string) (cron.Schedule, error) {
	s, err := cron.ParseStandard(line)
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", line, err)
	}
	// A date that never comes would never wake the planner.
	if start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); s.Next(start).Before(start) {
		return nil, fmt.Errorf("schedule %q: no such time ever comes", line)
	}
	return s, nil
}

// Run brings everything up to date at once, and again whenever the schedule says,
// until ctx ends. It returns nil then. A pass that still runs is not started twice.
// The first pass judges nobody: what waited for this process is still coming in.
func (p *Planner) Run(ctx context.Context) error {
	logger := cronLog{p.log}
	// Recover is innermost: outside SkipIfStillRunning one panic would end all runs.
	c := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(logger),
		cron.WithChain(cron.SkipIfStillRunning(logger), cron.Recover(logger)))
	c.Schedule(p.schedule, cron.FuncJob(func() { p.pass(ctx, true) }))
	p.pass(ctx, false)
	if ctx.Err() != nil {
		return nil
	}
	c.Start()
	<-ctx.Done()
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopping)
	defer cancel()
	select {
	case <-c.Stop().Done():
		return nil
	case <-wait.Done():
		return errors.New("a pass of the jobs did not end in time")
	}
}

// pass is one run of the schedule.
func (p *Planner) pass(ctx context.Context, judge bool) {
	if ctx.Err() != nil {
		return
	}
	err := alone(ctx, func(ctx context.Context) error {
		_, err := p.bringUp(ctx, judge, nil)
		return err
	})
	if err != nil && ctx.Err() == nil {
		p.log.Error("pass cut short", "err", err)
	}
}

// A cronLog passes on what cron has to say.
type cronLog struct{ log *slog.Logger }

// Info says when jobs are woken and skipped.
func (l cronLog) Info(msg string, _ ...any) { l.log.Debug("cron speaks", "message", msg) }

// Error says that a job panicked.
func (l cronLog) Error(err error, msg string, _ ...any) {
	l.log.Error("cron complains", "message", msg, "err", err)
}

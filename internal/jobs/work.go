package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"foyer/internal/household"
)

// A task is what a job does for one family.
type task func(context.Context) error

// work runs the stages of a job one after the other, and returns how many tasks ended well
// and how many failed. It notes the run when there is anything to do. It returns an error
// when a page could not be read, or when ctx ended.
func (p *Planner) work(ctx context.Context, job string, now time.Time, stages ...stage) (done, failed int, err error) {
	defer prometheus.NewTimer(p.metrics.duration.WithLabelValues(job)).ObserveDuration()
	run := household.Run{Job: job, Started: now}
	begin := func() (err error) {
		if run.ID == 0 {
			run.ID, err = p.store.BeginRun(ctx, run)
			p.ran = cmp.Or(run.ID, p.ran)
		}
		return err
	}
	for _, s := range stages {
		var good, bad int
		var fault household.Fault
		good, bad, fault, err = p.each(ctx, job, s, begin)
		done, failed, run.Fault = done+good, failed+bad, cmp.Or(run.Fault, fault)
		if err != nil {
			break
		}
	}
	if run.ID != 0 {
		run.Finished, run.Done, run.Failed = p.now(), done, failed
		if e := p.store.EndRun(context.WithoutCancel(ctx), run); e != nil {
			return done, failed, errors.Join(err, e)
		}
	}
	if failed == 0 && err == nil {
		p.metrics.success.WithLabelValues(job).Set(float64(now.UnixMilli()) / 1000)
	}
	return done, failed, err
}

// each runs the tasks of a stage, some at a time, each on its own: a page is read while the
// last tasks of the one before run. It counts those that ended well and those that did not,
// and says of which class most of the failures are. Begin is called before each page that
// has any; it may be nil.
func (p *Planner) each(ctx context.Context, job string, s stage, begin func() error) (done, failed int, fault household.Fault, err error) {
	var good, ended atomic.Int64
	var bad faults
	end := func() {
		if n := int(ended.Add(1)); p.progress != nil {
			p.progress(Progress{job, n, s.of})
		}
	}
	var g errgroup.Group
	g.SetLimit(p.config.Parallel)
	for page, fault := range s.pages {
		if err = cmp.Or(fault, ctx.Err()); err == nil && begin != nil && slices.ContainsFunc(page, func(t task) bool { return t != nil }) {
			err = begin()
		}
		if err != nil {
			break
		}
		for _, t := range page {
			if t == nil || ctx.Err() != nil {
				end()
				continue
			}
			g.Go(func() error {
				defer end()
				switch err := alone(ctx, t); {
				case err == nil:
					good.Add(1)
				case ctx.Err() == nil: // else the pass was cut short, which is no failure
					bad.add(err)
					p.metrics.failures.WithLabelValues(job).Inc()
					p.log.Error("job failed for one family or station", "job", job, "err", err)
				}
				return nil
			})
		}
	}
	_ = g.Wait() // no task returns an error
	failed, fault = bad.sum()
	switch {
	case ctx.Err() != nil:
		err, fault = ctx.Err(), household.FaultStopped
	case err != nil:
		fault = faultOf(err)
	}
	return int(good.Load()), failed, fault, err
}

// alone runs a task and turns its panic into an error.
func alone(ctx context.Context, t task) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, r, debug.Stack())
		}
	}()
	return t(ctx)
}

package jobs

import (
	"context"
	"time"

	"foyer/internal/household"
)

// evaluateAll asks for the alerts of every gateway, then of families: an
// incident of a gateway holds back those of the families behind it.
func (p *Planner) evaluateAll(ctx context.Context, families []household.FamilyID, now time.Time, r *Report) error {
	if p.alerts == nil {
		return nil
	}
	tasks := make([]task, 0, len(families)+1)
	gateways := alone(ctx, func(ctx context.Context) error { return p.alerts.EvaluateGateways(ctx, now) })
	if gateways != nil {
		tasks = append(tasks, func(context.Context) error { return gateways })
	}
	for _, f := range families {
		tasks = append(tasks, func(ctx context.Context) error { return p.alerts.Evaluate(ctx, f, now) })
	}
	failed, err := p.work(ctx, evaluate, now, tasks)
	r.Failed += failed
	return err
}

package jobs

import (
	"context"
	"time"

	"foyer/internal/household"
)

// evaluateAll asks for the alerts of every gateway, then of families: an
// incident of a gateway holds back those of the families behind it.
func (p *Planner) evaluateAll(ctx context.Context, all []household.Residence, now time.Time, r *Report) error {
	if p.alerts == nil {
		return nil
	}
	var failing []task
	gateways := alone(ctx, func(ctx context.Context) error { return p.alerts.EvaluateGateways(ctx, now) })
	if gateways != nil {
		failing = append(failing, func(context.Context) error { return gateways })
	}
	families := paged(ctx, all, func(_ context.Context, page []household.Residence) (tasks []task, err error) {
		for _, home := range page {
			if !p.backlog.waits(home.Family, now) {
				tasks = append(tasks, func(ctx context.Context) error { return p.alerts.Evaluate(ctx, home.Family, now) })
			}
		}
		return tasks, nil
	})
	_, failed, err := p.work(ctx, evaluate, now, once(failing...), families)
	r.Failed += failed
	return err
}

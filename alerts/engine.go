package alerts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Store knows what alerts are decided on and keeps them.
type Store interface {
	// Evidence returns what is known of a family at now; results and weather over
	// the last days.
	Evidence(ctx context.Context, family household.FamilyID, indicators []string, days int, now time.Time) (household.Evidence, error)
	// Gateways returns what is known of the next gateways after one, and after which one to
	// go on; "" after the last.
	Gateways(ctx context.Context, after string) ([]household.GatewayEvidence, string, error)
	// Transit writes one step of an alert with its history and what is to be sent,
	// all or nothing. It returns [household.ErrAlertMoved] when the alert is no
	// longer at the version the step starts from.
	Transit(ctx context.Context, t household.Transition) error
}

// An Engine asks every rule and moves the alerts. It may be used from several
// goroutines; the store decides between several processes.
type Engine struct {
	store     Store
	rules     Rules
	listening time.Time
	log       *slog.Logger
	metrics   *metrics

	mu   sync.Mutex
	seen map[string]time.Time // last instant judged, by family or gateway
}

// New returns an engine. Since when readings are being received, by the world
// clock, keeps a start after an outage from calling every meter silent; the zero
// time means for ever.
func New(store Store, rules Rules, listening time.Time, logger *slog.Logger, reg prometheus.Registerer) (*Engine, error) {
	if err := rules.Validate(); err != nil {
		return nil, fmt.Errorf("alert rules: %w", err)
	}
	return &Engine{
		store: store, rules: rules, listening: listening,
		log: logger.With("component", "alerts"), metrics: newMetrics(reg), seen: map[string]time.Time{},
	}, nil
}

// Evaluate judges a family at now, by the world clock, and moves its alerts. To
// evaluate the same facts again changes nothing; an instant before the last one
// judged is left alone. A rule that fails does not stop the others.
func (e *Engine) Evaluate(ctx context.Context, family household.FamilyID, now time.Time) error {
	if !e.forward("family "+string(family), now) {
		return nil
	}
	err := e.settle(ctx, func() error {
		ev, err := e.store.Evidence(ctx, family, e.indicators(), e.lookback(), now)
		if err != nil {
			return err
		}
		return e.family(ctx, ev, now)
	})
	if err != nil {
		return fmt.Errorf("evaluate alerts: %w", err)
	}
	return nil
}

// EvaluateGateways judges every gateway at now and moves the incidents. Call it
// before the families, so that an incident holds their alerts back at once.
func (e *Engine) EvaluateGateways(ctx context.Context, now time.Time) error {
	if !e.forward("gateways", now) {
		return nil
	}
	var errs []error
	for after, more := "", true; more; {
		next, err := e.someGateways(ctx, after, now)
		if err != nil {
			errs = append(errs, fmt.Errorf("evaluate gateways: %w", err))
		}
		after, more = next, next != ""
	}
	return errors.Join(errs...)
}

// someGateways judges the next gateways after one, and returns after which one to go on;
// "" where that is not known, or after the last.
func (e *Engine) someGateways(ctx context.Context, after string, now time.Time) (next string, err error) {
	err = e.settle(ctx, func() (err error) {
		var some []household.GatewayEvidence
		if some, next, err = e.store.Gateways(ctx, after); err != nil {
			return err
		}
		var errs []error
		for _, g := range some {
			errs = append(errs, e.gateway(ctx, g, now))
		}
		return errors.Join(errs...)
	})
	return next, err
}

// settle runs judge again while somebody else moves an alert at the same time.
func (e *Engine) settle(ctx context.Context, judge func() error) error {
	var err error
	for range 3 {
		if err = judge(); !errors.Is(err, household.ErrAlertMoved) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// forward reports whether now is not before the last instant judged.
func (e *Engine) forward(subject string, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if now.Before(e.seen[subject]) {
		return false
	}
	e.seen[subject] = now
	return true
}

func (e *Engine) family(ctx context.Context, ev household.Evidence, now time.Time) error {
	f := Facts{
		Now: now, Zone: ev.Zone, Today: energy.DayOf(now, ev.Zone), Family: ev.Family,
		Results: ev.Results, Weather: map[energy.Day]household.Weather{}, Meters: ev.Meters, Listening: e.listening,
		Incidents: map[string]Incident{},
	}
	for _, w := range ev.Weather {
		f.Weather[w.Day] = w
	}
	for _, a := range ev.Alerts {
		if a.Family != "" {
			continue
		}
		i := f.Incidents[a.Gateway]
		if a.State == household.Resolved {
			i.Ended = a.Changed
		} else {
			i.Running = i.Running || a.State != household.Pending
		}
		f.Incidents[a.Gateway] = i
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(e.rules)) {
		cause := household.Alert{Pilot: ev.Pilot, Family: ev.Family, Rule: name, Category: kinds[name].Category}
		errs = append(errs, e.judge(ctx, f, cause, ev.Alerts, e.rules[name], e.rules[name].Check))
	}
	return errors.Join(errs...)
}

func (e *Engine) gateway(ctx context.Context, g household.GatewayEvidence, now time.Time) error {
	f := Facts{Now: now, Zone: time.UTC, Today: energy.DayOf(now, time.UTC), Meters: g.Meters, Listening: e.listening}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(e.rules)) {
		rule, ok := e.rules[name].(GatewayRule)
		if !ok {
			continue
		}
		cause := household.Alert{Pilot: g.Pilot, Gateway: g.ID, Rule: kinds[name].Incident, Category: kinds[name].Category}
		errs = append(errs, e.judge(ctx, f, cause, g.Alerts, rule, rule.CheckGateway))
	}
	return errors.Join(errs...)
}

// judge asks one rule about one cause and takes the step that follows.
func (e *Engine) judge(ctx context.Context, f Facts, cause household.Alert, alerts []household.Alert, rule Rule, check func(Facts) Verdict) error {
	a := cause
	for _, b := range alerts {
		if b.Rule != cause.Rule || b.Family != cause.Family || cause.Family == "" && b.Gateway != cause.Gateway {
			continue
		}
		if b.State == household.Resolved {
			f.Since, f.ByPerson = b.Changed, b.By != ""
		} else {
			a = b
		}
	}
	f.Running = a.State == household.Open || a.State == household.Acknowledged
	if f.Now.Before(f.Since) {
		return nil
	}
	t, moves, err := advance(a, check(f), rule.Hold(), f.Now)
	if err != nil || !moves {
		return err
	}
	if t.Alert.ID == "" {
		t.Alert.ID = newID()
	}
	if err := e.store.Transit(ctx, t); err != nil {
		return err
	}
	e.metrics.transitions.WithLabelValues(cause.Rule, string(t.Step)).Inc()
	e.log.InfoContext(ctx, "alert moved", "rule", cause.Rule, "step", string(t.Step), "severity", string(t.Alert.Severity))
	return nil
}

// newID returns the random name of an episode: "a" and 16 characters of [a-z2-7].
func newID() string { return "a" + strings.ToLower(rand.Text()[:16]) }

// indicators returns what the rules read.
func (e *Engine) indicators() []string {
	var all []string
	for name := range e.rules {
		all = append(all, kinds[name].Reads...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// lookback returns how many days the rules read.
func (e *Engine) lookback() int {
	days := 0
	for _, r := range e.rules {
		days = max(days, r.Lookback())
	}
	return days
}

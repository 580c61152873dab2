package channel_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/alerts/channel"
	"foyer/alerts/channel/channeltest"
	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// queue keeps the promises of the real one, in memory.
type queue struct {
	mu     sync.Mutex
	rows   []*row
	unsure bool // FinishDelivery fails, as if the process were killed before it
}

type row struct {
	household.Delivery
	due     time.Time
	outcome string
}

func (q *queue) add(name string, queued time.Time, ids ...string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range ids {
		q.rows = append(q.rows, &row{due: queued, Delivery: household.Delivery{
			ID: id, Alert: "alert of " + id, Step: household.StepOpened, At: queued, Queued: queued, Channel: name, Recipient: "cooperative",
		}})
	}
}

func (q *queue) ClaimDeliveries(ctx context.Context, name string, now time.Time, lease time.Duration, limit int) ([]household.Delivery, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var all []household.Delivery
	for _, r := range q.rows {
		if len(all) < limit && r.Channel == name && r.outcome == "" && !r.due.After(now) {
			r.due = now.Add(lease)
			r.Attempt++
			all = append(all, r.Delivery)
		}
	}
	return all, ctx.Err()
}

func (q *queue) FinishDelivery(_ context.Context, id, outcome string, _ time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.unsure {
		return errors.New("killed")
	}
	for _, r := range q.rows {
		if r.ID == id && r.outcome == "" {
			r.outcome = outcome
		}
	}
	return nil
}

func (q *queue) RetryDelivery(_ context.Context, id string, attempt int, at time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range q.rows {
		if r.ID == id && r.Attempt == attempt && r.outcome == "" {
			r.due = at
		}
	}
	return nil
}

func (q *queue) outcomes() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	var all []string
	for _, r := range q.rows {
		all = append(all, r.outcome)
	}
	return strings.Join(all, " ")
}

// gate gives what a test says about every alert.
type gate func(alert string, to consent.Recipient) (disclosure.Alert, error)

func (g gate) Send(_ context.Context, alert string, to consent.Recipient) (disclosure.Alert, error) {
	return g(alert, to)
}

func agreed(alert string, to consent.Recipient) (disclosure.Alert, error) {
	if to != consent.ToCooperative {
		return disclosure.Alert{}, disclosure.ErrWithheld
	}
	a := channeltest.Message("").Alert
	a.ID = alert
	return a, nil
}

// sender is a channel made of a function.
type sender func(ctx context.Context, m channel.Message) error

func (s sender) Send(ctx context.Context, m channel.Message) error { return s(ctx, m) }

func newOutbox(q *queue, g gate, logs io.Writer, channels ...channel.Open) (*channel.Outbox, *prometheus.Registry) {
	reg := prometheus.NewRegistry()
	return channel.NewOutbox(q, g, channels, time.Now, slog.New(slog.NewJSONHandler(logs, nil)), reg), reg
}

// during runs an outbox while fn runs.
func during(t *testing.T, o *channel.Outbox, fn func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- o.Run(ctx) }()
	fn()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func counted(t *testing.T, reg *prometheus.Registry, kind, result string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			if f.GetName() == "foyer_notifications_total" && labels["channel"] == kind && labels["result"] == result {
				return m.GetCounter().GetValue()
			}
		}
	}
	t.Fatalf("no metric for %s %s", kind, result)
	return 0
}

package channel

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Trial is what came of a test message.
type Trial struct {
	Name   string        `json:"name"` // of the endpoint
	ID     string        `json:"webhook_id"`
	Status int           `json:"status"` // of the answer, 0 when there was none
	Took   time.Duration `json:"took_ns"`
	Err    error         `json:"-"` // nil when the receiver has it
}

// Try sends one signed message about nobody, of type "webhook.test", to the
// endpoint of a name, or to every endpoint with "". It fails when there is none.
func (s *WebhookSection) Try(ctx context.Context, name string, d Deps) ([]Trial, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	var trials []Trial
	for _, e := range s.Endpoints {
		if name != "" && e.Name != name {
			continue
		}
		w, err := s.webhook(e.complete(), d)
		if err != nil {
			return nil, fmt.Errorf("open webhook %s: %w", e.Name, err)
		}
		t := Trial{Name: e.Name, ID: "msg_" + strings.ToLower(rand.Text())}
		start := d.Now()
		t.Status, t.Err = w.post(ctx, t.ID, envelope{"webhook.test", start.UTC(), struct {
			Message string `json:"message"`
		}{"This is a test. It is about nobody."}})
		t.Took = d.Now().Sub(start)
		trials = append(trials, t)
	}
	if len(trials) == 0 {
		return nil, errors.New("no such webhook: see channels.webhook.endpoints in the configuration")
	}
	return trials, nil
}

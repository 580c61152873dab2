package broker

import (
	"context"
	"sync"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
)

const (
	// A secret that was verified counts that long for messages. Whoever holds a
	// revoked one is shown out sooner, see recheck.
	freshFor = 2 * time.Second

	// While nobody can say whether a secret still holds, one that did counts this long.
	patience = 5 * time.Minute
)

// A guest is a gateway that is connected.
type guest struct {
	gateway string
	secret  string // to be verified again
	client  *mqtt.Client
	door    *door

	mu       sync.Mutex
	verified time.Time // wall clock
}

func newGuest(gateway, secret string, cl *mqtt.Client, d *door, now time.Time) *guest {
	return &guest{gateway: gateway, secret: secret, client: cl, door: d, verified: now}
}

// age returns how long ago a guest's secret was verified.
func (g *guest) age(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return now.Sub(g.verified).Abs()
}

func (g *guest) confirm(now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.verified = now
}

// stays reports whether a guest may stay, verifying a secret that was last
// verified longer ago than fresh.
func (h *hook) stays(ctx context.Context, g *guest, fresh time.Duration) bool {
	now := h.parts.Wall()
	age := g.age(now)
	if age < fresh {
		return true
	}
	ok, err := h.parts.Gateways.Verify(ctx, g.gateway, g.secret)
	switch {
	case err != nil:
		return age < patience
	case ok:
		g.confirm(now)
	}
	return ok
}

// recheck closes the connections of gateways whose secret no longer holds, and that
// do not publish and find out.
func (h *hook) recheck(ctx context.Context) {
	h.guests.Range(func(_, value any) bool {
		if g := value.(*guest); !h.stays(ctx, g, recheck/2) {
			h.metrics.publishes[revoked].Inc()
			g.client.Stop(nil)
		}
		return ctx.Err() == nil
	})
}

package subscriber

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// quiet is how many answers in a row of the broker, a second apart, come without a
// message before nothing more is expected.
const quiet = 3

// Leave takes in what the broker still holds for this ingester and ends its session
// for good, so that the broker keeps nothing for it any more. From the beginning on
// the others of its group get everything new; without a group nobody does.
//
// After an error the session is as it was, except for its subscriptions: Leave again
// goes on, and Run subscribes again.
func (s *Subscriber) Leave(ctx context.Context) error {
	n := s.newSession(ctx)
	s.current.Store(n)
	err := n.empty(ctx)
	n.close(err == nil)
	if err != nil {
		return fmt.Errorf("leave the broker: %w", err)
	}
	// A clean session takes the place of the one that the broker kept.
	n = s.newSession(ctx, func(o *mqtt.ClientOptions) { o.SetCleanSession(true) })
	err = until(ctx, n.client.Connect())
	n.close(false)
	if err != nil {
		return fmt.Errorf("leave the broker: %w", err)
	}
	return nil
}

// empty ends the subscriptions and returns once nothing more comes.
func (n *session) empty(ctx context.Context) error {
	if err := until(ctx, n.client.Connect()); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	n.ready.Store(true)
	filters := append(slices.Collect(maps.Keys(n.s.filters())), dropped)
	pause := time.NewTicker(time.Second)
	defer pause.Stop()
	for idle := 0; idle < quiet; {
		before := n.taken.Load()
		// Its answer comes after what the broker had to send before it.
		if err := until(ctx, n.client.Unsubscribe(filters...)); err != nil {
			return fmt.Errorf("unsubscribe: %w", err)
		}
		idle++
		if n.settled.Load() != before || n.taken.Load() != before {
			idle = 0
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-n.lost:
			return err
		case <-pause.C:
		}
	}
	return nil
}

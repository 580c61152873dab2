package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"foyer/internal/app"
)

// A load is what meters publish in one run.
type load struct {
	broker   string // host:port
	town     *town
	devices  []device
	gateways int
	window   int
	each     int       // messages of each device
	from     time.Time // of each device's first
	pace     int       // messages a second of all; 0 for as fast as they are acknowledged
}

// A delivery says how a load went.
type delivery struct {
	began, acked time.Time // first publish, last acknowledgement
	latency      histogram // from publish to acknowledgement
}

// at returns the instant that each device's nth message carries.
func (l *load) at(n int) time.Time { return l.from.Add(time.Duration(n) * every) }

// run connects every gateway, publishes everything, and returns once all of it is
// acknowledged.
func (l *load) run(ctx context.Context) (delivery, error) {
	group, ctx := errgroup.WithContext(ctx)
	links := make([]*link, l.gateways)
	for i := range links {
		g := l.town.gateways[i]
		link, err := dial(ctx, l.broker, g.id, g.secret, l.window)
		if err != nil {
			return delivery{}, fmt.Errorf("connect gateway %d of %d: %w", i+1, l.gateways, err)
		}
		defer link.close()
		links[i] = link
	}
	var all delivery
	all.began = app.Wall()
	for i, link := range links {
		group.Go(func() error { return link.listen(ctx, l.each*len(l.devices)/l.gateways) })
		group.Go(func() error { return l.publish(ctx, link, i) })
	}
	err := group.Wait()
	all.acked = app.Wall()
	for _, link := range links {
		all.latency.add(&link.latency)
	}
	return all, err
}

// publish sends the messages of one gateway's devices, in the order of their time.
func (l *load) publish(ctx context.Context, link *link, gateway int) error {
	zone := l.town.zone
	began := app.Wall()
	own := len(l.devices) / l.gateways
	first := gateway * own
	var topics [][]byte
	for _, d := range l.devices[first : first+own] {
		topics = append(topics, []byte(d.topic()))
	}
	var payload []byte
	for n := range l.each {
		local := l.at(n).In(zone)
		payload = appendMessage(payload[:0], n, local)
		for i := range own {
			if l.pace > 0 {
				// Gateways take turns, so that the load is even.
				due := (n*own+i)*l.gateways + gateway
				wait := began.Add(time.Duration(due) * time.Second / time.Duration(l.pace)).Sub(app.Wall())
				if err := link.rest(ctx, wait); err != nil {
					return err
				}
			}
			if err := link.publish(ctx, topics[i], payload); err != nil {
				return err
			}
		}
	}
	return link.flush()
}

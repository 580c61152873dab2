package main

import (
	"context"
	"fmt"
	"os"
)

// speedInflux measures mosquitto -> Foyer -> InfluxDB at full speed, beside the peer.
func speedInflux(ctx context.Context, b *room) error {
	return b.speed(ctx, "mosquitto -> %s -> InfluxDB, as fast as it goes", foyerInflux, telegrafInflux)
}

// speedSQLite measures Foyer's own broker and SQLite at full speed.
func speedSQLite(ctx context.Context, b *room) error {
	return b.speed(ctx, "%s's own broker -> SQLite, as fast as it goes", foyerSQLite, nil)
}

// speed takes turns with the peer, so that both meet the same moods of the machine.
func (b *room) speed(ctx context.Context, title string, own, peer way) error {
	if b.telegraf == "" {
		peer = nil
	}
	var ours, theirs []figures
	for range b.runs {
		for _, side := range []struct {
			way  way
			into *[]figures
		}{{own, &ours}, {peer, &theirs}} {
			if side.way == nil {
				continue
			}
			err := b.on(ctx, side.way, func(s *stage) error {
				f, err := b.measure(ctx, s, b.load(s, b.messages, 0))
				*side.into = append(*side.into, f)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	t := newTable(fmt.Sprintf(title, "Foyer"), fmt.Sprintf("%d messages of %d meters over %d connections, %d in flight on each; medians of %d runs; CPU in seconds for 100,000 messages",
		b.messages, b.meters, b.connections, b.window, b.runs))
	t.row("Foyer", medians(ours))
	if peer != nil {
		t.row("Telegraf", medians(theirs))
		t.row("Foyer / Telegraf", ratios(medians(ours), medians(theirs)))
	}
	return t.print(os.Stdout)
}

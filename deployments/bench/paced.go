package main

import (
	"context"
	"fmt"
	"os"
)

// pacedFor is how long a paced run publishes, in seconds.
const pacedFor = 20

// paced measures how soon messages are acknowledged at an even pace.
func paced(ctx context.Context, b *room) error {
	t := newTable(fmt.Sprintf("At an even %d messages a second", b.pace),
		fmt.Sprintf("%d meters over %d connections; medians of %d runs", b.meters, b.connections, b.runs))
	ways := []struct {
		name string
		way  way
	}{{"Foyer's own broker -> SQLite", foyerSQLite}, {"mosquitto -> Foyer -> InfluxDB", foyerInflux}}
	if b.telegraf != "" {
		ways = append(ways, struct {
			name string
			way  way
		}{"mosquitto -> Telegraf -> InfluxDB", telegrafInflux})
	}
	for _, w := range ways {
		var all []figures
		for range b.runs {
			err := b.on(ctx, w.way, func(s *stage) error {
				messages := b.pace * pacedFor / b.meters * b.meters
				f, err := b.measure(ctx, s, b.load(s, messages, b.pace))
				all = append(all, f)
				return err
			})
			if err != nil {
				return err
			}
		}
		t.row(w.name, medians(all))
	}
	return t.print(os.Stdout)
}

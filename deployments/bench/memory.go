package main

import (
	"context"
	"fmt"
	"os"
	"slices"
)

// memoryEach is how many messages each meter sends where memory is measured.
const memoryEach = 4

// memory measures what Foyer keeps in memory for each meter that it knows: the same
// number of messages from few meters and from many.
func memory(ctx context.Context, b *room) error {
	t := newTable("Memory for each known meter", fmt.Sprintf("Foyer's own broker -> SQLite; %d messages of each of %d meters, and as many of %d meters",
		memoryEach, b.crowd, b.meters))
	var resident []float64
	for _, meters := range []int{b.meters, b.crowd} {
		err := b.on(ctx, foyerSQLite, func(s *stage) error {
			l := b.load(s, memoryEach*b.crowd, 0)
			l.devices, l.each = b.town.some(meters), memoryEach*b.crowd/meters
			f, err := b.measure(ctx, s, l)
			if err != nil {
				return err
			}
			u, err := s.processes[0].usage()
			resident = append(resident, float64(u.memory))
			t.row(fmt.Sprintf("%d meters", meters), f)
			return err
		})
		if err != nil {
			return err
		}
	}
	if b.crowd > b.meters {
		t.row("for each further meter", figures{"bytes": (slices.Max(resident) - resident[0]) / float64(b.crowd-b.meters)})
	}
	return t.print(os.Stdout)
}

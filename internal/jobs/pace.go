package jobs

import (
	"context"
	"math"
	"slices"
	"time"

	"foyer/internal/energy"
)

// paces are how often meters speak, each found out once.
type paces struct {
	planner *Planner
	now     time.Time
	of      map[energy.MeterID]time.Duration
}

func (p *Planner) paces(now time.Time) *paces {
	return &paces{p, now, map[energy.MeterID]time.Duration{}}
}

// pulse returns the median gap between the last messages of a meter; 0 of one that spoke
// less than twice.
func (k *paces) pulse(ctx context.Context, meter energy.MeterID) (time.Duration, error) {
	if pulse, known := k.of[meter]; known {
		return pulse, nil
	}
	registers, err := k.planner.store.Registers(ctx, meter)
	if err != nil {
		return 0, err
	}
	var rs []energy.Reading
	for _, r := range registers {
		last, err := k.planner.series.Before(ctx, meter, r, k.now.Add(ahead), 4*around)
		if err != nil {
			return 0, err
		}
		rs = append(rs, last...)
	}
	k.of[meter] = energy.Pulse(rs)
	return k.of[meter], nil
}

// mostMessages is about how many messages of a meter are in memory at once: a day's of
// one that speaks every ten seconds is one part, of one that speaks each second nine.
const mostMessages = 10_000

// atOnce returns how much of the history of a meter that speaks at a pulse is read at
// once.
func atOnce(pulse time.Duration) time.Duration {
	if pulse <= 0 || pulse > 24*time.Hour {
		return math.MaxInt64
	}
	return mostMessages * pulse
}

// parts cuts half-hours into parts in which a meter says no more than about
// [mostMessages], as it speaks now. What a half-hour comes to does not depend on the
// part it is in: see [energy.Decided].
func (k *paces) parts(ctx context.Context, meter energy.MeterID, starts []time.Time) ([][]time.Time, error) {
	pulse, err := k.pulse(ctx, meter)
	if err != nil {
		return nil, err
	}
	return slices.Collect(slices.Chunk(starts, max(int(atOnce(pulse)/energy.SlotLength), 1))), nil
}

// messages returns when a meter that speaks at a pulse spoke on the days of [from, to).
func (p *Planner) messages(ctx context.Context, meter energy.MeterID, pulse time.Duration, from, to energy.Day, zone *time.Location) ([]time.Time, error) {
	days := to.Sub(from)
	if some := atOnce(pulse) / (24 * time.Hour); some < time.Duration(days) {
		days = max(int(some), 1)
	}
	var speech energy.Speech
	for ; from.Before(to); from = from.Add(days) {
		readings, err := p.series.Read(ctx, meter, from.Start(zone), earlier(from.Add(days).Start(zone), to.Start(zone)))
		if err != nil {
			return nil, err
		}
		speech.Hear(readings)
	}
	return speech.Messages(), nil
}

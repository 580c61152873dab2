package jobs

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// RollCalls keep which messages of meters never came.
type RollCalls interface {
	// Meters returns every meter, or a family's, in a state or in any.
	Meters(ctx context.Context, family household.FamilyID, only household.MeterState) ([]household.Meter, error)
	// Paces returns how often meters speak, as far as it is known.
	Paces(ctx context.Context) (map[energy.MeterID]time.Duration, error)
	// OpenGap returns since when messages of a meter are missing; zero when none are.
	OpenGap(ctx context.Context, meter energy.MeterID) (time.Time, error)
	// SaveRollCalls replaces what was known of messages of meters from a day on, all or nothing.
	SaveRollCalls(ctx context.Context, calls []household.RollCall) error
}

const (
	// rollDays is how many days, today among them, are looked at again each day: late
	// data close gaps.
	rollDays = 7
	// rollMost is how far back a gap is followed that is still open, in days; the ledger
	// goes back no further.
	rollMost = 92
	// rollLag is how long a message may be on its way before its absence is a gap.
	rollLag = time.Minute
	// rollAtOnce is of how many meters what was found is kept together.
	rollAtOnce = 64
)

// callRoll looks once a day for messages of every collected meter that never came. No
// value is looked at. A meter that cannot be looked at is a counted fault, and nothing
// else waits for it.
func (p *Planner) callRoll(ctx context.Context, now time.Time) {
	today := energy.DayOf(now, time.UTC)
	if p.called == today {
		return
	}
	p.called = today // whatever comes of it
	err := alone(ctx, func(ctx context.Context) error {
		meters, err := p.store.Meters(ctx, "", household.Claimed)
		if err != nil {
			return err
		}
		pulses, err := p.store.Paces(ctx)
		if err != nil {
			return err
		}
		parts := slices.Collect(slices.Chunk(meters, rollAtOnce))
		faults := make([]error, len(parts))
		var g errgroup.Group
		g.SetLimit(p.config.Parallel)
		for i, part := range parts {
			g.Go(func() error {
				faults[i] = alone(ctx, func(ctx context.Context) error { return p.callMeters(ctx, part, pulses, now) })
				return nil
			})
		}
		_ = g.Wait() // no part returns an error
		return errors.Join(faults...)
	})
	if err != nil && ctx.Err() == nil {
		p.metrics.failures.WithLabelValues(attend).Inc()
		p.log.WarnContext(ctx, "messages that are missing could not be looked for; they are again tomorrow", "job", attend, "err", err)
	}
}

// callMeters looks for messages of some meters and keeps what it found, also where one
// cannot be looked at.
func (p *Planner) callMeters(ctx context.Context, meters []household.Meter, pulses map[energy.MeterID]time.Duration, now time.Time) error {
	var calls []household.RollCall
	var faults []error
	for i := range meters {
		if meters[i].State != household.Claimed {
			continue // nobody agrees to its collection
		}
		r, known, err := p.callMeter(ctx, &meters[i], pulses[meters[i].ID], now)
		if known {
			calls = append(calls, r)
		}
		faults = append(faults, err)
	}
	return errors.Join(errors.Join(faults...), p.store.SaveRollCalls(ctx, calls))
}

// callMeter looks for messages of a meter; false when nothing new is known of them.
func (p *Planner) callMeter(ctx context.Context, m *household.Meter, pulse time.Duration, now time.Time) (r household.RollCall, known bool, err error) {
	zone, err := time.LoadLocation(m.Zone)
	if err != nil {
		return r, false, err
	}
	to := energy.DayOf(now, zone).Add(1)
	from := to.Add(-rollDays)
	open, err := p.store.OpenGap(ctx, m.ID)
	if err != nil {
		return r, false, err
	}
	if !open.IsZero() {
		if from = earliestOf(from, energy.DayOf(open, zone)); to.Sub(from) > rollMost {
			from = to.Add(-rollMost)
		}
	}
	// The day before helps to tell the cadence.
	messages, err := p.messages(ctx, m.ID, pulse, from.Add(-1), to, zone)
	if err != nil || len(messages) == 0 && !open.IsZero() { // what it showed last is kept no longer: the gap stays as it is
		return r, false, err
	}
	r = household.RollCall{Meter: m.ID, From: from, Start: from.Start(zone)}
	cadence, days, gaps := energy.Attend(messages, from, to, now.Add(-rollLag), zone)
	r.Days, r.Gaps = days, gaps
	if cadence.Regular {
		r.Every = cadence.Every
	}
	return r, true, nil
}

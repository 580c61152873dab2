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
	// Claimed returns at most n meters in that state that come after one, by id.
	Claimed(ctx context.Context, after energy.MeterID, n int) ([]household.Meter, error)
	// Paces returns how often the meters from one to another speak, as far as it is known.
	Paces(ctx context.Context, first, last energy.MeterID) (map[energy.MeterID]time.Duration, error)
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
	// rollPage is how many meters are known at once.
	rollPage = 16 * rollAtOnce
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
		var faults []error // of a page one at most
		for last := energy.MeterID(""); ; {
			meters, err := p.store.Claimed(ctx, last, rollPage)
			if err != nil || len(meters) == 0 {
				return errors.Join(append(faults, err)...)
			}
			if err := p.callPage(ctx, meters, now); err != nil {
				faults = append(faults, err)
			}
			last = meters[len(meters)-1].ID
		}
	})
	if err != nil && ctx.Err() == nil {
		p.metrics.failures.WithLabelValues(attend).Inc()
		p.log.WarnContext(ctx, "messages that are missing could not be looked for; they are again tomorrow", "job", attend, "err", err)
	}
}

// callPage looks for messages of meters, given by id.
func (p *Planner) callPage(ctx context.Context, meters []household.Meter, now time.Time) error {
	pulses, err := p.store.Paces(ctx, meters[0].ID, meters[len(meters)-1].ID)
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

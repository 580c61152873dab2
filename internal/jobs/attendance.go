package jobs

import (
	"context"
	"errors"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// RollCalls keep which messages of meters never came.
type RollCalls interface {
	// Meters returns every meter, or a family's, in a state or in any.
	Meters(ctx context.Context, family household.FamilyID, only household.MeterState) ([]household.Meter, error)
	// OpenGap returns since when messages of a meter are missing; zero when none are.
	OpenGap(ctx context.Context, meter energy.MeterID) (time.Time, error)
	// SaveRollCall replaces what was known of a meter's messages from a day on.
	SaveRollCall(ctx context.Context, r household.RollCall) error
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
		for i := range meters {
			err = errors.Join(err, p.callMeter(ctx, &meters[i], now))
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		p.metrics.failures.WithLabelValues(attend).Inc()
		p.log.WarnContext(ctx, "messages that are missing could not be looked for; they are again tomorrow", "job", attend, "err", err)
	}
}

func (p *Planner) callMeter(ctx context.Context, m *household.Meter, now time.Time) error {
	if m.State != household.Claimed {
		return nil // nobody agrees to its collection
	}
	zone, err := time.LoadLocation(m.Zone)
	if err != nil {
		return err
	}
	to := energy.DayOf(now, zone).Add(1)
	from := to.Add(-rollDays)
	open, err := p.store.OpenGap(ctx, m.ID)
	if err != nil {
		return err
	}
	if !open.IsZero() {
		if from = earliestOf(from, energy.DayOf(open, zone)); to.Sub(from) > rollMost {
			from = to.Add(-rollMost)
		}
	}
	// The day before helps to tell the cadence.
	readings, err := p.series.Read(ctx, m.ID, from.Add(-1).Start(zone), to.Start(zone))
	if err != nil || len(readings) == 0 && !open.IsZero() { // what it showed last is kept no longer: the gap stays as it is
		return err
	}
	r := household.RollCall{Meter: m.ID, From: from, Start: from.Start(zone)}
	cadence, days, gaps := energy.Attend(energy.Messages(readings), from, to, now.Add(-rollLag), zone)
	r.Days, r.Gaps = days, gaps
	if cadence.Regular {
		r.Every = cadence.Every
	}
	return p.store.SaveRollCall(ctx, r)
}

package app

import (
	"context"
	"time"

	"foyer/ingest/spool"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// erasureEvery is how often it is looked whether a family is to be erased, and
// erasurePatience how long those are waited for that take messages in.
const (
	erasureEvery    = 2 * time.Second
	erasurePatience = 10 * time.Minute
)

// eraseOnRequest erases the families whose erasure was confirmed, until ctx ends, once
// every ingester has let go of what it holds of them: devices are known by their names
// until the key is destroyed. One that does not answer for 10 minutes is not waited for.
func (a *App) eraseOnRequest(ctx context.Context) error {
	return a.eachErasure(ctx, "", func(ctx context.Context, e household.DueErasure) error {
		if e.Waiting > 0 {
			if Wall().Sub(e.Confirmed) < erasurePatience {
				return nil
			}
			a.Log.WarnContext(ctx, "an ingester did not answer, and a household is erased without it", "ingesters", e.Waiting)
		}
		signed, err := a.EraseFamily(ctx, e.Family)
		if err != nil {
			return err
		}
		if err := a.Records.EndErasure(ctx, e.Code, signed, registry.ErasureProven); err != nil {
			return err
		}
		a.Log.InfoContext(ctx, "a household that asked for it is erased")
		return nil
	})
}

// eraseWaitingOnRequest removes what a spool holds of the families whose erasure was
// confirmed, until ctx ends.
func (a *App) eraseWaitingOnRequest(ctx context.Context, kept *spool.Spool) error {
	return a.eachErasure(ctx, kept.ID(), func(ctx context.Context, e household.DueErasure) error {
		b, known, err := a.Records.Belongings(ctx, e.Family)
		if err != nil {
			return err
		}
		if known {
			if err := eraseWaiting(ctx, kept, b); err != nil {
				return err
			}
		}
		return a.Records.NoteErasure(ctx, e.Code, kept.ID())
	})
}

// eachErasure calls carry for every erasure that is due, until ctx ends. What fails is
// tried again.
func (a *App) eachErasure(ctx context.Context, ingester string, carry func(context.Context, household.DueErasure) error) error {
	next := time.NewTicker(erasureEvery)
	defer next.Stop()
	for {
		due, err := a.Records.DueErasures(ctx, ingester)
		for _, e := range due {
			if err == nil {
				err = carry(ctx, e)
			}
		}
		if err != nil && ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "a household is not erased yet", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
		}
	}
}

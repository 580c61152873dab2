package app

import (
	"context"
	"errors"
	"time"

	"foyer/ingest"
	"foyer/ingest/spool"
)

// openIngest opens the way of a message: transport, handler, spool, drain, series.
func (a *App) openIngest(ctx context.Context) error {
	c := a.Config.Spool
	c.Path = a.Config.Path(c.Path)
	kept, err := spool.Open(ctx, c, a.Keys, a.metrics)
	if err != nil {
		return err
	}
	a.closers = append(a.closers, kept.Close)
	kept.KeepCases(func(ctx context.Context) (int, error) {
		p, err := a.Records.Promise(ctx)
		return p.HalfHourDays, err
	})
	if err := a.Records.KnowIngester(ctx, kept.ID()); err != nil {
		return err
	}
	entered, err := a.Records.Entered(ctx, kept.ID())
	if err != nil {
		return err
	}
	if err := kept.CountFrom(ctx, entered); err != nil {
		return err
	}
	handler, err := a.handler(ctx, kept, a.Log, a.metrics)
	if err != nil {
		return err
	}
	drain := ingest.NewDrain(ingest.DrainParts{
		Backlog: kept, Waiting: kept, Meters: meters{a.Registry}, Marks: a.Records, Turn: a.Records.Turn(kept.ID()), Series: a.series,
		Step: handler.Step, Now: a.World.Now, Log: a.Log, Metrics: a.metrics,
	})
	ledger := ingest.NewLedger(ingest.LedgerParts{
		Counter: kept, Book: a.Records, Ward: handler, Zone: a.Zone, Now: a.World.Now, Log: a.Log, Metrics: a.metrics,
	})
	t, err := a.openTransport(ctx, handler, kept)
	if err != nil {
		return err
	}
	if a.Leave {
		if t.run, err = leaving(t, kept); err != nil {
			return errors.Join(err, t.close())
		}
	}
	a.closers = append(a.closers, t.close)
	a.broker, a.checks["broker"] = t.addr, t.ready
	a.parts = append(a.parts, part{"broker", t.run}, part{"drain", drain.Run}, part{"ledger", ledger.Run},
		part{"erasures", func(ctx context.Context) error { return a.eraseWaitingOnRequest(ctx, kept) }})
	if a.Config.Broker.Shared != "" {
		a.parts = append(a.parts, part{"memory", handler.Follow})
	}
	return nil
}

// errLeft ends an App that was to leave.
var errLeft = errors.New("left")

// leaving returns what runs instead of a transport: it takes in what the broker still
// holds, waits until the spool has brought it to the series store, and ends the App.
func leaving(t transport, kept *spool.Spool) (func(context.Context) error, error) {
	if t.leave == nil {
		return nil, errors.New("leave: broker.url is Foyer's own broker, which holds nothing for anybody. Stop its process instead")
	}
	return func(ctx context.Context) error {
		if err := t.leave(ctx); err != nil {
			return err
		}
		poll := time.NewTicker(100 * time.Millisecond)
		defer poll.Stop()
		for {
			b, err := kept.Take(ctx, 1)
			switch {
			case ctx.Err() != nil:
				return nil
			case err != nil:
				return err
			case b.Through == 0:
				return errLeft
			}
			select {
			case <-ctx.Done():
				return nil
			case <-poll.C:
			}
		}
	}, nil
}

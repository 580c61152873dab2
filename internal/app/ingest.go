package app

import (
	"context"

	"foyer/ingest"
	"foyer/ingest/spool"
)

// openIngest opens the way of a message: transport, handler, spool, drain, series.
func (a *App) openIngest(ctx context.Context) error {
	c := a.Config.Spool
	c.Path = a.Config.Path(c.Path)
	kept, err := spool.Open(ctx, c, a.metrics)
	if err != nil {
		return err
	}
	a.closers = append(a.closers, kept.Close)
	handler, err := a.handler(ctx, kept, a.Log, a.metrics)
	if err != nil {
		return err
	}
	drain := ingest.NewDrain(ingest.DrainParts{
		Backlog: kept, Waiting: kept, Meters: meters{a.Registry}, Marks: a.Records, Turn: a.Records, Series: a.series,
		Step: handler.Step, Now: a.World.Now, Log: a.Log, Metrics: a.metrics,
	})
	ledger := ingest.NewLedger(ingest.LedgerParts{
		Counter: kept, Book: a.Records, Ward: handler, Zone: a.Zone, Now: a.World.Now, Log: a.Log, Metrics: a.metrics,
	})
	t, err := a.openTransport(ctx, handler, kept)
	if err != nil {
		return err
	}
	a.closers = append(a.closers, t.close)
	a.broker, a.checks["broker"] = t.addr, t.ready
	a.parts = append(a.parts, part{"broker", t.run}, part{"drain", drain.Run}, part{"ledger", ledger.Run})
	if a.Config.Broker.Shared != "" {
		a.parts = append(a.parts, part{"memory", handler.Follow})
	}
	return nil
}

package ingest

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/energy"
)

const (
	enterEach    = 2 * time.Second // between two entries into the ledger
	enterAtOnce  = 20_000          // counts in one entry, about
	healthAtOnce = 2000            // devices
	ledgerDays   = 92              // that the ledger goes back
	lyingMore    = 3               // conflicts of a meter in a day that are too many
)

// A Book keeps the loss ledger of all ingesters.
type Book interface {
	// Entered returns through which of its counts the ledger has an ingester's.
	Entered(ctx context.Context, ingester string) (int64, error)

	// Enter adds the counts of an ingester after one and through another, all or
	// none of them, and fails when the ledger is not at the first.
	Enter(ctx context.Context, ingester string, after, through int64, accounts []energy.Account) error

	// TrimLedger forgets the days before one.
	TrimLedger(ctx context.Context, before energy.Day) error

	// SaveHealth keeps what is known of devices, instead of what was.
	SaveHealth(ctx context.Context, all []energy.Health) error

	// Conflicting returns how many meters have more than so many conflicts that
	// were noted from an instant on.
	Conflicting(ctx context.Context, since time.Time, more int) (int, error)
}

// A Counter keeps counts until the ledger has them.
type Counter interface {
	// ID names the counter among those of all ingesters.
	ID() string

	// Tallied returns the oldest counts, about limit of them, and through which one
	// they go, 0 for none. Damaged ones are left out and counted.
	Tallied(ctx context.Context, limit int) (through int64, counts []Count, damaged int, err error)

	// Forget lets go of counts through one.
	Forget(ctx context.Context, through int64) error
}

// A Ward knows how devices are.
type Ward interface {
	// Health returns at most limit devices of which something is not kept yet.
	Health(limit int) []energy.Health

	// HealthSaved notes that it is.
	HealthSaved(all []energy.Health)
}

// LedgerParts are what a [Ledger] works with.
type LedgerParts struct {
	Counter Counter
	Book    Book
	Ward    Ward
	Zone    *time.Location   // of local days: the pilot's
	Now     func() time.Time // world clock
	Log     *slog.Logger
	Metrics prometheus.Registerer
}

// A Ledger carries what this process counts to the ledger of all, each count once
// however often the process dies.
type Ledger struct {
	LedgerParts
	log     *slog.Logger
	metrics *ledgerMetrics
	looked  time.Time
	trimmed energy.Day
	failing bool
}

// NewLedger returns a ledger. One works on a counter.
func NewLedger(p LedgerParts) *Ledger {
	return &Ledger{LedgerParts: p, log: p.Log.With("component", "ledger"), metrics: newLedgerMetrics(p.Metrics)}
}

// Run enters counts until ctx ends.
func (l *Ledger) Run(ctx context.Context) error {
	tick := time.NewTicker(enterEach)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			l.report(ctx, l.turn(ctx))
		}
	}
}

// report says once that the ledger does not answer, and once that it does again.
func (l *Ledger) report(ctx context.Context, err error) {
	if ctx.Err() != nil || (err != nil) == l.failing {
		return
	}
	l.failing = err != nil
	if err != nil {
		l.log.WarnContext(ctx, "counts wait for the ledger, trying again", "err", err)
		return
	}
	l.log.InfoContext(ctx, "counts reach the ledger again")
}

// turn enters what there is and looks after the ledger.
func (l *Ledger) turn(ctx context.Context) error {
	for {
		n, err := l.enter(ctx)
		if err != nil {
			return err
		}
		if n < enterAtOnce {
			break
		}
	}
	if err := l.visit(ctx); err != nil {
		return err
	}
	now := l.Now()
	if now.Sub(l.looked).Abs() < time.Minute {
		return nil
	}
	lying, err := l.Book.Conflicting(ctx, now.Add(-24*time.Hour), lyingMore)
	if err != nil {
		return err
	}
	l.metrics.lying.Set(float64(lying))
	if today := energy.DayOf(now, l.Zone); today != l.trimmed {
		if err := l.Book.TrimLedger(ctx, today.Add(-ledgerDays)); err != nil {
			return err
		}
		l.trimmed = today
	}
	l.looked = now
	return nil
}

// visit keeps what is new of devices.
func (l *Ledger) visit(ctx context.Context) error {
	all := l.Ward.Health(healthAtOnce)
	if len(all) == 0 {
		return nil
	}
	slices.SortFunc(all, func(a, b energy.Health) int { return cmp.Compare(a.Meter, b.Meter) })
	if err := l.Book.SaveHealth(ctx, all); err != nil {
		return err
	}
	l.Ward.HealthSaved(all)
	return nil
}

// enter carries some counts over and returns how many.
//
// A crash in between leaves counts here that the ledger has: they are forgotten,
// because the ledger knows how far it is.
func (l *Ledger) enter(ctx context.Context) (int, error) {
	id := l.Counter.ID()
	after, err := l.Book.Entered(ctx, id)
	if err != nil {
		return 0, err
	}
	if err := l.Counter.Forget(ctx, after); err != nil {
		return 0, fmt.Errorf("forget counts: %w", err)
	}
	through, counts, damaged, err := l.Counter.Tallied(ctx, enterAtOnce)
	if err != nil || through == 0 {
		return 0, err
	}
	if damaged > 0 {
		l.log.ErrorContext(ctx, "counts of the ledger were damaged on the disk; the readings were not", "counts", damaged)
	}
	if err := l.Book.Enter(ctx, id, after, through, l.accounts(counts)); err != nil {
		return 0, err
	}
	l.metrics.damaged.Add(float64(damaged))
	return len(counts), nil
}

// accounts adds counts up by local day, in the order of their keys so that two
// ingesters never wait for each other in a circle.
func (l *Ledger) accounts(counts []Count) []energy.Account {
	type key struct {
		meter   energy.MeterID
		gateway string
		day     energy.Day
	}
	sums := map[key]*energy.Tally{}
	days := map[energy.Quarter]energy.Day{}
	for _, c := range counts {
		day, ok := days[c.Quarter]
		if !ok {
			day = energy.DayOf(c.Quarter.Start(), l.Zone)
			days[c.Quarter] = day
		}
		k := key{c.Meter, c.Gateway, day}
		if sums[k] == nil {
			sums[k] = new(energy.Tally)
		}
		sums[k][c.Fate] += c.N
	}
	all := make([]energy.Account, 0, len(sums))
	for k, t := range sums {
		all = append(all, energy.Account{Meter: k.meter, Gateway: k.gateway, Day: k.day, Tally: *t})
	}
	slices.SortFunc(all, func(a, b energy.Account) int {
		return cmp.Or(cmp.Compare(a.Meter, b.Meter), cmp.Compare(a.Gateway, b.Gateway), a.Day.Sub(b.Day))
	})
	return all
}

package ingest

import "context"

// Pass works on one batch, for tests that want no clock.
func Pass(d *Drain, ctx context.Context) (int, error) { return d.pass(ctx) } //nolint:revive // the drain first reads better

// Enter carries what was counted to the ledger.
func Enter(l *Ledger, ctx context.Context) error { return l.turn(ctx) } //nolint:revive // as above

// Sweep looks at what waits for a claim.
func Sweep(d *Drain, ctx context.Context) error { return d.sweep(ctx) } //nolint:revive // as above

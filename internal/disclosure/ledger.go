package disclosure

import (
	"context"
	"strconv"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Ledgers store reads what became of messages, without values and families, and
// writes the access down, in one transaction.
type Ledgers interface {
	LedgerDays(ctx context.Context, a consent.Access, q household.LedgerQuery) ([]household.LedgerDay, error)
	MeterGaps(ctx context.Context, a consent.Access, q household.GapQuery) ([]household.MeterGap, error)
}

// A LedgerQuery asks for a page of days of the loss ledger, the newest first.
type LedgerQuery struct {
	Meter   energy.MeterID // "" for all
	Gateway string         // "" for all
	Day     energy.Day     // zero for all
	Limit   int            // 1 to 200; 50 for 0
	Cursor  string         // LedgerPage.Next of the page before
}

// A LedgerPage is a page of days of the loss ledger.
type LedgerPage struct {
	Days []household.LedgerDay
	Next string // "" at the end
}

// A GapQuery asks for a page of gaps, the one begun last first.
type GapQuery struct {
	Meter   energy.MeterID // "" for all
	Gateway string         // "" for all
	Limit   int            // 1 to 200; 50 for 0
	Cursor  string         // GapPage.Next of the page before
}

// A GapPage is a page of gaps.
type GapPage struct {
	Gaps []household.MeterGap
	Next string // "" at the end
}

// Ledger returns what became of the readings and messages of an operator's pilot, by
// meter and day. It returns [ErrWithheld] to everybody else, and [ErrCursor] for a
// cursor nobody gave out. No figure of a family is in it, and no serial: a meter is its
// opaque id.
func (g *Gate) Ledger(ctx context.Context, aud Audience, q LedgerQuery) (LedgerPage, error) {
	page, err := g.ledger(ctx, aud, q)
	return page, g.metrics.count(viewLedger, err)
}

func (g *Gate) ledger(ctx context.Context, aud Audience, q LedgerQuery) (LedgerPage, error) {
	if !aud.May("GET /api/v1/ledger") {
		return LedgerPage{}, ErrWithheld
	}
	limit := pageOf(q.Limit)
	ask := household.LedgerQuery{Meter: q.Meter, Gateway: q.Gateway, Day: q.Day, Limit: limit + 1}
	if q.Cursor != "" {
		after, err := parseLedgerCursor(q.Cursor)
		if err != nil {
			return LedgerPage{}, err
		}
		ask.After = &after
	}
	// One more than asked for says whether there is another page.
	all, err := g.store.LedgerDays(ctx, consent.Access{Reader: aud.reader, View: viewLedger}, ask)
	if err != nil || len(all) <= limit {
		return LedgerPage{Days: all}, err
	}
	last := all[limit-1]
	return LedgerPage{Days: all[:limit], Next: cursorAt("ledger", last.Day.String(), last.Gateway, string(last.Meter))}, nil
}

// Gaps returns the stretches in which messages of meters of an operator's pilot are
// missing, as the jobs found them last. Its errors are those of [Gate.Ledger].
func (g *Gate) Gaps(ctx context.Context, aud Audience, q GapQuery) (GapPage, error) {
	page, err := g.gaps(ctx, aud, q)
	return page, g.metrics.count(viewGaps, err)
}

func (g *Gate) gaps(ctx context.Context, aud Audience, q GapQuery) (GapPage, error) {
	if !aud.May("GET /api/v1/gaps") {
		return GapPage{}, ErrWithheld
	}
	limit := pageOf(q.Limit)
	ask := household.GapQuery{Meter: q.Meter, Gateway: q.Gateway, Limit: limit + 1}
	if q.Cursor != "" {
		after, err := parseGapCursor(q.Cursor)
		if err != nil {
			return GapPage{}, err
		}
		ask.After = &after
	}
	all, err := g.store.MeterGaps(ctx, consent.Access{Reader: aud.reader, View: viewGaps}, ask)
	if err != nil || len(all) <= limit {
		return GapPage{Gaps: all}, err
	}
	last := all[limit-1]
	return GapPage{Gaps: all[:limit], Next: cursorAt("gaps", decimalOf(last.From.UnixMilli()), string(last.Meter))}, nil
}

func parseLedgerCursor(s string) (energy.Account, error) {
	parts, err := itemAt("ledger", s, 3)
	if err != nil {
		return energy.Account{}, err
	}
	day, err := energy.ParseDay(parts[0])
	if err != nil {
		return energy.Account{}, ErrCursor
	}
	return energy.Account{Day: day, Gateway: parts[1], Meter: energy.MeterID(parts[2])}, nil
}

func parseGapCursor(s string) (household.MeterGap, error) {
	parts, err := itemAt("gaps", s, 2)
	if err != nil {
		return household.MeterGap{}, err
	}
	ms, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || ms < 1 {
		return household.MeterGap{}, ErrCursor
	}
	return household.MeterGap{Meter: energy.MeterID(parts[1]), Gap: energy.Gap{From: time.UnixMilli(ms).UTC()}}, nil
}

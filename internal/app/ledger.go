package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

const (
	// cadenceDays is how many days before those asked for tell how often a meter speaks.
	cadenceDays = 1
	// drainLag is how long a message may be on its way through Foyer before its
	// absence is a gap.
	drainLag = time.Minute
)

// A LedgerQuery says which part of the loss ledger is asked for.
type LedgerQuery struct {
	Meter    energy.MeterID // "" for all
	Gateway  string         // "" for all
	From, To energy.Day     // To is not included
}

// A LedgerLine is what Foyer knows of one meter's messages and readings of one
// local day.
type LedgerLine struct {
	energy.Account
	Cadence  energy.Cadence
	Heard    int       // messages that are stored
	Missing  int       // messages that should be: known for a regular meter alone
	Last     time.Time // the last message that is stored until the end of the day; zero for none
	Resolved bool      // the meter's messages are known to the store, so that Heard is
}

// A MeterGap is a gap of a meter.
type MeterGap struct {
	Meter   energy.MeterID
	Gateway string
	energy.Gap
}

// Ledger reads the loss ledger: what became of each reading that came, and which
// messages never came. What is missing is a pure function of the instants in the
// series store; no value is looked at.
func (o *Office) Ledger(ctx context.Context, q LedgerQuery) ([]LedgerLine, []MeterGap, error) {
	lines, gaps, err := o.ledger(ctx, q)
	if err != nil {
		return nil, nil, fmt.Errorf("read the ledger: %w", err)
	}
	return lines, gaps, nil
}

func (o *Office) ledger(ctx context.Context, q LedgerQuery) ([]LedgerLine, []MeterGap, error) {
	accounts, err := o.Records.Accounts(ctx, q.Meter, q.From, q.To)
	if err != nil {
		return nil, nil, err
	}
	meters, err := o.Registry.Meters(ctx)
	if err != nil {
		return nil, nil, err
	}
	store, err := openSeries(ctx, o.Config)
	if err != nil {
		return nil, nil, err
	}
	defer store.Close() //nolint:errcheck // it was read alone
	byDay := map[ledgerKey]LedgerLine{}
	gateways := map[energy.MeterID]string{}
	for _, m := range meters {
		gateways[m.ID] = m.Gateway
	}
	for _, a := range accounts {
		if a.Meter != "" {
			a.Gateway = gateways[a.Meter]
		}
		if q.Gateway == "" || a.Gateway == q.Gateway {
			byDay[ledgerKey{a.Day, a.Meter, a.Gateway}] = LedgerLine{Account: a}
		}
	}
	var gaps []MeterGap
	for _, m := range meters {
		if q.Meter != "" && m.ID != q.Meter || q.Gateway != "" && m.Gateway != q.Gateway || m.State != household.Claimed {
			continue // of a meter that nobody agrees to, nothing is looked at
		}
		var speech energy.Speech
		for day := q.From.Add(-cadenceDays); day.Before(q.To.Add(cadenceDays)); day = day.Add(1) {
			rs, err := store.Read(ctx, m.ID, day.Start(o.Zone), day.End(o.Zone))
			if err != nil {
				return nil, nil, err
			}
			speech.Hear(rs)
		}
		for _, g := range o.compare(m, speech.Messages(), q, byDay) {
			gaps = append(gaps, MeterGap{m.ID, m.Gateway, g})
		}
	}
	lines := slices.SortedFunc(maps.Values(byDay), func(a, b LedgerLine) int {
		return cmp.Or(a.Day.Sub(b.Day), cmp.Compare(a.Gateway, b.Gateway), cmp.Compare(a.Meter, b.Meter))
	})
	return lines, gaps, nil
}

type ledgerKey struct {
	day     energy.Day
	meter   energy.MeterID
	gateway string
}

// compare holds a meter's messages against its cadence, day by day, and returns the
// gaps that reach into the days asked for.
func (o *Office) compare(m household.Meter, at []time.Time, q LedgerQuery, lines map[ledgerKey]LedgerLine) []energy.Gap {
	cadence, days, gaps := energy.Attend(at, q.From, q.To, o.World.Now().Add(-drainLag), o.Zone)
	for _, d := range days {
		k := ledgerKey{d.Day, m.ID, m.Gateway}
		l, ok := lines[k]
		if !ok {
			l = LedgerLine{Account: energy.Account{Meter: m.ID, Gateway: m.Gateway, Day: d.Day}}
		}
		l.Heard, l.Missing, l.Last = d.Heard, d.Missing, d.Last
		lines[k] = l
	}
	for k, l := range lines {
		if k.meter == m.ID {
			l.Cadence, l.Resolved = cadence, true
			lines[k] = l
		}
	}
	return gaps
}

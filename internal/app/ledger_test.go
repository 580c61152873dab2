package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/ingest/spool"
	"foyer/internal/config"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
	"foyer/internal/testserver"
)

// TestTheLedgerFindsExactlyWhatWasLost sends messages of a meter that keeps its
// cadence, loses some on the way, over midnight too, and asks for the gaps.
func TestTheLedgerFindsExactlyWhatWasLost(t *testing.T) {
	ctx := t.Context()
	c := config.Default()
	c.Data = t.TempDir()
	log := slog.New(slog.DiscardHandler)
	o, err := OpenOffice(ctx, c, log, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	start := time.Date(2026, 11, 24, 20, 0, 0, 0, o.Zone) // a minute apart, over midnight
	end := start.Add(8 * time.Hour)
	o.World = World{Start: end, Anchor: Wall(), Speed: 1e-9}
	ids := map[string]energy.MeterID{}
	for _, device := range []string{"kept", "lossy", "mute"} {
		m, err := o.Registry.Lookup(ctx, registry.DeviceRef{Gateway: "gw-1", Scheme: "tasmota", ID: device})
		if err != nil {
			t.Fatal(err)
		}
		ids[device] = m.ID
		if err := o.Registry.Claim(ctx, registry.Claim{Meter: m.ID, Role: household.Outdoor, From: start.Add(-24 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	sc := c.Spool
	sc.Path = c.Path(sc.Path)
	kept, err := spool.Open(ctx, sc, o.Keys, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	handler, err := o.handler(ctx, kept, log, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	store, err := openSeries(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	drain := ingest.NewDrain(ingest.DrainParts{
		Backlog: kept, Waiting: kept, Meters: meters{o.Registry}, Marks: o.Records, Turn: o.Records.Turn(kept.ID()), Series: store,
		Step: handler.Step, Now: o.World.Now, Log: log, Metrics: prometheus.NewRegistry(),
	})
	ledger := ingest.NewLedger(ingest.LedgerParts{
		Counter: kept, Book: o.Records, Ward: handler, Zone: o.Zone, Now: o.World.Now, Log: log, Metrics: prometheus.NewRegistry(),
	})
	lost := map[string]bool{}
	var sent int
	for at := start; at.Before(end); at = at.Add(time.Minute) {
		for _, device := range []string{"kept", "lossy", "mute"} {
			n := int(at.Sub(start) / time.Minute)
			midnight := at.After(start.Add(4*time.Hour-time.Minute)) && at.Before(start.Add(4*time.Hour+5*time.Minute))
			switch {
			case device == "lossy" && (n%50 == 25 || midnight):
				lost[at.UTC().String()] = true
				continue
			case device == "mute" && at.After(start.Add(6*time.Hour)):
				continue
			}
			sent++
			m := ingest.Message{
				Topic:   "foyer/gw-1/tele/" + device + "/SENSOR",
				Payload: fmt.Appendf(nil, `{"Time":"%s","ENERGY":{"Total":%d.5}}`, at.Format("2006-01-02T15:04:05"), n), At: at,
			}
			if err := handler.Handle(ctx, m); err != nil {
				t.Fatal(err)
			}
		}
	}
	first := energy.DayOf(start, o.Zone)
	running, stop := context.WithCancel(ctx)
	var parts sync.WaitGroup
	for _, run := range []func(context.Context) error{drain.Run, ledger.Run} {
		parts.Go(func() {
			if err := run(running); err != nil {
				t.Error(err)
			}
		})
	}
	testserver.Wait(t, "every reading in the ledger", func() bool {
		accounts, err := o.Records.Accounts(ctx, "", first, first.Add(2))
		if err != nil {
			t.Fatal(err)
		}
		var sum energy.Tally
		for _, a := range accounts {
			sum.Add(a.Tally)
		}
		return int(sum[energy.FateStored]) == sent
	})
	stop()
	parts.Wait()
	lines, gaps, err := o.Ledger(ctx, LedgerQuery{From: first, To: first.Add(2)})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, g := range gaps {
		switch g.Meter {
		case ids["lossy"]:
			for _, at := range g.Instants() {
				found[at.UTC().String()] = true
			}
		case ids["mute"]:
			if !g.To.IsZero() || g.Missing < 115 || g.Missing > 120 {
				t.Errorf("who fell silent: %+v", g)
			}
		default:
			t.Errorf("a gap where nothing is missing: %+v", g)
		}
	}
	if fmt.Sprint(found) != fmt.Sprint(lost) || len(lost) < 12 {
		t.Errorf("%d messages were lost, %d are missing", len(lost), len(found))
	}
	heard, missing, stored := 0, map[energy.MeterID]int{}, int64(0)
	for _, l := range lines {
		heard += l.Heard
		missing[l.Meter] += l.Missing
		stored += l.Tally[energy.FateStored]
		if !l.Cadence.Regular || l.Cadence.Every != time.Minute || l.Gateway != "gw-1" {
			t.Errorf("%+v", l)
		}
	}
	if heard != sent || int(stored) != sent || missing[ids["lossy"]] != len(lost) || missing[ids["kept"]] != 0 || len(lines) != 6 {
		t.Errorf("%d messages sent, %d heard, %d readings stored, %v missing, %d lines", sent, heard, stored, missing, len(lines))
	}
	if _, gaps, err := o.Ledger(ctx, LedgerQuery{Gateway: "gw-2", From: first, To: first.Add(2)}); err != nil || len(gaps) != 0 {
		t.Errorf("another gateway: %v %v", gaps, err)
	}
}

package app

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/ingest/spool"
	"foyer/internal/charter"
	"foyer/internal/config"
	"foyer/internal/testserver"
)

// TestNothingWaitsInQuarantineForLongerThanTheCharterKeepsReadings has the charter keep
// them for fewer days than the configuration keeps messages.
func TestNothingWaitsInQuarantineForLongerThanTheCharterKeepsReadings(t *testing.T) {
	c := config.Default()
	c.Data = t.TempDir()
	c.Broker.URL = "embedded://127.0.0.1:0"
	o := openQuiet(t, c)
	t.Cleanup(func() { closeQuiet(t, o) })
	if _, _, err := o.Registry.Amend(t.Context(), charter.Change{Name: charter.HalfHours, Value: "40", By: "conseil", Why: "essai"}); err != nil {
		t.Fatal(err)
	}
	open := func() *spool.Spool {
		t.Helper()
		kept, err := spool.Open(t.Context(), o.spoolConfig(), o.Keys, prometheus.NewRegistry())
		if err != nil {
			t.Fatal(err)
		}
		return kept
	}
	kept := open()
	for device, days := range map[string]int{"old": 41, "young": 39} {
		at := time.Now().AddDate(0, 0, -days)
		ok, err := kept.Isolate(t.Context(), ingest.Case{
			Gateway: "gw", Device: device, Reason: "nobody understands it", At: at, Message: ingest.Message{Topic: "gw/" + device, Gateway: "gw", Payload: []byte("?"), At: at},
		})
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	running(t, c, Roles{Ingest: true})
	testserver.Wait(t, "the old message to go", func() bool {
		kept := open()
		cases, err := kept.Cases(t.Context(), 0, 10)
		return kept.Close() == nil && err == nil && len(cases) == 1 && cases[0].Device == "young"
	})
}

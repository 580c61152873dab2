package app

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest/spool"
	"foyer/internal/config"
	"foyer/internal/household"
	"foyer/internal/journal"
	"foyer/internal/registry"
	"foyer/internal/secret"
	"foyer/internal/testserver"
)

// TestARequestedErasureIsCarriedOut has a family erased by who computes figures, while
// what waits of it lies in the spool of another machine that takes messages in.
func TestARequestedErasureIsCarriedOut(t *testing.T) {
	far := config.Default()
	far.Data = t.TempDir()
	far.Broker.URL = "embedded://127.0.0.1:0"
	o := openQuiet(t, far)
	if _, err := o.Registry.AddGateway(t.Context(), far.Pilot.ID, "gw-shared"); err != nil {
		t.Fatal(err)
	}
	gone, stays := settleHome(t, o, 1), settleHome(t, o, 2)
	public, err := o.JournalKey(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	here := far
	here.Data = t.TempDir()
	here.Records.URL = secret.New("sqlite://" + filepath.Join(far.Data, "records.db"))
	here.Series.URL = "sqlite://" + filepath.Join(far.Data, "readings.db")
	here.Keys.URL, here.Keys.Master = "sqlite://"+filepath.Join(far.Data, "keys.db"), filepath.Join(far.Data, "master.key")
	here.Journal.Key = filepath.Join(far.Data, here.Journal.Key)

	code, _, err := o.Registry.AskErasure(t.Context(), gone.id, far.Pilot.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Registry.ConfirmErasure(t.Context(), gone.id, code, registry.Form{}); err != nil {
		t.Fatal(err)
	}
	closeQuiet(t, o)

	ingester := running(t, far, Roles{Ingest: true})
	testserver.Wait(t, "the ingester to let go", func() bool {
		due, err := ingester.Records.DueErasures(t.Context(), "")
		return err == nil && len(due) == 1 && due[0].Waiting == 0
	})
	office := running(t, here, Roles{Jobs: true})
	var done household.ErasureRequest
	testserver.Wait(t, "the erasure", func() bool {
		done, err = office.Registry.Erasure(t.Context(), code)
		return err == nil && !done.Erased.IsZero()
	})
	cert, err := journal.OpenCertificate(done.Certificate, public)
	if err != nil || cert.Household != string(gone.id) || cert.Rows == 0 || cert.Meters != 2 {
		t.Errorf("%+v, %v", cert, err)
	}
	kept, err := spool.Open(t.Context(), ingester.spoolConfig(), ingester.Keys, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	cases, err := kept.Cases(t.Context(), 0, 100)
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil || len(cases) != 2 {
		t.Errorf("%d messages of the other family are left, %v", len(cases), err)
	}
	if families, err := office.Records.Families(t.Context(), ""); err != nil || len(families) != 1 || families[0].ID != stays.id {
		t.Errorf("%v, %v", families, err)
	}
	for _, folder := range []string{far.Data, here.Data} {
		findNot(t, "after the erasure", folder, gone, "sqlite", "")
	}
}

// running returns an App that runs until the test ends.
func running(t *testing.T, c config.Config, roles Roles) *App {
	t.Helper()
	a, err := Open(t.Context(), c, Options{Roles: roles, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

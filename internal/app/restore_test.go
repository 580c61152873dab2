package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/ingest/spool"
	"foyer/internal/backup"
	"foyer/internal/config"
	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/registry"
	"foyer/internal/secret"
	"foyer/internal/testserver"
)

func restoreQuiet(t *testing.T, c config.Config, folder string, replace bool) (Restored, error) {
	t.Helper()
	return Restore(t.Context(), c, folder, replace, slog.New(slog.DiscardHandler))
}

// within returns the sizes of the files below a folder.
func within(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%s %x\n", path, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// withKeys returns a configuration like c in a folder of its own, with copies of the keys.
func withKeys(t *testing.T, c config.Config) config.Config {
	t.Helper()
	from := c.Data
	c.Data = t.TempDir()
	for _, name := range []string{"keys.db", "master.key", "journal.key"} {
		b, err := os.ReadFile(filepath.Join(from, name))
		if errors.Is(err, fs.ErrNotExist) && name == "journal.key" {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(c.Data, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// TestARestoreKnowsWhatHappenedSinceTheBackup backs an installation up, erases one family
// and has another withdraw something, and restores.
func TestARestoreKnowsWhatHappenedSinceTheBackup(t *testing.T) {
	for dialect, address := range map[string]func() string{
		"sqlite":   func() string { return "sqlite://records.db" },
		"postgres": func() string { return testserver.Postgres(t) },
	} {
		t.Run(dialect, func(t *testing.T) {
			if dialect == "postgres" {
				testserver.Need(t, "pg_dump", "On Debian: apt-get install postgresql-client, or make servers.")
			}
			c := config.Default()
			c.Data, c.Records.URL = t.TempDir(), secret.New(address())
			folder := filepath.Join(t.TempDir(), "backup")
			o := openQuiet(t, c)
			if _, err := o.Registry.AddGateway(t.Context(), c.Pilot.ID, "gw-shared"); err != nil {
				t.Fatal(err)
			}
			goes, less, stays := settleHome(t, o, 1), settleHome(t, o, 2), settleHome(t, o, 3)
			held, err := o.Registry.Grants(t.Context(), stays.id)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := o.Checkpoint(t.Context()); err != nil {
				t.Fatal(err)
			}
			m, err := o.Backup(t.Context(), folder)
			if err != nil || len(m.Files) != 3 || m.Checkpoint == "" || m.Ring != o.Keys.ID() {
				t.Fatalf("%+v, %v", m, err)
			}
			noNames(t, folder, goes, less, stays)

			if _, err := o.Erase(t.Context(), goes.label); err != nil {
				t.Fatal(err)
			}
			if err := o.Registry.Withdraw(t.Context(), less.id, []consent.Scope{consent.Hourly()}, registry.Form{Notice: "1"}); err != nil {
				t.Fatal(err)
			}
			want, err := o.Registry.Grants(t.Context(), less.id)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := o.Checkpoint(t.Context()); err != nil { // the restored journal is behind it
				t.Fatal(err)
			}
			if _, err := restoreQuiet(t, c, folder, true); err == nil {
				t.Error("restored under an open office")
			}
			closeQuiet(t, o)

			if _, err := restoreQuiet(t, c, folder, false); !errors.Is(err, backup.ErrOccupied) {
				t.Errorf("without --replace: %v", err)
			}
			if dialect == "postgres" {
				before := within(t, c.Data)
				if _, err := restoreQuiet(t, c, folder, true); !errors.Is(err, backup.ErrNotEmpty) || within(t, c.Data) != before {
					t.Errorf("into a database that holds something: %v", err)
				}
				c.Records.URL = secret.New(testserver.Postgres(t))
			}
			r, err := restoreQuiet(t, c, folder, true)
			if err != nil || r.Erased != 1 || r.Withdrawn != 1 || len(r.Aside) == 0 {
				t.Fatalf("%+v, %v", r, err)
			}
			findNot(t, "after the restore", c.Data, goes, dialect, c.Records.URL.Reveal())
			o = openQuiet(t, c)
			defer closeQuiet(t, o)
			families, err := o.Records.Families(t.Context(), c.Pilot.ID)
			if err != nil || len(families) != 2 || families[0].Label != less.label || families[1].Label != stays.label {
				t.Errorf("%v, %v", families, err)
			}
			got, err := o.Registry.Grants(t.Context(), less.id)
			if err != nil || len(got) != len(want) {
				t.Errorf("agrees to %d things, wants %d, %v", len(got), len(want), err)
			}
			for _, g := range got {
				if g.Scope == consent.Hourly() {
					t.Error("what was withdrawn is in force again")
				}
			}
			if still, err := o.Registry.Grants(t.Context(), stays.id); err != nil || len(still) != len(held) {
				t.Errorf("another family agrees to %d things, did to %d, %v", len(still), len(held), err)
			}
			if _, err := o.Checkpoint(t.Context()); err != nil {
				t.Errorf("the journal does not go on: %v", err)
			}
			if _, err := o.Audit(t.Context(), "", m.Checkpoint, nil); err != nil {
				t.Errorf("the journal does not hold: %v", err)
			}
		})
	}
}

// noNames looks in every file of a backup for keys, and for what names a family.
func noNames(t *testing.T, folder string, homes ...home) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 5 {
		t.Fatal(len(files), err)
	}
	known := false
	for _, f := range files {
		text := testserver.Content(t, filepath.Join(folder, f.Name()))
		for _, h := range homes {
			known = known || strings.Contains(text, string(h.id))
			if strings.Contains(text, h.label) || strings.Contains(text, h.device) {
				t.Errorf("%s names a family", f.Name())
			}
		}
		if info, err := f.Info(); err != nil || info.Mode() != 0o600 || strings.Contains(f.Name(), "key") {
			t.Errorf("%s: %v, %v", f.Name(), info.Mode(), err)
		}
	}
	if !known {
		t.Error("not even the random id of a family is in the backup")
	}
}

// TestABackupHoldsWhatWasAcknowledged backs up while readings come in and leave the spool.
func TestABackupHoldsWhatWasAcknowledged(t *testing.T) {
	c, o := founded(t)
	h := settleHome(t, o, 1)
	kept, err := spool.Open(t.Context(), o.spoolConfig(), o.Keys, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	store, err := openSeries(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	first := o.World.Now().Add(-24 * time.Hour).Truncate(time.Second)
	reading := func(n int64) energy.Reading {
		return energy.Reading{Meter: h.meters[0], Register: "energy_import/base", At: first.Add(time.Duration(n) * time.Second), Value: 10 + n, Source: energy.DeviceTime}
	}
	var acknowledged atomic.Int64
	ends := make(chan error, 2)
	go func() { ends <- carry(ctx, kept, store) }()
	go func() {
		for n := int64(1); ctx.Err() == nil; n++ {
			if err := kept.Append(context.WithoutCancel(ctx), []energy.Reading{reading(n)}); err != nil {
				ends <- err
				return
			}
			acknowledged.Store(n)
		}
		ends <- nil
	}()
	folder := filepath.Join(t.TempDir(), "backup")
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if rs, err := store.Read(t.Context(), h.meters[0], first.Add(time.Second), first.Add(20*time.Hour)); err != nil || len(rs) > 0 {
			break // some have left the spool
		}
		if time.Now().After(end) {
			t.Fatal("nothing leaves the spool")
		}
	}
	least := acknowledged.Load()
	_, err = o.Backup(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	if acknowledged.Load() == least {
		t.Error("nothing was written meanwhile")
	}
	stop()
	for range 2 {
		if err := <-ends; err != nil {
			t.Error(err)
		}
	}
	if err := errors.Join(kept.Close(), store.Close()); err != nil {
		t.Fatal(err)
	}
	closeQuiet(t, o)

	c = withKeys(t, c)
	r, err := restoreQuiet(t, c, folder, false)
	if err != nil || r.Erased+r.Withdrawn+len(r.Aside) > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	values := map[int64]int64{}
	o = openQuiet(t, c)
	defer closeQuiet(t, o)
	if kept, err = spool.Open(t.Context(), o.spoolConfig(), o.Keys, prometheus.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	b, err := kept.Take(t.Context(), math.MaxInt32)
	if err != nil {
		t.Fatal(err)
	}
	if store, err = openSeries(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	stored, err := store.Read(t.Context(), h.meters[0], first, first.Add(20*time.Hour)) // the home's own is later
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range append(stored, b.Readings...) {
		values[int64(r.At.Sub(first)/time.Second)] = r.Value
	}
	last := max(least, slices.Max(slices.Collect(maps.Keys(values))))
	for n := int64(1); n <= last; n++ { // they are carried in their order: none is left out before the last
		if values[n] != 10+n {
			t.Fatalf("of %d readings acknowledged before, and %d in all, number %d has %d: %d are stored and %d wait",
				least, last, n, values[n], len(stored), len(b.Readings))
		}
	}
}

// carry moves readings from a spool to a store, as soon as they come, until ctx ends.
func carry(ctx context.Context, kept *spool.Spool, store seriesStore) error {
	always := context.WithoutCancel(ctx)
	for ctx.Err() == nil {
		b, err := kept.Take(always, 50)
		if err != nil {
			return err
		}
		if len(b.Readings) == 0 {
			continue
		}
		if err := store.Write(always, b.Readings); err != nil {
			return err
		}
		if err := kept.Settle(always, ingest.Settlement{Through: b.Through}); err != nil {
			return err
		}
	}
	return nil
}

// TestARefusedRestoreChangesNothing gives backups that do not fit.
func TestARefusedRestoreChangesNothing(t *testing.T) {
	c, o := founded(t)
	settleHome(t, o, 1)
	folder := filepath.Join(t.TempDir(), "backup")
	m, err := o.Backup(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	closeQuiet(t, o)

	refused := func(when string, c config.Config, is error, says ...string) {
		t.Helper()
		before := within(t, c.Data)
		_, err := restoreQuiet(t, c, folder, true)
		if err == nil || is != nil && !errors.Is(err, is) || within(t, c.Data) != before {
			t.Errorf("%s: %v", when, err)
			return
		}
		for _, s := range says {
			if !strings.Contains(err.Error(), s) {
				t.Errorf("%s: %q does not say %q", when, err, s)
			}
		}
	}
	none := c
	none.Data = t.TempDir()
	refused("no keys", none, nil, filepath.Join(none.Data, "keys.db"), "put your newest copies")
	half := withKeys(t, c)
	if err := os.Remove(filepath.Join(half.Data, "master.key")); err != nil {
		t.Fatal(err)
	}
	refused("no master key", half, nil, filepath.Join(half.Data, "master.key"), "put your newest copies")
	other := c
	other.Data = t.TempDir()
	ring := openQuiet(t, other)
	id := ring.Keys.ID()
	closeQuiet(t, ring)
	refused("another ring", other, ErrNotItsKeys, m.Ring, id, "keys.url")
	pilot := c
	pilot.Pilot.ID = "village"
	refused("another pilot", pilot, nil, `"town"`, `"village"`, "pilot.id")
	server := c
	server.Records.URL = secret.New("postgres://foyer@127.0.0.1:1/foyer")
	refused("records of a file for PostgreSQL", server, nil, "records.url")
	server = c
	server.Series.URL = "influx+http://127.0.0.1:1"
	refused("readings of a file for InfluxDB", server, nil, "series.url")

	for _, f := range m.Files {
		path := filepath.Join(folder, f.Name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b := append([]byte{}, whole...)
		b[len(b)/2] ^= 1
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		refused("one bit of "+f.Name, c, backup.ErrDamaged, f.Name)
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := restoreQuiet(t, withKeys(t, c), folder, false); err != nil {
		t.Errorf("with all in order: %v", err)
	}
}

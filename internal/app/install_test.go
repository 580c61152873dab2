package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/account"
	"foyer/internal/config"
	"foyer/internal/household"
	"foyer/internal/records"
	"foyer/internal/testserver"
)

var lea = household.Staff{Name: "Léa", Email: "lea@ville.example", Role: "lead"}

// sheet is a configuration of a folder, with more keys.
func sheet(folder, more string) []byte {
	return fmt.Appendf(nil, "data: %s\npilot: {id: ville}\n%s\n", filepath.Join(folder, "data"), more)
}

// everything lists what is in a folder and below, each with its rights.
func everything(t *testing.T, folder string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || path == folder {
			return err
		}
		info, err := e.Info()
		all = append(all, info.Mode().String()+" "+strings.TrimPrefix(path, folder+"/"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAnInstallationIsWholeAndItsOwners(t *testing.T) {
	for name, more := range map[string]func() string{
		"sqlite":   func() string { return "" },
		"postgres": func() string { return "records: {url: '" + testserver.Postgres(t) + "'}" },
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			file := filepath.Join(folder, "foyer.yaml")
			text := sheet(folder, more())
			token, err := Install(t.Context(), file, text, lea)
			if err != nil {
				t.Fatal(err)
			}
			if kept, err := os.ReadFile(file); err != nil || string(kept) != string(text) {
				t.Errorf("%s, %v", kept, err)
			}
			all := everything(t, folder)
			for _, path := range all {
				if !strings.HasPrefix(path, "-rw------- ") && path != "drwx------ data" {
					t.Errorf("others may read %s", path)
				}
			}
			for _, key := range []string{"master.key", "keys.db", "journal.key", "readings.db"} {
				if !strings.Contains(strings.Join(all, "\n"), "data/"+key) {
					t.Errorf("no %s in %v", key, all)
				}
			}
			c, err := config.Load(file)
			if err != nil {
				t.Fatal(err)
			}
			o, err := OpenOffice(t.Context(), c, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
			if err != nil {
				t.Fatal(err)
			}
			defer o.Close()
			if s, err := o.Accounts.Setup(t.Context(), token); err != nil || s.Name != "Léa" || s.Role != "lead" || s.Pilot != "ville" {
				t.Errorf("%+v, %v", s, err)
			}
			if book, err := o.Registry.Charter(t.Context()); err != nil || len(book) != 0 {
				t.Errorf("somebody decided on the charter: %v, %v", book, err)
			}

			// The records are another installation's now, wherever it has its files.
			if name == "postgres" {
				other := t.TempDir()
				if _, err := Install(t.Context(), filepath.Join(other, "foyer.yaml"), append(sheet(other, ""), text[strings.Index(string(text), "records:"):]...), lea); !errors.Is(err, records.ErrOtherKeys) {
					t.Error(err)
				}
				if left := everything(t, other); len(left) != 0 {
					t.Errorf("it leaves %v", left)
				}
				if all, err := o.Accounts.Staff(t.Context()); err != nil || len(all) != 1 {
					t.Error(all, err)
				}
			}
		})
	}
}

func TestNothingIsInstalledOverAnything(t *testing.T) {
	for _, there := range []string{"foyer.yaml", "data/master.key", "data/keys.db", "data/records.db", "data/readings.db", "data/spool.db", "data/journal.key", "data/journal.checkpoint"} {
		folder := t.TempDir()
		path := filepath.Join(folder, filepath.FromSlash(there))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("theirs"), 0o600); err != nil {
			t.Fatal(err)
		}
		before := everything(t, folder)
		_, err := Install(t.Context(), filepath.Join(folder, "foyer.yaml"), sheet(folder, ""), lea)
		if !errors.Is(err, ErrInstalled) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", there, err)
		}
		if kept, err := os.ReadFile(path); err != nil || string(kept) != "theirs" || strings.Join(everything(t, folder), "\n") != strings.Join(before, "\n") {
			t.Errorf("%s: %s, %v, %v", there, kept, err, everything(t, folder))
		}
	}
}

// What cannot be reached is named, nothing stays, and a second try finds a clean place.
func TestAnInstallationThatFailsLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "foyer.yaml")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for more, want := range map[string]string{
		"series: {url: 'influx+http://127.0.0.1:1'}":                   "series.url: ",
		"records: {url: 'postgres://foyer:hunter2@127.0.0.1:1/foyer'}": "records.url: ",
		"meters: {templates: nowhere}":                                 "meters.templates: ",
		"":                                                             "context canceled",
	} {
		ctx := t.Context()
		if more == "" {
			ctx = stopped
		}
		_, err := Install(ctx, file, sheet(folder, more), lea)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", more, err)
		}
		if left := everything(t, folder); len(left) != 0 {
			t.Errorf("%q leaves %v", more, left)
		}
	}
	if _, err := Install(t.Context(), file, sheet(folder, ""), lea); err != nil {
		t.Error(err)
	}
}

func TestOfTwoInstallationsAtOnceOneIsMade(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "foyer.yaml")
	var mu sync.Mutex
	var tokens []string
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			token, err := Install(t.Context(), file, sheet(folder, ""), lea)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				tokens = append(tokens, token)
			} else if !errors.Is(err, ErrInstalled) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(tokens) != 1 {
		t.Fatalf("%d installations", len(tokens))
	}
	c, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	o, err := OpenOffice(t.Context(), c, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if _, err := o.Accounts.ChoosePassword(t.Context(), tokens[0], "quatre chevaux verts"); err != nil {
		t.Error(err)
	}
	if _, err := o.Accounts.ChoosePassword(t.Context(), tokens[0], "quatre chevaux verts"); !errors.Is(err, account.ErrSetup) {
		t.Error(err)
	}
}

// Of two configurations that name one folder, whoever comes second removes nothing of the
// first.
func TestWhoComesSecondToAFolderLeavesItAlone(t *testing.T) {
	folder := t.TempDir()
	text := sheet(folder, "")
	c, err := config.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var places []*place
	for _, name := range []string{"one.yaml", "two.yaml"} {
		p, err := vacant(c, filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, p)
	}
	for _, p := range places {
		if err := p.claim(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := places[0].room(); err != nil {
		t.Fatal(err)
	}
	if err := places[1].room(); !errors.Is(err, ErrInstalled) {
		t.Error(err)
	}
	if err := places[1].undo(); err != nil {
		t.Fatal(err)
	}
	if left := strings.Join(everything(t, folder), " "); strings.Contains(left, "two.yaml") || !strings.Contains(left, "one.yaml") || !strings.Contains(left, "records.db") || !strings.Contains(left, "readings.db") {
		t.Error(left)
	}
}

package spool

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/internal/energy"
	"foyer/internal/keyring"
)

var sealedAt = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// named returns a case that has a marker wherever a device can be named.
func named() ingest.Case {
	c := caseOf("marker-device", sealedAt)
	c.Reason = "no marker-reason"
	c.Message.Topic, c.Message.Payload = "foyer/g1/marker-topic/SENSOR", []byte(`{"serial":"marker-serial"}`)
	return c
}

// inTheClear returns the files of a spool that hold a marker.
func inTheClear(t *testing.T, cfg Config) (found []string) {
	t.Helper()
	files, err := filepath.Glob(cfg.Path + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("marker")) {
			found = append(found, filepath.Base(name))
		}
	}
	return found
}

func TestQuarantineNamesNoDevice(t *testing.T) {
	s := start(t)
	want := named()
	isolateOne(t, s, want)
	readings := []energy.Reading{reading("m1", "power", 1, 2)}
	isolateOne(t, s, ingest.Case{Device: "marker-device", Reason: "marker-reason", At: sealedAt, Readings: readings})
	if found := inTheClear(t, s.cfg); found != nil {
		t.Errorf("in clear in %v", found)
	}
	cases, err := s.Cases(t.Context(), 0, 10)
	if err != nil || len(cases) != 2 {
		t.Fatal(cases, err)
	}
	want.ID = cases[0].ID
	if !reflect.DeepEqual(cases[0], want) {
		t.Errorf("read back as %+v, want %+v", cases[0], want)
	}
	if c := cases[1]; c.Device != "marker-device" || c.Reason != "marker-reason" || len(c.Readings) != 1 || c.Message.Topic != "" {
		t.Errorf("%+v", c)
	}
	err = s.Replay(t.Context(), want.ID, func(_ context.Context, m ingest.Message) error {
		if !m.Vouched || m.Topic != want.Message.Topic || !bytes.Equal(m.Payload, want.Message.Payload) {
			t.Errorf("replayed %+v", m)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestMovedOrDamagedCaseHidesNoOther swaps two messages and damages a third.
func TestMovedOrDamagedCaseHidesNoOther(t *testing.T) {
	s := start(t)
	for range 4 {
		isolateOne(t, s, named())
	}
	for _, change := range []string{
		`UPDATE quarantine SET payload = (SELECT payload FROM quarantine WHERE id = 2) WHERE id = 1`,
		`UPDATE quarantine SET payload = substr(payload, 2) WHERE id = 3`,
	} {
		if _, err := s.write.Exec(change); err != nil {
			t.Fatal(err)
		}
	}
	cases, err := s.Cases(t.Context(), 0, 10)
	if err != nil || len(cases) != 4 {
		t.Fatal(cases, err)
	}
	for i, whole := range []bool{false, true, false, true} {
		if c := cases[i]; (c.Message.Topic == named().Message.Topic) != whole || (c.Reason == reasonDamaged) == whole {
			t.Errorf("case %d: %+v", c.ID, c)
		}
	}
	if err := s.Replay(t.Context(), 1, nil); err == nil {
		t.Error("replayed what another case says")
	}
}

// before makes a spool as an earlier version left it, with one message in quarantine.
func before(t *testing.T) Config {
	t.Helper()
	cfg := Defaults()
	cfg.Path, cfg.MinFreeBytes = filepath.Join(t.TempDir(), "spool.db"), 0
	db, err := sql.Open("sqlite", "file:"+cfg.Path+"?_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for n, name := range []string{"00001_spool.sql", "00002_ledger.sql", "00003_heartbeat.sql"} {
		text, err := migrations.ReadFile("migrations/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(string(text)); err != nil {
			t.Fatal(n, err)
		}
	}
	c := named()
	for _, query := range []string{
		`PRAGMA user_version = 3`,
		`INSERT INTO quarantine_count (day, gateway, device, dialect, reason, seen) VALUES ('2026-11-25', 'g1', 'marker-device', 'tasmota', 'marker', 20)`,
		`INSERT INTO quarantine (at, gateway, device, dialect, reason, topic, payload, retained, publisher, arrived, size)
			VALUES (1764072000000, 'g1', 'marker-device', 'tasmota', '` + c.Reason + `', '` + c.Message.Topic + `', '` + string(c.Message.Payload) + `', 1, 'g1', 1764072000000, 40)`,
	} {
		if _, err := db.Exec(query); err != nil {
			t.Fatal(query, err)
		}
	}
	return cfg
}

func TestOldQuarantineIsSealedAtItsFirstStart(t *testing.T) {
	cfg := before(t)
	if inTheClear(t, cfg) == nil {
		t.Fatal("the test does not see what is in clear")
	}
	for range 2 {
		s := reopen(t, cfg)
		if found := inTheClear(t, cfg); found != nil {
			t.Errorf("in clear in %v", found)
		}
		cases, err := s.Cases(t.Context(), 0, 10)
		if err != nil || len(cases) != 1 {
			t.Fatal(cases, err)
		}
		want := named()
		if c := cases[0]; c.Device != want.Device || c.Reason != want.Reason || c.Message.Topic != want.Message.Topic || !bytes.Equal(c.Message.Payload, want.Message.Payload) {
			t.Errorf("%+v", c)
		}
	}
}

func TestSpoolOfOtherKeysIsRefused(t *testing.T) {
	s := start(t)
	other, err := keyring.Open(t.Context(), keyring.Defaults().In(t.TempDir()), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	_, err = Open(t.Context(), s.cfg, other, prometheus.NewRegistry())
	if !errors.Is(err, ErrOtherKeys) || !strings.Contains(err.Error(), other.ID()) {
		t.Errorf("opens with %v", err)
	}
}

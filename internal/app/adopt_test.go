package app_test

import (
	"database/sql"
	"log/slog"
	"maps"
	"path/filepath"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/app"
	"foyer/internal/config"
)

// office opens the records of a desk as its commands do, and closes them after do.
func (d *desk) office(do func(*app.Office)) {
	d.t.Helper()
	c, err := config.Load(d.config)
	if err != nil {
		d.t.Fatal(err)
	}
	o, err := app.OpenOffice(d.t.Context(), c, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		d.t.Fatal(err)
	}
	defer o.Close()
	do(o)
}

// TestFactsOfAnOldSpoolAreAdoptedOnce: a spool of before the records kept what gateways
// teach has facts of its own. What the records know by then is newer.
func TestFactsOfAnOldSpoolAreAdoptedOnce(t *testing.T) {
	d := newDesk(t, "")
	d.run("gateway", "add", "gw-1")
	change := func(query string) {
		t.Helper()
		db, err := sql.Open("sqlite", "file:"+filepath.Join(d.dir, "data", "spool.db")+"?_pragma=busy_timeout(5000)")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	change("PRAGMA user_version = 0") // an empty file, for a first command to make a spool of
	d.run("quarantine", "list")
	change(`INSERT INTO fact (gateway, key, value) VALUES ('gw-1', 'known', 'old'), ('gw-1', 'only here', 'kept'), ('gw-2', 'k', 'v')`)
	d.office(func(o *app.Office) {
		if err := o.Records.Remember(t.Context(), "gw-1", map[string]string{"known": "new"}); err != nil {
			t.Fatal(err)
		}
	})
	for range 2 {
		d.run("quarantine", "list")
		d.office(func(o *app.Office) {
			got, _, err := o.Records.Facts(t.Context(), 0)
			if err != nil || !maps.Equal(got["gw-1"], map[string]string{"known": "new", "only here": "kept"}) || !maps.Equal(got["gw-2"], map[string]string{"k": "v"}) {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

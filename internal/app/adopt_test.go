package app_test

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// TestFactsOfAnOldSpoolAreAdoptedOnce: a spool of before the records kept what gateways
// teach has facts of its own. What the records know by then is newer.
func TestFactsOfAnOldSpoolAreAdoptedOnce(t *testing.T) {
	d := newDesk(t, "")
	data := filepath.Join(d.dir, "data")
	d.run("gateway", "add", "gw-1")
	change := func(file, query string) {
		t.Helper()
		db, err := sql.Open("sqlite", "file:"+filepath.Join(data, file)+"?_pragma=busy_timeout(5000)")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	change("spool.db", "PRAGMA user_version = 0") // an empty file, for a first command to make a spool of
	d.run("quarantine", "list")
	change("spool.db", `INSERT INTO fact (gateway, key, value) VALUES ('gw-1', 'known', 'old'), ('gw-1', 'only here', 'kept'), ('gw-2', 'k', 'v')`)
	change("records.db", `INSERT INTO fact (gateway, key, value) VALUES ('gw-1', 'known', 'new');
		UPDATE revision SET number = 1 WHERE name = 'fact';
		INSERT INTO fact_change (gateway, revision) VALUES ('gw-1', 1)`)
	for range 2 {
		d.run("quarantine", "list")
		db, err := sql.Open("sqlite", "file:"+filepath.Join(data, "records.db"))
		if err != nil {
			t.Fatal(err)
		}
		var got string
		err = db.QueryRow(`SELECT group_concat(gateway || ' ' || key || ' ' || value, ', ') FROM (SELECT * FROM fact ORDER BY gateway, key)`).Scan(&got)
		if want := "gw-1 known new, gw-1 only here kept, gw-2 k v"; err != nil || got != want {
			t.Errorf("%q, want %q (%v)", got, want, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

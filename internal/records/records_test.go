package records

import (
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"foyer/internal/keyring"
	"foyer/internal/testserver"
)

// eachDB runs test on an empty SQLite store and on an empty PostgreSQL one.
func eachDB(t *testing.T, test func(*testing.T, *DB)) {
	t.Helper()
	for name, address := range stores {
		t.Run(name, func(t *testing.T) { test(t, open(t, address(t))) })
	}
}

// stores gives the URL of a new, empty store by dialect.
var stores = map[string]func(*testing.T) string{
	"sqlite":   func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "records.db") },
	"postgres": func(t *testing.T) string { return testserver.Postgres(t) },
}

// ring holds the keys of every store of this package's tests.
var ring *keyring.Ring

func open(t *testing.T, address string) *DB {
	t.Helper()
	db, err := Open(t.Context(), address, ring)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestSchemaOpensTwice(t *testing.T) {
	for name, address := range stores {
		t.Run(name, func(t *testing.T) {
			url := address(t)
			for range 2 {
				var now int64
				if err := open(t, url).read.QueryRow("SELECT now FROM wall").Scan(&now); err != nil || now < 1e12 {
					t.Fatalf("wall clock %d: %v", now, err)
				}
			}
		})
	}
}

// TestTwoStoresOpenAtOnce has two processes meet at the migration.
func TestTwoStoresOpenAtOnce(t *testing.T) {
	for name, address := range stores {
		t.Run(name, func(t *testing.T) {
			url, done := address(t), make(chan error)
			for range 4 {
				go func() {
					db, err := Open(t.Context(), url, ring)
					if err == nil {
						err = db.Close()
					}
					done <- err
				}()
			}
			for range 4 {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestDialectsDescribeTheSameTables compares every table and view, column by
// column, in both dialects.
func TestDialectsDescribeTheSameTables(t *testing.T) {
	lite := list(t, open(t, stores["sqlite"](t)), 100, `SELECT m.name || '.' || c.cid || '.' || c.name
		FROM sqlite_schema m, pragma_table_info(m.name) c
		WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%'`)
	post := list(t, open(t, stores["postgres"](t)), 100, `SELECT table_name || '.' || (ordinal_position - 1) || '.' || column_name
		FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose_%'`)
	for _, c := range lite {
		if !slices.Contains(post, c) {
			t.Errorf("only on SQLite: %s", c)
		}
	}
	for _, c := range post {
		if !slices.Contains(lite, c) {
			t.Errorf("only on PostgreSQL: %s", c)
		}
	}
}

// list returns the texts that a query finds, of which there are so many at least.
func list(t *testing.T, db *DB, least int, query string) []string {
	t.Helper()
	rows, err := db.read.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil || len(all) < least {
		t.Fatalf("%d found, want %d at least: %v", len(all), least, err)
	}
	return all
}

// TestTheGatesRoleReadsViewsAndWritesAccessesOnly attempts everything on every
// table, view and sequence as the role that answers work under.
func TestTheGatesRoleReadsViewsAndWritesAccessesOnly(t *testing.T) {
	db := open(t, stores["postgres"](t))
	as := func(statement string) error {
		tx, err := db.write.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if _, err := tx.Exec("SET LOCAL ROLE foyer_gate"); err != nil {
			t.Fatal(err)
		}
		_, err = tx.Exec(statement)
		return err
	}
	relations, inner := gateRelations(t, db), []string{"v_grant", "v_unsettled", "v_gone", "v_uncomputed", "v_least", "v_counted"}
	for _, r := range relations {
		name := `"` + r + `"`
		reads := (strings.HasPrefix(r, "v_") && !slices.Contains(inner, r)) || r == "wall"
		err := as("SELECT * FROM " + name)
		if reads && err != nil {
			t.Errorf("cannot read %s: %v", r, err)
		}
		if !reads && !forbidden(err) {
			t.Errorf("reads %s: %v", r, err)
		}
		for _, statement := range []string{"DELETE FROM " + name, "TRUNCATE " + name, "DROP TABLE " + name, "INSERT INTO " + name + " DEFAULT VALUES"} {
			if err := as(statement); r == "access" && strings.HasPrefix(statement, "INSERT") {
				if forbidden(err) {
					t.Errorf("cannot insert into access: %v", err)
				}
			} else if err == nil {
				t.Errorf("%s succeeds", statement)
			}
		}
	}
	err := as(`INSERT INTO access (at, audience, subject, family, purpose, view)
		VALUES ((SELECT now FROM wall), 'staff', 's', '', 'alert', 'v_alert')`)
	if err != nil {
		t.Errorf("cannot write an access: %v", err)
	}
	for _, statement := range []string{"UPDATE access SET at = 0", "CREATE TABLE x (y int)", "ALTER ROLE foyer_gate SUPERUSER", "CREATE ROLE x"} {
		if err := as(statement); !forbidden(err) {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// gateRelations lists every table and view.
func gateRelations(t *testing.T, db *DB) []string {
	t.Helper()
	rows, err := db.read.Query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
	}
	if err := rows.Err(); err != nil || len(all) < 30 {
		t.Fatalf("%d relations: %v", len(all), err)
	}
	return all
}

// forbidden reports whether PostgreSQL refused for want of a right.
func forbidden(err error) bool {
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && refusal.Code == "42501"
}

func TestATransactionThatFailsLeavesNothing(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		failed := errors.New("after the insert")
		err := db.tx(t.Context(), func(tx *sql.Tx) error {
			if _, err := tx.Exec("INSERT INTO pilot (id, name, zone) VALUES ($1, 'P', 'Europe/Paris')", "p"); err != nil {
				return err
			}
			return failed
		})
		var n int
		if scan := db.read.QueryRow("SELECT COUNT(*) FROM pilot").Scan(&n); scan != nil || n != 0 || !errors.Is(err, failed) {
			t.Fatal(n, scan, err)
		}
	})
}

// TestTwoDatabasesOfOneServerShareTheRole migrates two at the same time: the
// role exists once for both.
func TestTwoDatabasesOfOneServerShareTheRole(t *testing.T) {
	done := make(chan error)
	for range 3 {
		url := testserver.Postgres(t)
		go func() {
			db, err := Open(t.Context(), url, ring)
			if err == nil {
				err = errors.Join(db.tx(t.Context(), func(tx *sql.Tx) error {
					_, err := tx.Exec("SET LOCAL ROLE foyer_gate")
					return err
				}), db.Close())
			}
			done <- err
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

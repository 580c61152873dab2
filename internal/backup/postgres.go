package backup

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
)

// command returns one of PostgreSQL's programs, told in its environment where the
// database is and how to get in: its arguments can be read by everybody on the machine.
func command(ctx context.Context, program, rawURL string, args ...string) (*exec.Cmd, error) {
	c, err := pgconn.ParseConfig(rawURL)
	if err != nil {
		return nil, err // it shows no password
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("the database's URL cannot be read")
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"--no-password"}, args...)...) //nolint:gosec // the program and its options are ours, the file is in a folder that the operator names
	cmd.Env = append(os.Environ(),
		"PGHOST="+c.Host, "PGPORT="+strconv.Itoa(int(c.Port)), "PGUSER="+c.User, "PGPASSWORD="+c.Password, "PGDATABASE="+c.Database)
	for _, name := range []string{"sslmode", "sslrootcert", "sslcert", "sslkey"} {
		if v := u.Query().Get(name); v != "" {
			cmd.Env = append(cmd.Env, "PG"+strings.ToUpper(name)+"="+v)
		}
	}
	return cmd, nil
}

// run runs one of PostgreSQL's programs to its end.
func run(ctx context.Context, program, rawURL string, args ...string) error {
	cmd, err := command(ctx, program, rawURL, args...)
	if err != nil {
		return err
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%w. Install PostgreSQL's client programs, of the server's version or a later one", err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %s", program, errors.Join(ctx.Err(), err), bytes.TrimSpace(out))
	}
	return nil
}

// ErrNotEmpty says that a database holds something already.
var ErrNotEmpty = errors.New("the database is not empty")

// EmptyPostgres returns [ErrNotEmpty] for a database that holds tables or views.
func EmptyPostgres(ctx context.Context, rawURL string) error {
	db, err := sql.Open("pgx", rawURL)
	if err != nil {
		return fmt.Errorf("look into the database: %w", err)
	}
	defer db.Close() //nolint:errcheck // nothing is left to lose
	var tables int
	err = db.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'S')`).Scan(&tables)
	if err != nil {
		return fmt.Errorf("look into the database: %w", err)
	}
	if tables > 0 {
		return fmt.Errorf("%w: it holds %d tables and views. Create another, and set records.url to it", ErrNotEmpty, tables)
	}
	return nil
}

// gateRole makes the role that a dump grants rights to, and whoever restores a member
// of it, as a migration does in a new database: a role belongs to the whole server, and
// is in no dump.
const gateRole = `DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'foyer_gate') THEN
		CREATE ROLE foyer_gate NOLOGIN;
	END IF;
	BEGIN
		SET LOCAL ROLE foyer_gate;
		RESET ROLE;
	EXCEPTION WHEN insufficient_privilege THEN
		GRANT foyer_gate TO CURRENT_USER;
	END;
END
$$`

// RestorePostgres fills an empty database from the dump of a backup, whole or not at all.
func RestorePostgres(ctx context.Context, rawURL, folder string) error {
	db, err := sql.Open("pgx", rawURL)
	if err != nil {
		return fmt.Errorf("fill the database: %w", err)
	}
	_, err = db.ExecContext(ctx, gateRole)
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("fill the database: make the role foyer_gate: %w", err)
	}
	c, err := pgconn.ParseConfig(rawURL)
	if err == nil {
		err = run(ctx, "pg_restore", rawURL, "--single-transaction", "--exit-on-error", "--no-owner",
			"--dbname="+c.Database, filepath.Join(folder, Dump))
	}
	if err != nil {
		return fmt.Errorf("fill the database: %w", err)
	}
	return nil
}

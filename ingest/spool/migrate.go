package spool

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
)

//go:embed migrations/*.sql
var migrations embed.FS

// SQLite before this version can damage a WAL file that is reset while another
// connection writes (https://sqlite.org/wal.html#walresetbug).
const oldest = "3.51.3"

// migrate brings the file's schema up to date, in one transaction, so that two
// processes can open the file at once. The nth file makes version n.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit this does nothing
	var sqlite string
	var version int
	if err := tx.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&sqlite); err != nil {
		return err
	}
	if older(sqlite, oldest) {
		return fmt.Errorf("SQLite %s is older than %s and may lose data", sqlite, oldest)
	}
	if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return err
	}
	if version > len(files) {
		return fmt.Errorf("the file has schema %d, this program knows %d: use the newer program", version, len(files))
	}
	for _, f := range files[version:] {
		text, err := migrations.ReadFile("migrations/" + f.Name())
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, string(text)); err != nil {
			return fmt.Errorf("%s: %w", f.Name(), err)
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, len(files))); err != nil {
		return err
	}
	return tx.Commit()
}

// older reports whether version a comes before b, number by number.
func older(a, b string) bool {
	var x, y [3]int
	_, _ = fmt.Sscanf(a, "%d.%d.%d", &x[0], &x[1], &x[2])
	_, _ = fmt.Sscanf(b, "%d.%d.%d", &y[0], &y[1], &y[2])
	for i := range x {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return false
}

package jobs_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"foyer/internal/keyring"
)

// derivedRows are the tables of what was computed, each with whose it is.
var derivedRows = []struct{ table, owner string }{
	{"usage_slot", "family"},
	{"usage_day", "family"},
	{"usage_month", "family"},
	{"bill_line", "family"},
	{"bill_issue", "family"},
	{"closed_day", "family"},
	{"result", "family"},
	{"look", "family"},
	{"meter_pulse", "meter"},
	{"attendance", "meter"},
	{"gap", "meter"},
	{"latest", "meter"},
}

// copyRows gives the twins the rows of their models, and ends the marks of their coming.
// It leaves out the results of the indicators that it returns: what they say is sealed.
//
// Nobody else has the file open, and a crash costs no more than doing it again: what
// makes a commit safe is left out.
func (s *settlement) copyRows() (secret []string, err error) {
	ctx, records, models := s.tb.Context(), filepath.Join(s.dir, "records.db"), filepath.Join(s.dir, "models.db")
	defer os.Remove(models)
	db, err := sql.Open("sqlite", "file:"+records+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=locking_mode(EXCLUSIVE)"+
		"&_pragma=cache_size(-131072)&_pragma=temp_store(MEMORY)")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, statement := range []string{
		`VACUUM INTO '` + models + `'`,
		`ATTACH '` + models + `' AS models`,
		`CREATE TEMP TABLE twin (id TEXT, model TEXT, start INTEGER)`,
		`DELETE FROM stale`,
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return nil, err
		}
	}
	for i, h := range s.homes[s.models:] {
		m := s.homes[s.model(s.models+i)]
		_, err := db.ExecContext(ctx, `INSERT INTO twin VALUES (?, ?, 0), (?, ?, ?), (?, ?, 0)`,
			h.family, m.family, h.meter, m.meter, h.start, h.sensor, m.sensor)
		if err != nil {
			return nil, err
		}
	}
	if secret, err = sealedResults(db, string(s.homes[0].family)); err != nil {
		return nil, err
	}
	for _, t := range derivedRows {
		if err := copyTable(db, t.table, t.owner, secret); err != nil {
			return nil, fmt.Errorf("copy %s: %w", t.table, err)
		}
	}
	return secret, nil
}

// copyTable gives the twins the rows of a table.
func copyTable(db *sql.DB, table, owner string, secret []string) error {
	rows, err := db.Query(`SELECT name FROM models.pragma_table_info(?) WHERE name NOT IN (?, 'id')`, table, owner)
	if err != nil {
		return err
	}
	defer rows.Close()
	into, from := owner, "t.id"
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		into, from = into+", "+name, from+", x."+name
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close() // there is one connection
	of := "x." + owner + " = t.model"
	switch table {
	case "latest":
		from = strings.Replace(from, "x.value", "x.value + t.start", 1)
	case "result":
		of += " AND x.indicator NOT IN ('" + strings.Join(secret, "', '") + "')"
	}
	_, err = db.Exec(`INSERT INTO main.` + table + ` (` + into + `) SELECT ` + from + ` FROM twin t CROSS JOIN models.` + table + ` x ON ` + of)
	return err
}

// sealedResults returns the indicators whose results are sealed for a family.
func sealedResults(db *sql.DB, family string) (all []string, err error) {
	rows, err := db.Query(`SELECT indicator, value, detail FROM models.result WHERE family = ?`, family)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, value, detail string
		if err := rows.Scan(&id, &value, &detail); err != nil {
			return nil, err
		}
		if (keyring.Sealed(value) || keyring.Sealed(detail)) && !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all, rows.Err()
}

package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

func init() {
	register(Property{
		IDs: []string{"S4"}, Says: "changes of the journal, of its export, and of what it tells of, found",
		Full: 1_000, Apart: true, Run: tampered,
	})
}

// audited are the columns that the journal commits to, by table; entry tells which rows it
// has entered. Of "journal" itself every row counts.
var audited = map[string][]string{
	"access":  {"at", "audience", "subject", "family", "purpose", "view"},
	"consent": {"at", "purpose", "recipient", "category", "granularity", "data_from", "expires_at", "notice", "medium"},
	"journal": {"kind", "leaf"},
}

// tampered changes one thing at a time where somebody may who has the files, and has
// Foyer verify them.
func tampered(t *Trial) {
	d := t.sit()
	client := d.machine(1)
	for i := range 50 {
		_, _, err := d.ask(client, "/api/v1/families/"+d.families[i%homes].id)
		t.must(err, "read a family")
	}
	path := filepath.Join(d.data, "records.db")
	if !t.within(3*time.Minute, 100*time.Millisecond, func() bool { return d.entered(path) > 0 }) {
		t.Fatal("nobody's reads are entered into the journal, which is done every minute")
	}
	d.say("withdraw", d.families[0])
	d.stop()
	export := filepath.Join(t.TempDir(), "journal.jsonl")
	t.command("audit", "export", export, "--config", d.config)
	checkpoint := filepath.Join(t.TempDir(), "checkpoint")
	t.must(os.WriteFile(checkpoint, []byte(t.command("audit", "checkpoint", "--config", d.config)+"\n"), 0o600), "keep a checkpoint")
	good, err := os.ReadFile(export) //nolint:gosec // the harness names its own files
	t.must(err, "read the export")
	if code := t.verify("--config", d.config); code != 0 {
		t.Fatalf("what nobody changed is verified with %d", code)
	}
	missed := int64(0)
	for n := range t.Cycles {
		var code int
		if n%2 == 0 {
			t.must(os.WriteFile(export, t.mutate(good), 0o600), "change the export") //nolint:gosec // the harness names its own files
			code = t.verify(export, "--config", d.config, "--since", checkpoint)
		} else {
			code = d.tamper(path)
		}
		if code != exitCheck {
			missed++
			t.Errorf("change %d is verified with %d", n, code)
		}
	}
	t.report.Count("S4", "changes of the journal and of what it tells of that are not found", int64(t.Cycles), missed)
	if code := t.verify("--config", d.config); code != 0 {
		t.Errorf("what was put back is verified with %d", code)
	}
}

// entered returns how many reads the journal has entered.
func (d *Desk) entered(path string) (n int) {
	d.t.must(with(path, func(db *sql.DB) error {
		return db.QueryRowContext(d.t.Context, `SELECT COUNT(*) FROM access WHERE entry IS NOT NULL`).Scan(&n)
	}), "look at the journal")
	return n
}

// verify runs foyer audit verify and returns its exit code.
func (t *Trial) verify(args ...string) int {
	cmd := exec.CommandContext(t.Context, t.binary, append([]string{"audit", "verify"}, args...)...) //nolint:gosec // the foyer under trial
	out, err := cmd.CombinedOutput()
	exit := (*exec.ExitError)(nil)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		return exit.ExitCode()
	}
	t.Fatalf("foyer audit verify: %v: %s", err, out)
	return 0
}

// mutate returns an export with a bit, a line or its end changed.
func (t *Trial) mutate(good []byte) []byte {
	lines := bytes.SplitAfter(bytes.Clone(good), []byte("\n"))
	lines = lines[:len(lines)-1] // nothing follows the last
	i := t.Luck.IntN(len(lines) - 1)
	switch t.Luck.IntN(5) {
	case 0:
		lines[i][t.Luck.IntN(len(lines[i])-1)] ^= 1 << t.Luck.IntN(8)
	case 1:
		lines = slices.Delete(lines, i, i+1)
	case 2:
		lines[i], lines[i+1] = lines[i+1], lines[i]
	case 3:
		lines = slices.Insert(lines, i, lines[i])
	case 4:
		return good[:t.Luck.IntN(len(good)-1)]
	}
	return bytes.Join(lines, nil)
}

// tamper changes one row or moves it away, verifies, and puts it back.
func (d *Desk) tamper(path string) (code int) {
	t := d.t
	tables := []string{"access", "consent", "journal"}
	table := tables[t.Luck.IntN(len(tables))]
	column := audited[table][t.Luck.IntN(len(audited[table]))]
	entered := "entry IS NOT NULL"
	if table == "journal" {
		entered = "1 = 1"
	}
	pick := fmt.Sprintf(`SELECT id, %s FROM %s WHERE %s ORDER BY id LIMIT 1 OFFSET $1 %% (SELECT COUNT(*) FROM %[2]s WHERE %[3]s)`, column, table, entered)
	change := fmt.Sprintf(`UPDATE %s SET %s = CASE typeof(%[2]s) WHEN 'integer' THEN %[2]s + 1 WHEN 'blob' THEN CAST(%[2]s || ' ' AS BLOB) ELSE %[2]s || ' ' END WHERE id = $1`, table, column)
	back := fmt.Sprintf(`UPDATE %s SET %s = $2 WHERE id = $1`, table, column)
	if t.Luck.IntN(4) == 0 { // below 0, where no row is; ids of the journal begin at 0
		column, change = "id", fmt.Sprintf(`UPDATE %s SET id = -1 - id WHERE id = $1`, table)
		back = fmt.Sprintf(`UPDATE %s SET id = $1 WHERE id = -1 - $1 AND $2 IS NOT NULL`, table)
	}
	ctx := context.WithoutCancel(t.Context)
	var id int64
	var was any
	t.must(with(path, func(db *sql.DB) error {
		if err := db.QueryRowContext(ctx, pick, t.Luck.Int64()).Scan(&id, &was); err != nil {
			return err
		}
		_, err := db.ExecContext(ctx, change, id)
		return err
	}), "change "+table+"."+column)
	code = t.verify("--config", d.config)
	if code != exitCheck {
		t.Logf("%s.%s of row %d was changed", table, column, id)
	}
	t.must(with(path, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, back, id, was)
		return err
	}), "put "+table+"."+column+" back")
	return code
}

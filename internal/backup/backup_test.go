package backup

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/internal/testserver"
)

// fill makes an SQLite file with one row and returns its path.
func fill(t *testing.T, word string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "it's a file.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := openSQLite(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range []string{`PRAGMA journal_mode = WAL`, `CREATE TABLE word (w TEXT)`, `INSERT INTO word VALUES ('` + word + `')`} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func word(t *testing.T, path string) (w string) {
	t.Helper()
	db, err := openSQLite(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(`SELECT w FROM word`).Scan(&w); err != nil {
		t.Fatal(err)
	}
	return w
}

// written makes a backup of two files.
func written(t *testing.T) (folder string, m Manifest) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "b")
	w, err := Create(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{Spool, Records} {
		if err := w.SQLite(t.Context(), name, fill(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	m, err = w.Finish(Manifest{Pilot: "town", Ring: "0011", Checkpoint: "foyer/town\n1\n", At: time.Unix(1_800_000_000, 0).UTC()})
	if err != nil {
		t.Fatal(err)
	}
	return folder, m
}

func TestOneFlippedBitIsNamed(t *testing.T) {
	folder, m := written(t)
	if got, err := Verify(folder); err != nil || len(got.Files) != 2 || got.Ring != m.Ring || got.At != m.At {
		t.Fatalf("%+v, %v", got, err)
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 4 {
		t.Fatal(len(files), err)
	}
	for _, f := range files {
		path := filepath.Join(folder, f.Name())
		if info, err := f.Info(); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", f.Name(), info.Mode(), err)
		}
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name, step := strings.TrimSuffix(f.Name(), ".sha256"), max(1, len(whole)/100)
		for i := 0; i < len(whole); i += step {
			b := slices.Clone(whole)
			b[i] ^= 1 << (i % 8)
			check(t, folder, name, path, b)
		}
		check(t, folder, name, path, whole[:len(whole)-1])
		check(t, folder, name, path, append(slices.Clone(whole), 0))
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(folder); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", f.Name(), err)
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Verify(folder); err != nil {
		t.Errorf("whole again: %v", err)
	}
}

func check(t *testing.T, folder, name, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(folder); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), name) {
		t.Errorf("%s: %v", filepath.Base(path), err)
	}
}

func TestABackupIsWholeOrNotThere(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "b")
	if err := os.Mkdir(folder, 0o755); err != nil { // empty
		t.Fatal(err)
	}
	w, err := Create(folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(folder); err == nil || !strings.Contains(err.Error(), "b.part") {
		t.Errorf("two at once: %v", err)
	}
	if err := w.SQLite(t.Context(), Spool, filepath.Join(t.TempDir(), "none.db")); err == nil {
		t.Error("copied a file that is not there")
	}
	if err := w.Discard(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder + ".part"); !os.IsNotExist(err) {
		t.Errorf("something is left: %v", err)
	}
	if _, err := Verify(folder); err == nil || !strings.Contains(err.Error(), "is no backup") {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "letter"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(folder); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("into a folder with a letter: %v", err)
	}
}

func TestWhatLayThereIsMovedAsideAndBack(t *testing.T) {
	folder, m := written(t)
	data := t.TempDir()
	targets := []Target{{Spool, fill(t, "old spool")}, {Readings, fill(t, "old readings")}, {Records, filepath.Join(data, "new", "records.db")}}
	if err := Occupied(targets); !errors.Is(err, ErrOccupied) || !strings.Contains(err.Error(), targets[0].Path) {
		t.Errorf("%v", err)
	}
	if err := Occupied(targets[2:]); err != nil {
		t.Errorf("%v", err)
	}
	// A log without its file would be played into the restored one.
	log := filepath.Join(data, "alone.db")
	if err := os.WriteFile(log+"-wal", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Occupied([]Target{{Records, log}}); !errors.Is(err, ErrOccupied) {
		t.Errorf("a log alone: %v", err)
	}

	held, err := openSQLite(targets[1].Path)
	if err != nil {
		t.Fatal(err)
	}
	if err := held.QueryRow(`SELECT w FROM word`).Scan(new(string)); err != nil {
		t.Fatal(err)
	}
	if _, err := Place(t.Context(), folder, m, targets, ".old"); !errors.Is(err, ErrInUse) {
		t.Errorf("while a process has a file open: %v", err)
	}
	if w := word(t, targets[0].Path); w != "old spool" {
		t.Error(w)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}

	// One that cannot be moved aside takes everything back.
	block := targets[1].Path + ".old"
	if err := os.WriteFile(block, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Place(t.Context(), folder, m, targets, ".old"); !errors.Is(err, os.ErrExist) {
		t.Errorf("%v", err)
	}
	if a, b := word(t, targets[0].Path), word(t, targets[1].Path); a != "old spool" || b != "old readings" {
		t.Error(a, b)
	}
	if err := os.Remove(block); err != nil {
		t.Fatal(err)
	}

	p, err := Place(t.Context(), folder, m, targets, ".old")
	if err != nil {
		t.Fatal(err)
	}
	if a, b, c := word(t, targets[0].Path), word(t, targets[2].Path), word(t, targets[1].Path+".old"); a != Spool || b != Records || c != "old readings" {
		t.Error(a, b, c)
	}
	if _, err := os.Stat(targets[1].Path); !os.IsNotExist(err) || len(p.Aside) != 2 {
		t.Errorf("readings that the backup does not have: %v, %v", err, p.Aside)
	}
	if err := p.Write(filepath.Join(data, "checkpoint"), "c"); err != nil {
		t.Fatal(err)
	}
	if err := p.Undo(); err != nil {
		t.Fatal(err)
	}
	if a, b := word(t, targets[0].Path), word(t, targets[1].Path); a != "old spool" || b != "old readings" {
		t.Error(a, b)
	}
	left, err := filepath.Glob(filepath.Join(data, "*", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestPasswordsAreInNoArgument(t *testing.T) {
	for _, url := range []string{
		"postgres://foyer:s3cr%2Ft@db.example:5433/town?sslmode=require",
		"postgres://foyer@db.example:5433/town?password=s3cr%2Ft&default_query_exec_mode=exec",
	} {
		cmd, err := command(t.Context(), "pg_dump", url, "--file=x")
		if err != nil {
			t.Fatal(err)
		}
		if args := strings.Join(cmd.Args, " "); strings.Contains(args, "s3cr") || strings.Contains(args, "town") {
			t.Errorf("arguments %s", args)
		}
		for _, want := range []string{"PGPASSWORD=s3cr/t", "PGHOST=db.example", "PGPORT=5433", "PGUSER=foyer", "PGDATABASE=town"} {
			if !slices.Contains(cmd.Env, want) {
				t.Errorf("%s is not in the environment", want)
			}
		}
	}
}

func TestPostgresRefusesToBeFilledTwice(t *testing.T) {
	url := testserver.Postgres(t)
	testserver.Need(t, "pg_dump", "On Debian: apt-get install postgresql-client, or make servers.")
	if err := EmptyPostgres(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	cmd, err := command(t.Context(), "psql", url, "--command=CREATE TABLE word (w TEXT)")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := EmptyPostgres(t.Context(), url); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("%v", err)
	}
	t.Setenv("PATH", t.TempDir())
	err = run(t.Context(), "pg_dump", url)
	if !errors.Is(err, exec.ErrNotFound) || !strings.Contains(err.Error(), "Install PostgreSQL") {
		t.Errorf("%v", err)
	}
}

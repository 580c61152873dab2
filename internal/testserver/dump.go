package testserver

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
)

// Content returns what is in a file of a backup: the statements that a dump of PostgreSQL
// in its own, compressed, format restores, and any other file as it is.
func Content(t TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b, []byte("PGDMP")) {
		return string(b)
	}
	restore := Need(t, "pg_restore", "On Debian: apt-get install postgresql-client, or make servers.")
	var said strings.Builder
	cmd := exec.Command(restore, "--file=-", path)
	cmd.Stderr = &said
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("pg_restore %s: %v: %s", path, err, said.String())
	}
	return string(text)
}

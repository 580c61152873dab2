package records

import (
	"path/filepath"
	"testing"
)

func TestSchemaOpensTwice(t *testing.T) {
	url := "sqlite://" + filepath.Join(t.TempDir(), "records.db")
	for range 2 {
		db, err := Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		var now int64
		if err := db.read.QueryRow("SELECT now FROM wall").Scan(&now); err != nil || now < 1e12 {
			t.Fatalf("wall clock %d: %v", now, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

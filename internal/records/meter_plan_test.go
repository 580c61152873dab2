package records

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestAFamilysMetersAreFoundWithoutReadingAllOthers asks SQLite how it would find them.
func TestAFamilysMetersAreFoundWithoutReadingAllOthers(t *testing.T) {
	db := open(t, "sqlite://"+filepath.Join(t.TempDir(), "records.db"))
	for _, query := range []string{
		selectMeter + ` WHERE ($1 = '' OR m.state = $1) AND a.family = $2 ORDER BY m.first_seen, m.id`,
		selectAliases + db.values(1, 2),
		selectLatest + db.values(1, 2),
	} {
		steps := planOf(t, db, query, "", "f")
		if len(steps) == 0 {
			t.Errorf("no plan of %s", query)
		}
		for _, step := range steps {
			for _, table := range []string{"m", "a", "meter_alias", "latest"} {
				if step == "SCAN "+table || strings.HasPrefix(step, "SCAN "+table+" ") {
					t.Errorf("%s\n%s", step, query)
				}
			}
		}
	}
}

// planOf returns the steps of SQLite's plan of a query.
func planOf(t *testing.T, db *DB, query string, args ...any) []string {
	t.Helper()
	rows, err := db.read.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

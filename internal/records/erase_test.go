package records

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryTableOfAFamilyIsErased looks at the schema: whoever adds a table with rows of
// a family or of a meter says how they go.
func TestEveryTableOfAFamilyIsErased(t *testing.T) {
	db := open(t, "sqlite://"+filepath.Join(t.TempDir(), "records.db"))
	rows, err := db.read.Query(`SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.name IN ('family', 'meter') ORDER BY 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	// These Erase removes by statements of their own; a contract names its meter and is its family's.
	erased := []string{"attachment family", "consent family", "access family", "alert family", "journal_salt family", "contract meter"}
	for _, r := range familyRows {
		table, _, _ := strings.Cut(r, " ")
		erased = append(erased, strings.Trim(table, `"`)+" family")
	}
	for _, table := range meterRows {
		erased = append(erased, table+" meter")
	}
	n := 0
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		if n++; !slices.Contains(erased, table+" "+column) {
			t.Errorf("nothing says how rows of %s go by their %s", table, column)
		}
	}
	if err := rows.Err(); err != nil || n < 25 {
		t.Errorf("%d columns, %v", n, err)
	}
}

package records

import (
	"os"
	"path/filepath"
	"regexp"
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

// TestEveryTableStandsOnTheSecurityPage asks the page that says how everything is kept
// for every table there is, by its name or by the beginning of it and "*".
func TestEveryTableStandsOnTheSecurityPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/explanation/security.md")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, m := range regexp.MustCompile("`([a-z_]+)(\\*?)[.`]").FindAllStringSubmatch(string(page), -1) {
		told = append(told, m[1]+m[2])
	}
	db := open(t, "sqlite://"+filepath.Join(t.TempDir(), "records.db"))
	tables := texts(t, db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%'`)
	for _, table := range tables {
		if !slices.ContainsFunc(told, func(name string) bool {
			begin, many := strings.CutSuffix(name, "*")
			return name == table || many && strings.HasPrefix(table, begin)
		}) {
			t.Errorf("docs/explanation/security.md does not say how %s is kept", table)
		}
	}
	if len(tables) < 40 {
		t.Errorf("%d tables", len(tables))
	}
}

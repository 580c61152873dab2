package records

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestGrantsAreFoundByTheirFamily asks SQLite how it would find what a family agrees to: for
// its meters, for how they speak, for the registry, and for each view that tells of a family.
func TestGrantsAreFoundByTheirFamily(t *testing.T) {
	db := open(t, "sqlite://"+filepath.Join(t.TempDir(), "records.db"))
	asked := map[string][]any{
		selectMeter + ` WHERE m.id IN ` + db.values(1, 2): {"m1", "m2"},
		selectMeter + ` WHERE a.family = $1`:              {"f"},
		selectPulse:                                       {},
		selectScope:                                       {"f"},
		selectHolding:                                     {"f", 1},
		`DELETE FROM "grant" WHERE family = $1`:           {"f"},
	}
	views := list(t, db, 10, `SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c
		WHERE m.type = 'view' AND c.name IN ('purpose', 'recipient', 'family') GROUP BY m.name HAVING COUNT(*) = 3 ORDER BY m.name`)
	for _, view := range views {
		asked[`SELECT * FROM `+view+` WHERE purpose = $1 AND recipient = $2 AND family = $3`] = []any{"p", "r", "f"}
	}
	looked := 0
	for query, args := range asked {
		found := 0
		for _, step := range planOf(t, db, query, args...) {
			table, _, _ := strings.Cut(strings.TrimPrefix(step, "SEARCH "), " ")
			if table == "grant" || table == "g" {
				found = 1
			}
			if strings.HasPrefix(step, "SCAN grant") || strings.HasPrefix(step, "SCAN g ") || strings.HasPrefix(step, "BLOOM FILTER ON g") {
				t.Errorf("%s\n%s", step, query)
			}
		}
		looked += found
	}
	if looked < len(asked)-1 { // v_consent tells of what was said, granted or not
		t.Errorf("of %d queries %d look at grants", len(asked), looked)
	}
}

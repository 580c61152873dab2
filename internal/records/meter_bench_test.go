package records

import (
	"fmt"
	"path/filepath"
	"testing"

	"foyer/internal/energy"
)

// BenchmarkMeters looks at meters in a region of 6,000 homes that agree to five things each
// and have a meter each: at one, at those of a family, at a thousand as an ingester does
// every two seconds, and at how all of them speak.
func BenchmarkMeters(b *testing.B) {
	ctx := b.Context()
	db, err := Open(ctx, "sqlite://"+filepath.Join(b.TempDir(), "records.db"), ring)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for _, query := range region {
		if _, err := db.write.ExecContext(ctx, query); err != nil {
			b.Fatal(err)
		}
	}
	some := make([]energy.MeterID, 1000)
	for i := range some {
		some[i] = energy.MeterID(fmt.Sprint("m", 5*i+1))
	}
	for name, look := range map[string]func() (int, error){
		"one": func() (int, error) {
			_, known, err := db.Meter(ctx, "m4711")
			return map[bool]int{true: 1}[known], err
		},
		"family": func() (int, error) { all, err := db.Meters(ctx, "f4711", ""); return len(all), err },
		"thousand": func() (int, error) {
			all, err := db.MetersByID(ctx, some)
			return len(all), err
		},
		"pulses": func() (int, error) { all, err := db.pulses(ctx, ""); return len(all), err },
	} {
		want := map[string]int{"one": 1, "family": 1, "thousand": 1000, "pulses": 6000}[name]
		b.Run(name, func(b *testing.B) {
			began := cpu(b)
			for b.Loop() {
				if n, err := look(); err != nil || n != want {
					b.Fatalf("%d meters: %v", n, err)
				}
			}
			b.ReportMetric(float64(cpu(b)-began)/float64(b.N), "cpu-ns/op")
		})
	}
}

// region has 6,000 families, f1 to f6000, with the meters m1 to m6000.
var region = []string{
	`INSERT INTO pilot (id, name, zone) VALUES ('p', 'P', 'Europe/Paris')`,
	`CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) SELECT i FROM n`,
	`INSERT INTO family (id, pilot, label, label_index, since) SELECT 'f' || i, 'p', i, i, 1 FROM n`,
	`INSERT INTO meter (id, gateway, state, role, first_seen) SELECT 'm' || i, 'g' || i, 'claimed', 'electricity', 1 FROM n`,
	`INSERT INTO attachment (meter, family, from_at) SELECT 'm' || i, 'f' || i, 1 FROM n`,
	`INSERT INTO "grant" (family, purpose, recipient, category, granularity, data_from, data_to, valid_from, valid_to, consent)
		SELECT 'f' || i, p.purpose, p.recipient, p.category, 3, 0, 253402300800000, 1, 253402300800000, 5 * i + p.k
		FROM n CROSS JOIN (SELECT 0 AS k, 'family_view' AS purpose, 'family' AS recipient, 'consumption' AS category
			UNION ALL SELECT 1, 'family_view', 'family', 'cost'
			UNION ALL SELECT 2, 'cooperative_summary', 'cooperative', 'cost'
			UNION ALL SELECT 3, 'alert', 'cooperative', 'indoor_climate'
			UNION ALL SELECT 4, 'survey', 'cooperative', 'survey') p`,
}

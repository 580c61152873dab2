package records

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"foyer/internal/household"
	"foyer/internal/journal"
)

// BenchmarkJournal has b.N things that families said told by the journal, 1,000 of a
// family in one transaction, holds all of it against the records, exports it, and checks
// the export. What it measures are seconds for all of them, by the clock and of the
// processor; alone-ms is what one entry takes in a transaction of its own.
func BenchmarkJournal(b *testing.B) {
	ctx := b.Context()
	folder := b.TempDir()
	db, err := Open(ctx, "sqlite://"+filepath.Join(folder, "records.db"), ring)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	key, err := journal.OpenKey(ctx, db, filepath.Join(folder, "journal.key"), "foyer/p")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := db.AddPilot(ctx, household.Pilot{ID: "p", Zone: "Europe/Paris"}); err != nil {
		b.Fatal(err)
	}
	for n := 0; n < b.N; n += 1000 {
		f := household.Family{ID: household.FamilyID(fmt.Sprint("f", n)), Pilot: "p", Label: fmt.Sprint("Foyer ", n)}
		if _, err := db.AddFamilies(ctx, []household.File{{Family: f}}); err != nil {
			b.Fatal(err)
		}
	}
	phase := func(name string, do func() error) {
		began, worked := time.Now(), cpu(b)
		if err := do(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), name+"-s")
		b.ReportMetric((cpu(b) - worked).Seconds(), name+"-cpu-s")
	}
	b.ResetTimer()
	phase("write", func() error { return tellMany(db, b) })
	signed := ""
	phase("verify", func() error {
		report, _, err := db.Audit(ctx, journal.NewCheck(key.Public()), nil)
		if err == nil && report.Kinds[journal.Consent] != int64(b.N) {
			b.Fatalf("%d entries of %d", report.Kinds[journal.Consent], b.N)
		}
		if err == nil {
			signed, err = key.Sign(report.Entries, report.Root)
		}
		return err
	})
	file := filepath.Join(folder, "journal.jsonl")
	phase("export", func() error { return exportTo(b, db, file, key.Public(), signed) })
	phase("offline", func() error {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		_, _, err = journal.VerifyExport(f, journal.ExportCheck{Key: key.Public()})
		return errors.Join(err, f.Close())
	})
	const alone = 1000
	began := time.Now()
	for range alone {
		if _, err := db.Append(ctx, journal.Release, map[string]string{"digest": "x"}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(time.Since(began).Milliseconds())/alone, "alone-ms")
}

// cpu returns how long this process has worked.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// tellMany writes b.N things that families said, and has each told.
func tellMany(db *DB, b *testing.B) error {
	for done := 0; done < b.N; done += 1000 {
		tx, err := db.write.Begin()
		if err != nil {
			return err
		}
		_, err = tx.Exec(`WITH RECURSIVE n (i) AS (SELECT CAST($1 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2)
			INSERT INTO consent (family, act, verb, at, state, purpose, recipient, category, granularity, data_from, data_to, expires_at,
				notice, hash, language, medium, witness)
			SELECT 'f' || $1, 'c' || i, 'give', 1780000000000 + i, 'given', 'cooperative_summary', 'cooperative', 'consumption', 2, 0, 253402300800000,
				1811536000000, '2026-11-26', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', 'fr', 'screen', '' FROM n`,
			done, min(done+1000, b.N))
		if err == nil {
			err = db.tellConsents(b.Context(), tx, household.FamilyID(fmt.Sprint("f", done)))
		}
		if err == nil {
			err = tx.Commit()
		} else {
			err = errors.Join(err, tx.Rollback())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func exportTo(b *testing.B, db *DB, file, public, signed string) error {
	c, err := journal.ParseCheckpoint(signed)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	x, err := journal.NewExporter(&out, public)
	if err != nil {
		return err
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	err = db.Leaves(b.Context(), 0, c.Size, func(leaf []byte) error {
		if out.Len() > 1<<16 {
			if _, err := out.WriteTo(f); err != nil {
				return err
			}
		}
		return x.Entry(leaf)
	})
	err = errors.Join(err, x.End(signed))
	_, wrong := io.Copy(f, &out)
	return errors.Join(err, wrong, f.Close())
}

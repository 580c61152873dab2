package tariff

import (
	"io/fs"
	"strings"
	"testing"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// FuzzParse reads any text as a file of tariffs. What it takes can be held against the
// book that comes with Foyer, and priced, without a panic.
func FuzzParse(f *testing.F) {
	err := fs.WalkDir(shipped, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(shipped, name)
		if err == nil {
			f.Add(text)
		}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("kind: taxes\nid: x\nversions: []\n"))
	f.Add([]byte("id: x\nperiods: [base]\nversions: [{from: 2026-02-30}]\n"))
	days := []energy.Day{day(f, "2024-02-29"), day(f, "2026-10-25"), day(f, "2026-12-31")}
	f.Fuzz(func(t *testing.T, text []byte) {
		one, err := Parse("fuzzed.yaml", text)
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("refused without a word")
			}
			return
		}
		book := shelf(t).With(one)
		if book.Check() != nil {
			return
		}
		for id, read := range one.tariffs {
			for _, d := range days {
				var uses []Use
				for _, period := range read.Periods {
					uses = append(uses, Use{Day: d, Period: period, Energy: 10_000_000})
				}
				c := household.Contract{Family: "f", Tariff: id, PowerKVA: 6, From: d}
				_, _ = book.Bill([]household.Contract{c}, d, d.Add(1), uses)
				_, _ = book.Cost(c, d, uses)
			}
		}
	})
}

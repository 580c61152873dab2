package export

import (
	"encoding/csv"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"foyer/internal/household"
)

var update = flag.Bool("update", false, "write the reference page")

func TestTheReferencePageIsThatOfTheTables(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "reference", "export.md")
	if *update {
		if err := os.WriteFile(path, []byte(Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != Page() {
		t.Errorf("%s differs from the tables (%v): run go generate ./internal/export", path, err)
	}
}

// prefixes are what starts a formula in one spreadsheet or another, or hides that one
// starts: threat T19.
var prefixes = []string{
	"=", "+", "-", "@", "\t=", "\r=", "\n=", "\r\n=", "\x00=", " =", "  +", "\u00a0=", "\u202f-", "\u3000=", "\u2003@", "\ufeff=", "\u200b=", "\u200e=", "\u2060+", "\u00ad=",
	"＝", "＋", "－", "＠", "\t＝", " ＋", "|", "%", "\v=", "\f=", "\x1b=", "\x7f=", "\u0085=", "\u2028=", "\u2029=", "\"=", "'=", "\"\"=", " \t\r\n=", "\u202e=", "\xff=", "==", "=-", "-+", "--", "-=1;",
}

var formulas = []string{"1+1", "HYPERLINK(\"http://evil.example\",\"a\")", "cmd|' /C calc'!A0", "SUM(A1:A9)", "IMPORTXML(\"//x\")", "x\",\"=1+1", "x\r\n=1+1", "x;=1+1", "DDE(\"a\")"}

func TestNoCellIsAFormula(t *testing.T) {
	for _, p := range prefixes {
		for _, f := range formulas {
			line := Cell(p+f) + "," + Cell("next") + "\r\n"
			for _, comma := range []rune{',', ';', '\t'} { // whatever somebody's spreadsheet takes for it
				r := csv.NewReader(strings.NewReader(line))
				r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, comma != ',', -1
				rows, err := r.ReadAll()
				if err != nil || len(rows) != 1 || comma == ',' && len(rows[0]) != 2 {
					t.Fatalf("%q: %q: %v", p+f, rows, err)
				}
				if comma != ',' {
					continue
				}
				first := strings.TrimLeftFunc(rows[0][0], func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
				if first == "" || strings.ContainsAny(first[:1], "=+-@|%") || strings.HasPrefix(first, "＝") || strings.HasPrefix(first, "＋") || strings.HasPrefix(first, "－") || strings.HasPrefix(first, "＠") {
					t.Errorf("%q is executed: %q", p+f, rows[0][0])
				}
			}
			if strings.ContainsAny(strings.TrimSuffix(line, "\r\n"), "\t\r\n\x00\v\f\x1b") {
				t.Errorf("%q keeps a control character: %q", p+f, line)
			}
		}
	}
	if n := len(prefixes) * len(formulas); n < 400 {
		t.Errorf("%d cells", n)
	}
	for in, want := range map[string]string{
		"-12.50": `"-12.50"`, "42": `"42"`, "": `""`, "Foyer 07": `"Foyer 07"`, `a "b"`: `"a ""b"""`, "énergie": `"énergie"`, "-1e5": `"'-1e5"`, "-1-1": `"'-1-1"`, "l'eau": `"l'eau"`,
		"'quoted'": `"'quoted'"`,
	} {
		if got := Cell(in); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}

func FuzzCell(f *testing.F) {
	for _, p := range prefixes {
		f.Add(p + "1+1")
	}
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := csv.NewReader(strings.NewReader(Cell(s) + ",\"x\"\r\n")).ReadAll()
		if err != nil || len(rows) != 1 || len(rows[0]) != 2 {
			t.Fatalf("%q: %q %v", s, rows, err)
		}
		cell := rows[0][0]
		if strings.ContainsFunc(cell, unicode.IsControl) || cell != "" && strings.ContainsRune("=+@|%＝＋－＠", []rune(cell)[0]) || strings.HasPrefix(cell, "-") && !plain.MatchString(cell) {
			t.Errorf("%q is executed: %q", s, cell)
		}
	})
}

func TestACellIsWrittenAsItsKind(t *testing.T) {
	for _, c := range []struct {
		kind       household.CellKind
		in         any
		text, json string
	}{
		{household.Thousand, int64(7_100_000), "7100.000", `"7100.000"`},
		{household.Thousand, int64(-5), "-0.005", `"-0.005"`},
		{household.Euros, int64(1312), "13.12", `"13.12"`},
		{household.Euros, nil, "", "null"},
		{household.Integer, int64(3), "3", "3"},
		{household.Truth, int64(1), "true", "true"},
		{household.Instant, int64(0), "", "null"},
		{household.Instant, int64(253402300800000), "", "null"},
		{household.Instant, int64(1764147600123), "2025-11-26T09:00:00.123Z", `"2025-11-26T09:00:00.123Z"`},
		{household.Word, "", "", `""`},
		{household.Exact, "", "", "null"},
		{household.Document, `{"a":1}`, `{"a":1}`, `{"a":1}`},
		{household.Document, `{"a":`, `{"a":`, `"{\"a\":"`},
	} {
		text, err := cell(c.kind, c.in)
		if err != nil || text != c.text {
			t.Errorf("%s %v: %q, want %q (%v)", c.kind, c.in, text, c.text, err)
		}
		if got, err := value(c.kind, c.in); err != nil || string(got) != c.json {
			t.Errorf("%s %v: %s, want %s (%v)", c.kind, c.in, got, c.json, err)
		}
	}
	if _, err := cell(household.Euros, "a"); err == nil {
		t.Error("a text is an amount")
	}
}

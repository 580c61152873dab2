package tariff

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestGoldenBills holds the engine to bills that were computed by hand; each file
// of testdata/bills shows how.
func TestGoldenBills(t *testing.T) {
	files, err := filepath.Glob("testdata/bills/*.txtar")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d bills: %v", len(files), err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			s, want := golden(t, name)
			if got := printed(s); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			if Total(s.Lines) != s.Net || s.Net != s.Billed-s.Aided || s.Due != s.Net-s.Paid {
				t.Errorf("lines make %d: %+v", Total(s.Lines), s)
			}
		})
	}
}

// golden prices the case of a file and returns what it should be.
func golden(t *testing.T, name string) (Statement, string) {
	t.Helper()
	a, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	own, text, want := fstest.MapFS{}, "", ""
	for _, f := range a.Files {
		switch f.Name {
		case "case.json":
			text = string(f.Data)
		case "want":
			want = string(f.Data)
		default:
			own[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	b, err := Load(own)
	if err != nil {
		t.Fatal(err)
	}
	b = shelf(t).With(b)
	if err := b.Check(); err != nil {
		t.Fatal(err)
	}
	c, err := b.ReadCase(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.Price(c)
	if err != nil {
		t.Fatal(err)
	}
	return s, want
}

func printed(s Statement) string {
	var w strings.Builder
	for _, l := range s.Lines {
		w.WriteString(l.Label + " " + Euros(l.Cents))
		if l.Estimated {
			w.WriteString(" estimated")
		}
		w.WriteString("\n")
	}
	if s.Paid != 0 {
		w.WriteString("paid " + Euros(s.Paid) + "\n")
	}
	w.WriteString("due " + Euros(s.Due) + "\n")
	if s.AidLeft != 0 {
		w.WriteString("left " + Euros(s.AidLeft) + "\n")
	}
	for _, d := range s.Outside {
		w.WriteString("outside " + d.String() + "\n")
	}
	return w.String()
}

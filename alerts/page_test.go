package alerts

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"foyer/internal/text"
)

var update = flag.Bool("update", false, "write the reference page")

func TestTheReferencePageIsThatOfTheRegistry(t *testing.T) {
	path := filepath.Join("..", "docs", "reference", "alerts.md")
	if *update {
		if err := os.WriteFile(path, []byte(Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != Page() {
		t.Errorf("%s differs from the registry (%v): run go generate ./alerts", path, err)
	}
}

func TestEveryParameterSaysWhatItMeans(t *testing.T) {
	for _, k := range Kinds() {
		if table := parameters(k.Default()); strings.Contains(table, "|  |") || strings.Contains(table, "``") {
			t.Errorf("%s:\n%s", k.Name, table)
		}
	}
}

// TestEveryReasonHasWordsInEveryLanguage says each reason with numbers of the
// kind that the end of their name announces.
func TestEveryReasonHasWordsInEveryLanguage(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	example := map[string]string{"at": "1764036000000", "day": "2026-11-24"}
	for _, l := range texts.Languages() {
		for _, k := range Kinds() {
			for _, rule := range []string{k.Name, k.Incident} {
				if rule == "" {
					continue
				}
				if _, err := l.T("rule." + rule); err != nil {
					t.Errorf("%s: %v", l.Tag, err)
				}
			}
			for key, names := range k.Texts {
				args := map[string]string{}
				for _, name := range names {
					args[name] = "3"
					if value, ok := example[name[strings.LastIndex(name, "_")+1:]]; ok {
						args[name] = value
					}
				}
				if s, err := l.Reason(key, args, time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)); err != nil || s == "" {
					t.Errorf("%s: %v", l.Tag, err)
				}
			}
		}
	}
}

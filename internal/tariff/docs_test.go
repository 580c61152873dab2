package tariff

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var fenced = regexp.MustCompile("(?s)```(yaml|json)\n(.*?)```")

// TestTheReferenceReads holds the examples of docs/reference/tariffs.md to the
// readers they are for.
func TestTheReferenceReads(t *testing.T) {
	text, err := os.ReadFile("../../docs/reference/tariffs.md")
	if err != nil {
		t.Fatal(err)
	}
	b, read := shelf(t), 0
	for _, m := range fenced.FindAllStringSubmatch(string(text), -1) {
		read++
		if m[1] == "yaml" {
			one, err := Parse("tariffs.md", []byte(m[2]))
			if err != nil {
				t.Errorf("%s\n%v", m[2], err)
				continue
			}
			b = b.With(one)
		} else if _, err := b.ReadCase(strings.NewReader(m[2])); err != nil {
			t.Errorf("%s\n%v", m[2], err)
		}
	}
	if err := b.Check(); err != nil || read != 4 {
		t.Errorf("%d examples: %v", read, err)
	}
	for _, id := range b.IDs() {
		if id != "our-offer" && !strings.Contains(string(text), "`"+id+"`") {
			t.Errorf("%s ships and is not told", id)
		}
	}
}

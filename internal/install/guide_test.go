package install

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var heredoc = regexp.MustCompile(`(?s)answers\.yaml <<'EOF'\n(.*?\n)EOF\n`)

// TestTheAnswersOfTheGuideDo installs nothing: it reads the answers that the guide for
// Debian has one write, with secrets where the test may put them.
func TestTheAnswersOfTheGuideDo(t *testing.T) {
	etc := t.TempDir()
	for name, text := range map[string]string{"broker-password": "of the broker\n", "records-url": "postgres://foyer:x@127.0.0.1/foyer\n"} {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tag := range []string{"en", "fr"} {
		guide, err := os.ReadFile(filepath.Join("..", "..", "docs", tag, "how-to", "install-debian.md"))
		if err != nil {
			t.Fatal(err)
		}
		written := heredoc.FindSubmatch(guide)
		if written == nil {
			t.Fatalf("%s: no answers.yaml", tag)
		}
		file := filepath.Join(etc, "foyer.yaml")
		a, err := Read([]byte(strings.ReplaceAll(string(written[1]), "/etc/foyer", etc)), file)
		if err != nil {
			t.Fatalf("%s: %v", tag, err)
		}
		if _, err := a.Sheet(words(t, tag), file); err != nil {
			t.Errorf("%s: %v", tag, err)
		}
		// The folder is the unit's, and the rest of the guide speaks of these.
		if a.Config.Data != "/var/lib/foyer" || a.Config.Pilot.ID != "ma-ville" || a.First.Role != "lead" ||
			!strings.Contains(string(guide), "staff link "+a.First.Email+" --at "+a.At) {
			t.Errorf("%s: %+v", tag, a)
		}
	}
}

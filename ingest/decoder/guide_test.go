package decoder

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheGuidesShowTheExample(t *testing.T) {
	for _, language := range []string{"en", "fr"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", language, "how-to", "add-a-meter-family.md"))
		if err != nil || !strings.Contains(string(text), "```yaml\n"+example+"```\n") {
			t.Errorf("%s: the guide shows another template than the one that is tested (%v)", language, err)
		}
	}
}

package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// A claim of docs/explanation/security.md names the tests that attack it: "`api.TestX`".
var claimed = regexp.MustCompile("`([a-z/]+)[.](Test[A-Za-z0-9]+)`")

func TestEveryTestOfTheSecurityPageExists(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "explanation", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	all := claimed.FindAllSubmatch(page, -1)
	for _, c := range all {
		files, err := filepath.Glob(filepath.Join(root, string(c[1]), "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		test := regexp.MustCompile(`(?m)^func ` + string(c[2]) + `\(`)
		found := false
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			found = found || test.Match(text)
		}
		if !found {
			t.Errorf("docs/explanation/security.md names %s.%s, which there is not", c[1], c[2])
		}
	}
	if len(all) < 60 {
		t.Errorf("%d tests are named", len(all))
	}
	for n := 1; n <= 30; n++ { // every threat has its row, or stands among what is not covered
		if !regexp.MustCompile(`(?m)^(\| |- )T` + strconv.Itoa(n) + `\b`).Match(page) {
			t.Errorf("threat T%d is not in docs/explanation/security.md", n)
		}
	}
}

package arch

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	fenced  = regexp.MustCompile("(?ms)^```.*?^```$|`[^`\n]*`")
	leads   = regexp.MustCompile(`\]\(([^)\s]+)\)|src="([^"]+)"`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	begins  = regexp.MustCompile("^(#+ |```|\\||- |\\d+\\. |    )")
)

// pages returns the pages of the repository by their path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	root, found := filepath.Join("..", ".."), map[string]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && p != "." && strings.HasPrefix(e.Name(), "."):
			return fs.SkipDir
		case path.Ext(p) != ".md":
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p)))
		found[p] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// links returns where the links of a page lead, within the repository.
func links(page, text string) []string {
	var to []string
	for _, m := range leads.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		file, place, _ := strings.Cut(m[1]+m[2], "#")
		switch {
		case strings.Contains(file, ":"): // https://, mailto:
			continue
		case file == "":
			file = page
		default:
			file = path.Join(path.Dir(page), file)
		}
		if place != "" {
			file += "#" + place
		}
		to = append(to, file)
	}
	return to
}

// anchor is what a heading is called in a link, as GitHub has it.
func anchor(heading string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(heading) {
		switch {
		case c == ' ':
			b.WriteRune('-')
		case c == '-' || c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c):
			b.WriteRune(c)
		}
	}
	return b.String()
}

func TestLinksOfPagesLeadSomewhere(t *testing.T) {
	all, n := pages(t), 0
	for page, text := range all {
		for _, to := range links(page, text) {
			n++
			file, place, _ := strings.Cut(to, "#")
			if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(file))); err != nil {
				t.Errorf("%s leads to %s, which there is not", page, file)
			}
			if place != "" && !slices.ContainsFunc(heading.FindAllStringSubmatch(all[file], -1), func(h []string) bool { return anchor(h[1]) == place }) {
				t.Errorf("%s leads to %s, which has no heading of that name", page, to)
			}
		}
	}
	if n < 150 {
		t.Errorf("only %d links were found", n)
	}
}

// TestBothReadmesLeadToTheSame: who reads one language is told of as much as who reads the
// other, and of every how-to.
func TestBothReadmesLeadToTheSame(t *testing.T) {
	all := pages(t)
	english, french := links("README.md", all["README.md"]), links("README.fr.md", all["README.fr.md"])
	for page := range all {
		if strings.HasPrefix(page, "docs/en/") && !slices.Contains(english, page) || strings.HasPrefix(page, "docs/fr/") && !slices.Contains(french, page) {
			t.Errorf("no README leads to %s", page)
		}
	}
	for _, to := range english {
		other := strings.Replace(strings.Replace(to, "docs/en/", "docs/fr/", 1), "README.fr.md", "README.md", 1)
		if !slices.Contains(french, other) {
			t.Errorf("README.fr.md does not lead to %s, as README.md does", other)
		}
	}
	if len(english) != len(french) {
		t.Errorf("README.md has %d links, README.fr.md %d", len(english), len(french))
	}
}

// TestBothLanguagesHaveTheSameParts: a how-to has as many headings, commands, rows and items
// in one language as in the other, in the same order.
func TestBothLanguagesHaveTheSameParts(t *testing.T) {
	all, n := pages(t), 0
	for page, english := range all {
		if !strings.HasPrefix(page, "docs/en/") {
			continue
		}
		n++
		a, b := parts(english), parts(all[strings.Replace(page, "docs/en/", "docs/fr/", 1)])
		for i := range max(len(a), len(b)) {
			if i >= len(a) || i >= len(b) || a[i] != b[i] {
				t.Errorf("%s and the French page differ from part %d of %d and %d on", page, i+1, len(a), len(b))
				break
			}
		}
	}
	if n < 15 {
		t.Errorf("only %d pages were compared", n)
	}
}

// parts says of each line of a page that is not empty what it begins with, "text" for words.
func parts(page string) []string {
	var out []string
	for line := range strings.Lines(page) {
		begin := begins.FindString(line)
		switch {
		case strings.TrimSpace(line) == "":
			continue
		case begin == "":
			begin = "text"
		case strings.HasSuffix(begin, ". "):
			begin = "1. "
		}
		out = append(out, begin)
	}
	return out
}

package arch

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "foyer/"

func allowed(from, to string) (known, ok bool) {
	for _, a := range Arrows {
		if a.From != from {
			continue
		}
		for _, t := range a.To {
			if below, tree := strings.CutSuffix(t, "/..."); t == to || tree && (to == below || strings.HasPrefix(to, below+"/")) {
				return true, true
			}
		}
		return true, false
	}
	return false, false
}

// packages returns the non-test Go files of each package of the module.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	root := filepath.Join("..", "..")
	found := map[string][]string{}
	err := fs.WalkDir(os.DirFS(root), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && p != "." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata") {
			return fs.SkipDir
		}
		if strings.HasSuffix(p, ".go") && !strings.HasSuffix(p, "_test.go") {
			found[path.Dir(p)] = append(found[path.Dir(p)], filepath.Join(root, p))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestArrowsRunDown(t *testing.T) {
	for pkg, files := range packages(t) {
		for _, file := range files {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range f.Imports {
				name, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				to, own := strings.CutPrefix(name, module)
				if !own {
					if pkg == "internal/energy" && strings.Contains(name, ".") {
						t.Errorf("%s imports %s: internal/energy imports only the standard library", file, name)
					}
					continue
				}
				if known, ok := allowed(pkg, to); !known {
					t.Errorf("%s is not in arch.Arrows: say there what it may import", pkg)
				} else if !ok {
					t.Errorf("%s imports %s: no such arrow in arch.Arrows", file, to)
				}
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for pkg, files := range packages(t) {
		documented := false
		for _, file := range files {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			documented = documented || f.Doc != nil && strings.TrimSpace(f.Doc.Text()) != ""
		}
		if !documented {
			t.Errorf("package %s has no comment", pkg)
		}
	}
}

func TestEveryArrowStartsSomewhere(t *testing.T) {
	have := packages(t)
	for _, a := range Arrows {
		if _, ok := have[a.From]; !ok {
			t.Errorf("arch.Arrows names %s, which is not there", a.From)
		}
	}
}

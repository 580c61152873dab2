package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "foyer/"

// packages returns the files of each package of the module, tests aside and
// whatever system they are for.
func packages(t *testing.T) map[string][]*ast.File {
	t.Helper()
	root := filepath.Join("..", "..")
	found := map[string][]*ast.File{}
	err := fs.WalkDir(os.DirFS(root), ".", func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && p != "." && (strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "_") || e.Name() == "testdata"):
			return fs.SkipDir
		case !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, p), nil, parser.ParseComments|parser.ImportsOnly)
		found[path.Dir(p)] = append(found[path.Dir(p)], f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// imports returns what files import, each once, sorted.
func imports(t *testing.T, files []*ast.File) []string {
	t.Helper()
	var all []string
	for _, f := range files {
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// graph returns the packages of the module and what they import of it.
func graph(t *testing.T) map[string][]string {
	t.Helper()
	own := map[string][]string{}
	for pkg, files := range packages(t) {
		own[pkg] = nil
		for _, name := range imports(t, files) {
			if to, ok := strings.CutPrefix(name, module); ok {
				own[pkg] = append(own[pkg], to)
			}
		}
	}
	return own
}

// differences returns where imports and list are not the same.
func differences(imports map[string][]string, list []Arrow) (faults []string) {
	listed := map[string][]string{}
	for _, a := range list {
		if _, twice := listed[a.From]; twice {
			faults = append(faults, a.From+" stands twice in arch.Arrows")
		}
		listed[a.From] = a.To
		if _, ok := imports[a.From]; !ok {
			faults = append(faults, fmt.Sprintf("arch.Arrows names %s, which is not there", a.From))
			continue
		}
		for _, to := range a.To {
			if !slices.Contains(imports[a.From], to) {
				faults = append(faults, fmt.Sprintf("arch.Arrows lets %s import %s, which it does not: remove the arrow", a.From, to))
			}
		}
	}
	for pkg, all := range imports {
		if _, ok := listed[pkg]; !ok {
			faults = append(faults, pkg+" is not in arch.Arrows: say there what it may import")
			continue
		}
		for _, to := range all {
			if !slices.Contains(listed[pkg], to) {
				faults = append(faults, fmt.Sprintf("%s imports %s: no such arrow in arch.Arrows", pkg, to))
			}
		}
	}
	return faults
}

// broken returns the promises that imports do not keep, each with the way that
// leads from the package to what it never reaches.
func broken(imports map[string][]string, promises []Promise) (faults []string) {
	for _, p := range promises {
		for pkg := range imports {
			if !among(pkg, p.From) {
				continue
			}
			for to, way := range reach(imports, pkg) {
				if among(to, p.Never) {
					faults = append(faults, fmt.Sprintf("%s: %s", p.Says, way))
				}
			}
		}
	}
	return faults
}

// reach returns what a package imports directly or through others, with the way.
func reach(imports map[string][]string, from string) map[string]string {
	ways, next := map[string]string{}, []string{from}
	way := map[string]string{from: from}
	for len(next) > 0 {
		pkg := next[0]
		next = next[1:]
		for _, to := range imports[pkg] {
			if _, seen := way[to]; !seen {
				way[to] = way[pkg] + " -> " + to
				ways[to] = way[to]
				next = append(next, to)
			}
		}
	}
	return ways
}

func among(pkg string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		folder, tree := strings.CutSuffix(name, "/...")
		return pkg == folder || tree && strings.HasPrefix(pkg, folder+"/")
	})
}

func TestArrowsAreThoseOfTheList(t *testing.T) {
	for _, fault := range differences(graph(t), Arrows) {
		t.Error(fault)
	}
}

func TestPromisesAreKept(t *testing.T) {
	own := graph(t)
	for _, fault := range broken(own, Promises) {
		t.Error(fault)
	}
	// A promise about a package that is gone would hold for ever.
	for _, p := range Promises {
		for _, name := range slices.Concat(p.From, p.Never) {
			if !slices.ContainsFunc(Arrows, func(a Arrow) bool { return among(a.From, []string{name}) }) {
				t.Errorf("%q names %s, which is not there", p.Says, name)
			}
		}
	}
}

// TestEveryOtherArrowIsAFault draws each arrow that is not in the list, and
// rubs out each that is.
func TestEveryOtherArrowIsAFault(t *testing.T) {
	drawn := map[string][]string{}
	for _, a := range Arrows {
		drawn[a.From] = a.To
	}
	if faults := differences(drawn, Arrows); len(faults) > 0 {
		t.Fatal(faults)
	}
	for from, all := range drawn {
		for to := range drawn {
			changed := slices.Clone(all)
			if i := slices.Index(all, to); i >= 0 {
				changed = slices.Delete(changed, i, i+1)
			} else {
				changed = append(changed, to)
			}
			drawn[from] = changed
			if len(differences(drawn, Arrows)) != 1 {
				t.Errorf("%s -> %s is no fault", from, to)
			}
			drawn[from] = all
		}
	}
	drawn["internal/new"] = nil
	if len(differences(drawn, Arrows)) != 1 {
		t.Error("a package without an entry is no fault")
	}
}

// TestPromisesSeeLongWays allows an arrow at the bottom that would lead the
// ingest to people three packages further.
func TestPromisesSeeLongWays(t *testing.T) {
	drawn := map[string][]string{
		"ingest/spool": {"ingest"}, "ingest": {"ingest/decoder"}, "ingest/decoder": {"internal/text"},
		"internal/text": {"internal/household"}, "internal/household": nil,
	}
	var got []string
	for _, fault := range broken(drawn, Promises) {
		if strings.HasPrefix(fault, "ingest never learns who: ") {
			got = append(got, fault)
		}
	}
	slices.Sort(got)
	want := []string{
		"ingest never learns who: ingest -> ingest/decoder -> internal/text -> internal/household",
		"ingest never learns who: ingest/decoder -> internal/text -> internal/household",
		"ingest never learns who: ingest/spool -> ingest -> ingest/decoder -> internal/text -> internal/household",
	}
	if !slices.Equal(got, want) {
		t.Error(strings.Join(got, "\n"))
	}
}

func TestPlainPackagesNeedNothingOfOthers(t *testing.T) {
	all := packages(t)
	for _, pkg := range Plain {
		if len(all[pkg]) == 0 {
			t.Errorf("arch.Plain names %s, which is not there", pkg)
		}
		for _, name := range imports(t, all[pkg]) {
			if first, _, _ := strings.Cut(name, "/"); strings.Contains(first, ".") {
				t.Errorf("%s imports %s: it is to need the standard library alone", pkg, name)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for pkg, files := range packages(t) {
		says := "Package " + path.Base(pkg) + " "
		if files[0].Name.Name == "main" {
			says = "Command " + path.Base(pkg) + " "
		}
		var comments int
		for _, f := range files {
			if f.Doc == nil || ast.IsGenerated(f) {
				continue
			}
			comments++
			if !strings.HasPrefix(f.Doc.Text(), says) {
				t.Errorf("the comment of package %s does not begin with %q", pkg, says)
			}
		}
		if comments != 1 {
			t.Errorf("package %s has %d comments, and needs one", pkg, comments)
		}
	}
}

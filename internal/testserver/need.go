package testserver

import (
	"go/build"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Need returns the path of the first of the programs that is installed; names
// are separated by "|". It looks into $FOYER_TEST_BIN, PATH, Go's folders of
// installed programs and the folders Debian keeps servers in.
//
// Without one it ends the test: fatally under FOYER_TEST_ALL=1, else by a skip
// that carries hint, a sentence on what to install.
func Need(t TB, names, hint string) string {
	t.Helper()
	if path := Find(names); path != "" {
		return path
	}
	missing(t, names, hint)
	return ""
}

// missing ends a test that lacks a program.
func missing(t TB, what, hint string) {
	t.Helper()
	if os.Getenv("FOYER_TEST_ALL") == "1" {
		t.Fatalf("%s is not installed. %s", what, hint)
	}
	t.Skipf("%s is not installed, skipped. %s", what, hint)
}

// Find returns the path of a program as [Need] does, "" without one.
func Find(names string) string {
	for name := range strings.SplitSeq(names, "|") {
		for _, dir := range folders() {
			if path := filepath.Join(dir, name); runnable(path) {
				return path
			}
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// folders lists where programs may be beside PATH, the newest PostgreSQL first.
func folders() []string {
	dirs := filepath.SplitList(os.Getenv("FOYER_TEST_BIN"))
	if bin := os.Getenv("GOBIN"); bin != "" {
		dirs = append(dirs, bin)
	}
	for _, p := range filepath.SplitList(build.Default.GOPATH) {
		dirs = append(dirs, filepath.Join(p, "bin"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		dirs = append(dirs, filepath.Join(home, "go", "bin"))
	}
	dirs = append(dirs, "/usr/sbin", "/usr/local/sbin")
	postgres, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Sort(postgres)
	slices.Reverse(postgres)
	return append(dirs, postgres...)
}

func runnable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// Chromium returns the path of a Chromium. Started as root it needs the flag
// --no-sandbox.
func Chromium(t TB) string {
	t.Helper()
	return Need(t, "chromium|chromium-browser|google-chrome|chrome", "On Debian: apt-get install chromium, or make servers.")
}

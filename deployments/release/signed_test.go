package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"foyer/internal/testserver"
)

// A repository is one of git, in which releases are made.
type repository struct {
	t   *testing.T
	git string
	dir string
}

// newRepository makes one with the scripts of this folder in it, not committed yet.
func newRepository(t *testing.T) repository {
	t.Helper()
	r := repository{t, testserver.Need(t, "git", "On Debian: apt-get install git."), t.TempDir()}
	r.do("init", "-q")
	r.write("verify.sh", read(t, "verify.sh"))
	r.write("signed.sh", read(t, "signed.sh"))
	return r
}

func (r repository) write(name, text string) {
	r.t.Helper()
	folder := filepath.Join(r.dir, "deployments", "release")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r repository) do(args ...string) {
	r.t.Helper()
	cmd := exec.Command(r.git, append([]string{"-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"}, args...)...)
	cmd.Dir = r.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
}

// release commits a list of signers and tags it.
func (r repository) release(tag, list string) {
	r.t.Helper()
	r.write("signers", list)
	r.do("add", "-A")
	r.do("commit", "-q", "--allow-empty", "-m", tag)
	r.do("tag", tag)
}

// signed returns what the script says of the release that is checked out.
func (r repository) signed(folder string) string {
	r.t.Helper()
	cmd := exec.Command("sh", "deployments/release/signed.sh", folder)
	cmd.Dir = r.dir
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		r.t.Fatal(err)
	}
	return string(out)
}

func TestAReleaseIsSignedByTheListBefore(t *testing.T) {
	files, repo := newRelease(t), newRepository(t)
	ada, ben, stranger := files.line("ada", "ada"), files.line("ben", "ben"), files.line("cleo", "stranger")
	files.sign("ada", "stranger")
	repo.release("v1.0.0", ada+stranger)
	if got := repo.signed(files.dir); !strings.Contains(got, "signed by ada cleo") {
		t.Errorf("of the first, signed by its own list, it says: %s", got)
	}
	repo.release("v1.1.0", ada+ben)
	if got := repo.signed(files.dir); !strings.Contains(got, "signed by ada cleo") {
		t.Errorf("of the second, signed by the list before, it says: %s", got)
	}
	repo.release("v1.2.0", ada+ben)
	if got := repo.signed(files.dir); !strings.Contains(got, "1 of the two persons") {
		t.Errorf("of the third, signed by who was removed, it says: %s", got)
	}
}

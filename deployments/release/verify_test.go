// Package release holds the script that says whether files are a release to what it
// promises, with keys and files made for each test.
package release

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"foyer/internal/testserver"
)

// A release is a folder of files, and keys that sign its SHA256SUMS.
type release struct {
	t      *testing.T
	keygen string
	dir    string // of the files
	keys   string // of keys and of the list of signers
}

// newRelease makes files, SHA256SUMS over them, two listed persons, ada with two keys and
// ben with one, and the key of a stranger. Nobody has signed.
func newRelease(t *testing.T) release {
	t.Helper()
	r := release{t, testserver.Need(t, "ssh-keygen", "On Debian: apt-get install openssh-client, or make servers."), t.TempDir(), t.TempDir()}
	var sums strings.Builder
	for _, name := range []string{"RELEASE", "foyer-linux-amd64", "foyer-linux-arm64"} {
		text := "v1.2.0 of " + name
		r.write(name, text)
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256([]byte(text)), name)
	}
	r.write("SHA256SUMS", sums.String())
	var list strings.Builder
	for _, key := range []string{"ada", "ada-spare", "ben", "stranger"} {
		r.ssh("", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", filepath.Join(r.keys, key))
		if person, _, _ := strings.Cut(key, "-"); person != "stranger" {
			list.WriteString(r.line(person, key))
		}
	}
	r.list(list.String())
	return r
}

// line is one of the list of signers.
func (r release) line(person, key string) string {
	return person + ` namespaces="foyer-release" ` + read(r.t, filepath.Join(r.keys, key+".pub"))
}

func (r release) list(lines string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.keys, "signers"), []byte("# roles\n\n"+lines), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r release) write(name, text string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ssh runs ssh-keygen with in on its standard input, and returns what it prints.
func (r release) ssh(in string, args ...string) string {
	r.t.Helper()
	cmd := exec.Command(r.keygen, args...)
	cmd.Stdin = strings.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatalf("%v: %v", cmd, err)
	}
	return string(out)
}

// sign has each of keys sign what SHA256SUMS says now.
func (r release) sign(keys ...string) {
	r.t.Helper()
	for _, key := range keys {
		r.signFor("foyer-release", key)
	}
}

func (r release) signFor(purpose, key string) {
	r.t.Helper()
	sums := read(r.t, filepath.Join(r.dir, "SHA256SUMS"))
	r.write("SHA256SUMS."+key+".sig", r.ssh(sums, "-q", "-Y", "sign", "-n", purpose, "-f", filepath.Join(r.keys, key)))
}

// flip changes one bit in the middle of a file.
func (r release) flip(name string) {
	r.t.Helper()
	text := []byte(read(r.t, filepath.Join(r.dir, name)))
	text[len(text)/2] ^= 1
	r.write(name, string(text))
}

// verify returns what the script says with a list of signers, and how it ends.
func (r release) verify(signers string) (string, int) {
	r.t.Helper()
	cmd := exec.Command("./verify.sh", signers, r.dir)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		r.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func TestAReleaseTakesTwoPersonsAndEveryBit(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(release)
		says string
		code int
	}{
		{"two persons", func(r release) { r.sign("ada", "ben") }, "release v1.2.0 of RELEASE, signed by ada ben", 0},
		{"two persons and a key of the next list", func(r release) { r.sign("ada", "ben", "stranger") }, "signed by ada ben", 0},
		{"one of the programs alone was fetched", func(r release) {
			r.sign("ada", "ben")
			_ = os.Remove(filepath.Join(r.dir, "foyer-linux-arm64"))
		}, "signed by ada ben", 0},
		{"a bit of a program", func(r release) { r.sign("ada", "ben"); r.flip("foyer-linux-amd64") }, "foyer-linux-amd64: FAILED", 3},
		{"a bit of SHA256SUMS", func(r release) { r.sign("ada", "ben"); r.flip("SHA256SUMS") }, "by ada, is not a signature of this SHA256SUMS", 3},
		{"a bit of a signature", func(r release) { r.sign("ada", "ben"); r.flip("SHA256SUMS.ben.sig") }, "SHA256SUMS.ben.sig", 3},
		{"nobody", func(release) {}, "0 of the two persons", 3},
		{"one person", func(r release) { r.sign("ben") }, "1 of the two persons it takes have signed: ben", 3},
		{"one person, twice", func(r release) {
			r.sign("ada")
			r.write("SHA256SUMS.ben.sig", read(r.t, filepath.Join(r.dir, "SHA256SUMS.ada.sig")))
		}, "1 of the two persons it takes have signed: ada", 3},
		{"one person with two keys", func(r release) { r.sign("ada", "ada-spare") }, "1 of the two persons it takes have signed: ada", 3},
		{"one person and a stranger", func(r release) { r.sign("ben", "stranger") }, "SHA256SUMS.stranger.sig is not by a key of the list", 3},
		{"two persons, not the same", func(r release) {
			r.sign("ada")
			r.write("SHA256SUMS", strings.Repeat("0", 64)+"  RELEASE\n")
			r.sign("ben")
		}, "by ada, is not a signature of this SHA256SUMS", 3},
		{"signed as something else", func(r release) { r.sign("ada"); r.signFor("git", "ben") }, "by ben, is not a signature", 3},
		{"a file that nobody signed", func(r release) { r.sign("ada", "ben"); r.write("foyer-linux-armv7", "") }, "foyer-linux-armv7 is not in SHA256SUMS", 3},
		{"which version, is not said", func(r release) {
			r.sign("ada", "ben")
			_ = os.Remove(filepath.Join(r.dir, "RELEASE"))
		}, "RELEASE is missing", 3},
		{"one key for two persons", func(r release) {
			r.list(r.line("ada", "ada") + r.line("ben", "ada"))
			r.sign("ada")
			r.write("SHA256SUMS.ben.sig", read(r.t, filepath.Join(r.dir, "SHA256SUMS.ada.sig")))
		}, "1 of the two persons", 3},
		{"a key for whoever", func(r release) {
			r.list(strings.Replace(r.line("ada", "ada"), "ada", "ada,ben", 1))
			r.sign("ada", "ben")
		}, "line 3 of the list of signers", 3},
		{"a key that makes persons", func(r release) {
			r.list(strings.Replace(r.line("ada", "ada"), "namespaces", "cert-authority,namespaces", 1))
			r.sign("ada", "ben")
		}, "line 3 of the list of signers", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRelease(t)
			c.do(r)
			if out, code := r.verify(filepath.Join(r.keys, "signers")); code != c.code || !strings.Contains(out, c.says) {
				t.Errorf("it says, with %d:\n%s\nwant, with %d: %s", code, out, c.code, c.says)
			}
		})
	}
}

func TestAListThatCameWithTheFilesIsRefused(t *testing.T) {
	r := newRelease(t)
	r.sign("ada", "ben")
	r.write("signers", read(t, filepath.Join(r.keys, "signers")))
	if out, code := r.verify(filepath.Join(r.dir, "signers")); code != 3 || !strings.Contains(out, "came with the files") {
		t.Errorf("it says, with %d:\n%s", code, out)
	}
}

func TestTheListOfSignersReads(t *testing.T) {
	r := newRelease(t)
	r.sign("ada", "ben")
	if out, code := r.verify("signers"); code != 3 || !strings.Contains(out, "0 of the two persons") {
		t.Errorf("with the list of this folder it says of signatures of strangers, with %d:\n%s", code, out)
	}
}

package secret

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

const text = "hunter2"

func TestNothingPrintsASecret(t *testing.T) {
	v := New(text)
	asJSON, err := json.Marshal(struct{ V Value }{v})
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(struct{ V Value }{v})
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		asJSON = append(asJSON, fmt.Sprintf(form, v)...)
		asJSON = append(asJSON, fmt.Sprintf(form, struct{ V Value }{v})...)
	}
	for _, printed := range []string{string(asJSON), string(asYAML)} {
		if strings.Contains(printed, text) || strings.Contains(printed, fmt.Sprintf("%x", text)) {
			t.Errorf("printed: %s", printed)
		}
	}
	if v.Reveal() != text {
		t.Errorf("Reveal gives %q", v.Reveal())
	}
}

func TestSecretComesFromTheFirstLineOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("  "+text+" \nsecond\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var c struct{ Password Value }
	if err := yaml.Unmarshal([]byte("password: {file: "+path+"}"), &c); err != nil {
		t.Fatal(err)
	}
	if c.Password.Reveal() != text {
		t.Errorf("got %q, want %q", c.Password.Reveal(), text)
	}
	b, err := yaml.Marshal(c)
	if err != nil || !strings.Contains(string(b), path) {
		t.Errorf("written as %s (%v), want the name of the file", b, err)
	}
}

func TestSecretFilesThatCannotBe(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{empty, empty + "-absent"} {
		if _, err := FromFile(path); err == nil || !strings.Contains(err.Error(), filepath.Base(path)) {
			t.Errorf("%s: got %v, want an error that names the file", path, err)
		}
	}
	var c struct{ Password Value }
	if err := yaml.Unmarshal([]byte("password: [a, b]"), &c); err == nil {
		t.Error("a list is taken for a secret")
	}
}

// Package secret holds values that must not show in logs, errors or printed
// configuration. It knows nothing of where they are used.
package secret

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// A Value is a secret that comes from a file, or in a rehearsal from the
// configuration itself. Its zero value is no secret at all.
//
// In YAML it is a plain text, or `file: PATH` for the first line of a file.
type Value struct {
	text string
	file string
}

// New returns the secret text.
func New(text string) Value { return Value{text: text} }

// FromFile returns the secret that stands in the first line of a file, read at once.
func FromFile(path string) (Value, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return Value{}, fmt.Errorf("read secret: %w", err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	line = strings.TrimSpace(line)
	if line == "" {
		return Value{}, fmt.Errorf("read secret: %s is empty", path)
	}
	return Value{text: line, file: path}, nil
}

// Reveal returns the text. Call it where the secret is used, and nowhere else.
func (v Value) Reveal() string { return v.text }

// Empty reports whether there is no secret.
func (v Value) Empty() bool { return v.text == "" }

// String returns "<secret>", or "" for no secret, so that printing one shows nothing.
func (v Value) String() string {
	if v.Empty() {
		return ""
	}
	return "<secret>"
}

// GoString hides the text from %#v.
func (v Value) GoString() string { return v.String() }

// MarshalYAML writes where the secret is, never what it is.
func (v Value) MarshalYAML() (any, error) {
	if v.file != "" {
		return map[string]string{"file": v.file}, nil
	}
	return v.String(), nil
}

// UnmarshalYAML reads a plain text or `file: PATH`.
func (v *Value) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if err := unmarshal(&text); err == nil {
		v.text = text
		return nil
	}
	var from struct {
		File string `yaml:"file"`
	}
	if err := unmarshal(&from); err != nil || from.File == "" {
		return errors.New("a secret is a text or `file: PATH`")
	}
	got, err := FromFile(from.File)
	if err != nil {
		return err
	}
	*v = got
	return nil
}

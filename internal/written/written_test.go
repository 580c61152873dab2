package written

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

type home struct {
	Label    string   `yaml:"label"`
	Consents []string `yaml:"consents"`
}

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       home
		fails      bool
	}{
		{"empty", "", home{Label: "before"}, false},
		{"a comment alone", "# nothing\n", home{Label: "before"}, false},
		{"null", "--- ~\n", home{Label: "before"}, false},
		{"null by another name", "&nothing null\n", home{Label: "before"}, false},
		{"after a directive", "%YAML 1.2\n---\nlabel: x\n", home{Label: "x"}, false},
		{"over what was there", "consents: [a, b]\n", home{"before", []string{"a", "b"}}, false},
		{"an unknown key", "labels: x\n", home{}, true},
		{"no YAML", "label: [\n", home{}, true},
	} {
		got := home{Label: "before"}
		err := Decode([]byte(c.text), &got)
		if (err != nil) != c.fails {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil && (got.Label != c.want.Label || len(got.Consents) != len(c.want.Consents)) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestATextIsParsedOnce: parsing takes most of the memory of reading a text, and the
// start of a process reads 170 kB of them.
func TestATextIsParsedOnce(t *testing.T) {
	text := []byte("consents: [" + strings.Repeat("family-view, ", 1000) + "research]\n")
	var h home
	once := testing.AllocsPerRun(10, func() {
		if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&h); err != nil {
			t.Fatal(err)
		}
	})
	ours := testing.AllocsPerRun(10, func() {
		if err := Decode(text, &h); err != nil {
			t.Fatal(err)
		}
	})
	if ours > 1.5*once {
		t.Errorf("%.0f allocations, where parsing and decoding takes %.0f", ours, once)
	}
}

func TestErrorsKnowTheirPlace(t *testing.T) {
	var at yaml.Error
	err := Decode([]byte("label: x\nlabels: y\n"), &home{})
	if !errors.As(err, &at) || at.GetToken() == nil || at.GetToken().Position.Line != 2 {
		t.Errorf("%v does not know its line", err)
	}
}

func TestAValueThatDoesNotReadIsToldInPlainWords(t *testing.T) {
	var s struct {
		Rooms  int      `yaml:"rooms"`
		Area   *float64 `yaml:"area"`
		Small  uint8    `yaml:"small"`
		Heated bool     `yaml:"heated"`
	}
	for text, want := range map[string]string{
		"rooms: many": "many: want a whole number",
		"area: large": "large: want a number",
		"small: 300":  "300: want a whole number closer to 0",
		"heated: 7":   "7: want true or false",
	} {
		var at yaml.Error
		err := Decode([]byte("# first\n"+text), &s)
		if !errors.As(err, &at) || at.GetMessage() != want || at.GetToken().Position.Line != 2 {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

// TestWhatTheReaderPanicsOnIsAnError holds a text that a fuzz test found.
func TestWhatTheReaderPanicsOnIsAnError(t *testing.T) {
	var s struct {
		Homes []home `yaml:"homes"`
	}
	err := Decode([]byte("homes:\n  - label:\n\n    consents: !000\n    x:000000000"), &s)
	if err == nil {
		t.Error("it reads")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("homes:\n  - label: x\n    consents: [a]\n"))
	f.Fuzz(func(_ *testing.T, text []byte) {
		var s struct {
			Homes []home         `yaml:"homes"`
			More  map[string]any `yaml:"more"`
		}
		_ = Decode(text, &s) // never panics
	})
}

func TestTheMarkOfAnEditorIsNoPartOfAKey(t *testing.T) {
	var got struct{ Name string }
	if err := Decode([]byte("\ufeffname: a\n"), &got); err != nil || got.Name != "a" {
		t.Errorf("%+v, %v", got, err)
	}
}

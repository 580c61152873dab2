package install

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"foyer/internal/config"
	"foyer/internal/text"
)

func words(t *testing.T, tag string) *text.Language {
	t.Helper()
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	return texts.In(tag)
}

// told is a file of answers with nothing wrong in it.
const told = `at: https://foyer.ma-ville.example/
https: true
first: {name: Léa, email: lea@ville.example}
pilot:
  name: "L'Île-d'Yeu : \"port\" # 1"
  address: 1 place de la Mairie
  contact: {name: Nadia, phone: 0555000000, hours: le matin}
# Behind our own mosquitto.
broker:
  url: mqtt://127.0.0.1:1883 # on this machine
  password: hunter2
log: {format: json}
`

func TestASheetReadsAsWhatWasAnswered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "foyer.yaml")
	a, err := Read([]byte(told), file)
	if err != nil {
		t.Fatal(err)
	}
	if a.At != "https://foyer.ma-ville.example" || a.First != (Person{"Léa", "lea@ville.example", "lead"}) {
		t.Errorf("%+v", a)
	}
	for tag, comment := range map[string]string{"fr": "# Qui les familles appellent : sur chaque page.", "en": "# Who families call: on each page."} {
		sheet, err := a.Sheet(words(t, tag), file)
		if err != nil {
			t.Fatal(err)
		}
		plain := strings.NewReplacer(text.Unbreakable, " ", "’", "'").Replace(string(sheet))
		for _, want := range []string{comment, "# Behind our own mosquitto.\nbroker:", "# on this machine", "password: hunter2", "id: l-ile-d-yeu-port-1", `phone: "0555000000"`} {
			if !strings.Contains(plain, want) {
				t.Errorf("%s: no %q in\n%s", tag, want, plain)
			}
		}
		if strings.Contains(plain, "first:") || strings.Contains(plain, "lea@") {
			t.Errorf("%s: the first person stands in\n%s", tag, plain)
		}
		if err := os.WriteFile(file, sheet, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if c.Data != filepath.Join(filepath.Dir(file), "data") || c.Pilot.Name != `L'Île-d'Yeu : "port" # 1` || c.Broker.URL != "mqtt://127.0.0.1:1883" || c.Log.Format != "json" {
			t.Errorf("%s: %+v", tag, c)
		}
	}
}

// Every answer that does not do is named with its value and what to do, all at once.
func TestFaultsOfAnswersAreReportedTogether(t *testing.T) {
	_, err := Read([]byte(`
at: https://foyer.ville.example/pages
https: true
first: {name: Léa, email: lea, role: mayor}
pilot: {name: Ma ville, zone: Europe/Guéret, contact: {phone: call us}}
listen: nowhere
`), "foyer.yaml")
	for _, want := range []string{
		`at: "https://foyer.ville.example/pages": want where people open the pages`, `first.email: "lea": want`, `first.role: "mayor": want caseworker, lead`,
		`pilot.address: "": want`, `pilot.contact.name: "": want`, `pilot.contact.phone: "call us": want`, `pilot.contact.hours: "": want`,
		"pilot.zone: Europe/Guéret: want", "listen: nowhere: want",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
	if _, err := Read([]byte("first: {nom: x}\n"), "foyer.yaml"); err == nil || !strings.Contains(err.Error(), "[1:9]") || !strings.Contains(err.Error(), "nom") {
		t.Errorf("an unknown key: %v", err)
	}
}

// A first password is chosen on pages that nobody else can read: the matrix of where they
// are reached.
func TestNobodyIsLetInOverPagesInClear(t *testing.T) {
	for how, want := range map[string]string{
		"":                                    "http://127.0.0.1:8080",
		"listen: 127.0.0.1:9000":              "http://127.0.0.1:9000",
		"at: http://127.0.0.1:8080":           "http://127.0.0.1:8080",
		"at: http://localhost:8080":           "http://localhost:8080",
		"https: true\nat: https://f.example":  "https://f.example",
		"https: true\nat: https://f.example/": "https://f.example",
		"listen: 0.0.0.0:8080\nhttps: true\nat: https://f.example":          "https://f.example",
		"listen: 0.0.0.0:8080\ncert: c\nkey: k\nat: https://f.example:8080": "https://f.example:8080",
		"listen: 0.0.0.0:8080":                                         "listen: 0.0.0.0:8080: reachable from elsewhere in clear",
		"listen: 0.0.0.0:8080\nplain: true":                            `plain: true with listen "0.0.0.0:8080"`,
		"listen: 0.0.0.0:8080\nplain: true\nat: http://192.0.2.7:8080": `plain: true with listen "0.0.0.0:8080"`,
		"https: true":                          `at: "": want where people open the pages`,
		"https: true\nat: http://f.example":    `at: "http://f.example": want`,
		"at: https://f.example":                `at: "https://f.example": want http://127.0.0.1:8080`,
		"at: http://f.example":                 `at: "http://f.example": want http://127.0.0.1:8080`,
		"https: true\nat: https://u@f.example": `at: "https://u@f.example": want`,
		"https: true\nat: https://f.example/?": `at: "https://f.example/?": want`,
		"https: true\nat: https://":            `at: "https:/": want`,
	} {
		rest := told[strings.Index(told, "first:"):]
		a, err := Read([]byte(how+"\n"+rest), "foyer.yaml")
		switch {
		case strings.HasPrefix(want, "http"):
			if err != nil || a.At != want {
				t.Errorf("%q: %q, %v", how, a.At, err)
			}
		case err == nil || !strings.Contains(err.Error(), want):
			t.Errorf("%q: %v, want %s", how, err, want)
		}
	}
}

func TestATownHasAnIDOfItsName(t *testing.T) {
	for name, want := range map[string]string{
		"Saint-Étienne-de-Fursac": "saint-etienne-de-fursac", "Vœuil-et-Giget": "voeuil-et-giget", " L'Haÿ-les-Roses ": "l-hay-les-roses",
		"Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson": "saint-remy-en-bouzemont-saint-ge", "Йошкар": "", "123": "123", "–": "",
	} {
		if got := slug(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

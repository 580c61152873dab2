package install

import (
	"io"
	"strings"
	"testing"
)

// ask gives one line to each question.
func ask(t *testing.T, tag string, lines ...string) (Answers, string, error) {
	t.Helper()
	var out strings.Builder
	a, err := Interview{In: strings.NewReader(strings.Join(lines, "\n") + "\n"), Out: &out, Words: words(t, tag)}.Ask("/srv/foyer/foyer.yaml")
	return a, out.String(), err
}

func TestElevenAnswersAreAnInstallation(t *testing.T) {
	for _, tag := range []string{"fr", "en"} {
		a, out, err := ask(t, tag, "Ma ville", "1 place de la Mairie", "", "Nadia", "0555000000", "", "https://foyer.ville.example/", "", "Léa", "lea@ville.example", "operator")
		if err != nil {
			t.Fatal(err, out)
		}
		c := a.Config
		if a.First != (Person{"Léa", "lea@ville.example", "operator"}) || a.At != "https://foyer.ville.example" || !c.HTTPS || c.Data != "/srv/foyer/data" ||
			c.Pilot.ID != "ma-ville" || c.Pilot.Zone != "Europe/Paris" || c.Pilot.Contact.Phone != "0555000000" || c.Pilot.Contact.Hours == "" {
			t.Errorf("%s: %+v", tag, a)
		}
		if n := strings.Count(out, "> "); n != 11 {
			t.Errorf("%s: %d questions", tag, n)
		}
		if _, err := a.Sheet(words(t, tag), "foyer.yaml"); err != nil {
			t.Error(tag, err)
		}
	}
}

// An answer that does not do is said so in words, and asked for again; a dash is this
// machine alone.
func TestAnAnswerThatDoesNotDoIsAskedForAgain(t *testing.T) {
	a, out, err := ask(t, "fr", "!!", "Ma ville", "", "1 place de la Mairie", "Mars/Olympus", "Europe/Paris", "Nadia", "appelez", "05 55 00 00 00", "",
		"http://foyer.ville.example", "https://foyer.ville.example/console", "-", "/var/lib/foyer", "Léa", "lea", "lea@ville.example", "maire", "")
	if err != nil {
		t.Fatal(err, out)
	}
	if a.At != "http://127.0.0.1:8080" || a.Config.HTTPS || a.Config.Data != "/var/lib/foyer" || a.First.Role != "lead" {
		t.Errorf("%+v", a)
	}
	for _, said := range []string{"« !! » ne va pas", "Il faut une adresse", "« Mars/Olympus » n'est pas un fuseau", "« appelez » ne se compose pas", "« http://foyer.ville.example » ne va pas", "« lea » n'est pas une adresse", "« maire » n'est pas un rôle"} {
		if !strings.Contains(strings.NewReplacer("\u00a0", " ", "’", "'").Replace(out), said) {
			t.Errorf("%q is not said in\n%s", said, out)
		}
	}
}

func TestAnInterviewWithoutAnswersEnds(t *testing.T) {
	if _, _, err := ask(t, "fr", "Ma ville", "1 place de la Mairie"); err == nil || !strings.Contains(err.Error(), "question zone: standard input ended") {
		t.Error(err)
	}
	if _, err := (Interview{In: strings.NewReader(strings.Repeat("x", 1<<20)), Out: io.Discard, Words: words(t, "en")}).Ask("foyer.yaml"); err == nil {
		t.Error("a line without an end is an answer")
	}
}

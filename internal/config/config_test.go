package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestDefaultsAreValid(t *testing.T) {
	if err := Default().Validate(); err != nil {
		t.Fatal(err)
	}
}

func TestExampleIsTheDefaults(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "config.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Default().YAML()
	if err != nil {
		t.Fatal(err)
	}
	have, err := got.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != string(want) {
		t.Errorf("config.example.yaml differs from the defaults:\n%s\nwant\n%s", have, want)
	}
}

// TestThePagesAreNotReachedFromElsewhereInClear is the matrix of addresses and of what
// their operator said.
func TestThePagesAreNotReachedFromElsewhereInClear(t *testing.T) {
	for host, here := range map[string]bool{
		"127.0.0.1": true, "127.8.9.10": true, "[::1]": true, "localhost": true,
		"0.0.0.0": false, "": false, "[::]": false, "192.0.2.7": false, "example.org": false, "[::ffff:0.0.0.0]": false,
	} {
		for more, safe := range map[string]bool{
			"": here, "https: true": true, "plain: true": true, "{cert: c.pem, key: k.pem}": true, "cert: c.pem": false, "key: k.pem": false,
		} {
			more = strings.NewReplacer("{", "", "}", "", ", ", "\n").Replace(more)
			_, err := Parse(fmt.Appendf(nil, "listen: %q\n%s\n", host+":8080", more))
			if (err == nil) != safe {
				t.Errorf("%s with %q: %v", host, more, err)
			}
			if more == "" && !here && !strings.Contains(err.Error(), "want cert and key, https where a proxy speaks HTTPS, or plain") {
				t.Errorf("%v does not say what to do", err)
			}
		}
	}
}

func TestUnknownKeyNamesItsPlace(t *testing.T) {
	_, err := Parse([]byte("listen: 127.0.0.1:80\npilot:\n  nom: x\n"))
	if err == nil || !strings.Contains(err.Error(), "[3:3]") || !strings.Contains(err.Error(), "nom") {
		t.Errorf("got %v, want line 3 column 3 and the key", err)
	}
}

// Where it does not read, the lines beside the fault may hold a password, and an error goes
// to the log of the machine.
func TestAFaultDoesNotShowTheLinesBesideIt(t *testing.T) {
	for _, written := range []string{"broker:\n  password: hunter2\n  pasword: x\n", "broker:\n  password: hunter2\n  user: [\n"} {
		if _, err := Parse([]byte(written)); err == nil || !strings.Contains(err.Error(), "[3:") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", written, err)
		}
	}
}

func TestAllFaultsAreReportedTogether(t *testing.T) {
	_, err := Parse([]byte(`
listen: nowhere
pilot: {id: "Ma Ville", zone: Mars/Olympus, case_load: some}
broker: {url: "http://x"}
series: {url: "mysql://x"}
records: {url: "mysql://user:hunter2@x"}
jobs: {rollup: often}
weather: {place: here}
world: {speed: .inf}
log: {level: loud, format: xml}
spool: {max_bytes: 1}
life: {url: "http://hunter2"}
`))
	if err == nil {
		t.Fatal("no fault found")
	}
	for _, field := range []string{
		"listen:", "pilot.id:", "pilot.zone:", "pilot.case_load:", "broker.url", "series.url:", "records.url:", "jobs.rollup:", "weather.place:", "world.speed: +Inf",
		"log.level:", "log.format:", "spool.max_bytes", "life.url",
	} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not reported in:\n%v", field, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a password shows in:\n%v", err)
	}
}

// TestAPhoneIsReadAsItIsWritten has numbers that YAML takes for others.
func TestAPhoneIsReadAsItIsWritten(t *testing.T) {
	for written, want := range map[string]Phone{
		"0555000000": "0555000000", "+33555000000": "+33555000000", `"0555000000"`: "0555000000", "05 55 00 00 00": "05 55 00 00 00", "05.55": "05.55",
	} {
		c, err := Parse([]byte("pilot: {contact: {phone: " + written + "}}\n"))
		if err != nil || c.Pilot.Contact.Phone != want {
			t.Errorf("%s is read as %q, %v", written, c.Pilot.Contact.Phone, err)
		}
		text, err := yaml.Marshal(c.Pilot.Contact)
		if err != nil {
			t.Fatal(err)
		}
		var again Contact
		if err := yaml.Unmarshal(text, &again); err != nil || again.Phone != want {
			t.Errorf("%s is written and read as %q, %v", written, again.Phone, err)
		}
	}
	if _, err := Parse([]byte("pilot: {contact: {phone: [1, 2]}}")); err == nil {
		t.Error("a list is a phone")
	}
}

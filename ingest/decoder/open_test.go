package decoder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder writes files into a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAnOperatorAddsAFamily(t *testing.T) {
	set, err := Open(folder(t, map[string]string{"acme_c2.yaml": example, "README.md": "notes"}))
	if err != nil {
		t.Fatal(err)
	}
	r, err := set.Decode(Message{Topic: "acme/0043/state", Payload: []byte(`{"total":5000}`)})
	if err != nil || r.Dialect != "acme_c2/state" || len(r.Observations) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := set.Decode(benchPlug); err != nil || r.Dialect != "tasmota_energy/sensor" {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := Decode(Message{Topic: "acme/0043/state", Payload: []byte(`{"total":5000}`)}); err == nil {
		t.Error("it comes with Foyer")
	}
}

func TestAnOperatorsDialectGoesFirst(t *testing.T) {
	const own = `
source: our plugs count otherwise
dialects:
  - dialect: plug
    order: 1
    match: { topic: "{any*}/tele/{device}/SENSOR", require: [ENERGY] }
    device: { scheme: tasmota, id: "{device}" }
    time: [{ path: Time, format: iso, zone: UTC }]
    also: [tasmota_energy/sensor]
    readings: [{ quantity: energy_import, register: total, path: ENERGY.Sum, unit: kWh }]
    samples:
      - topic: tele/p/SENSOR
        payload: '{"Time":"2025-03-01T12:00:00","ENERGY":{"Sum":2.5,"Total":9,"Power":5}}'
        want: ["tasmota p energy_import/total 2.5 kWh 2025-03-01T12:00:00Z", "tasmota p power/total 5 W 2025-03-01T12:00:00Z"]
`
	set, err := Open(folder(t, map[string]string{"own.yaml": own}))
	if err != nil {
		t.Fatal(err)
	}
	if set.Dialects()[0] != "own/plug" || !set.Knows("own/plug") || set.Knows("own/other") {
		t.Error(set.Dialects())
	}
}

func TestFaultyTemplatesSayWhere(t *testing.T) {
	other := strings.Replace(example, "1203.455 kWh", "1.203 kWh", 1)
	for what, c := range map[string]struct {
		files map[string]string
		says  []string
	}{
		"a sample that comes to something else": {map[string]string{"acme_c2.yaml": other}, []string{
			"acme_c2.yaml: dialect state: sample 1", "got\n\tacme 0042 energy_import/total 1203.455 kWh", "want\n\tacme 0042 energy_import/total 1.203 kWh",
		}},
		"a sample that another dialect reads": {map[string]string{"acme_c2.yaml": strings.NewReplacer("acme/0042/state", "tele/0042/LWT", `"acme/{device}/state"`, `"{any*}/{device}/LWT"`, "    match:", "    order: 95\n    match:").Replace(example)}, []string{
			"sample 1 (topic tele/0042/LWT): it is read by \"tasmota_energy/health\"",
		}},
		"a family of Foyer":            {map[string]string{"zigbee2mqtt.yaml": example}, []string{"zigbee2mqtt.yaml: a family called zigbee2mqtt comes with Foyer"}},
		"a family of Foyer in Go":      {map[string]string{"linky_zlinky_z2m.yaml": example}, []string{"comes with Foyer"}},
		"two dialects of one name":     {map[string]string{"a.yaml": example + strings.SplitAfter(example, "dialects:\n")[1]}, []string{"two dialects are called a/state"}},
		"a name that is none":          {map[string]string{"Acme C2.yaml": example}, []string{`"Acme C2" cannot name a family`}},
		"a name that ends otherwise":   {map[string]string{"acme.yml": example, "acme.YAML": example}, []string{"acme.yml: is not read", "acme.YAML: is not read"}},
		"a layout of another language": {map[string]string{"a.yaml": strings.Replace(example, "format: unix", "format: \"%d/%m/%Y\"", 1)}, []string{`time "at": format "%d/%m/%Y": want unix`}},
		"a topic that is none":         {map[string]string{"a.yaml": strings.Replace(example, "{device}/state", "{device/state", 1)}, []string{"a/state: topic pattern"}},
		"a key that is none":           {map[string]string{"a.yaml": example + "speed: fast\n"}, []string{"a.yaml: ", "speed"}},
		"a time that is none":          {map[string]string{"a.yaml": strings.Replace(example, "        payload:", "        received_at: noon\n        payload:", 1)}, []string{"a.yaml: dialect state: sample 1: received_at"}},
		"all of them, and not one":     {map[string]string{"a.yaml": "x", "b.yaml": "y"}, []string{"a.yaml", "b.yaml"}},
		"readings of nobody's":         {map[string]string{"a.yaml": strings.Replace(example, "    readings:", "    also: [tasmota_energy/none]\n    readings:", 1)}, []string{`no dialect "tasmota_energy/none"`}},
		"a template without sample":    {map[string]string{"a.yaml": example[:strings.Index(example, "    samples:")]}, []string{"a/state: no samples"}},
	} {
		_, err := Open(folder(t, c.files))
		for _, part := range c.says {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: got %v, want %q in it", what, err, part)
			}
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

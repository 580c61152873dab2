package decoder

import (
	"strings"
	"testing"
)

func TestTemplatesThatAreNone(t *testing.T) {
	const head = "source: here\ndialects:\n  - dialect: x\n    match: { topic: a/b }\n"
	const good = head + "    device: { scheme: s, id: d }\n    readings: [{ quantity: power, path: p, unit: W }]\n    samples: [{ topic: a/b, payload: '{}', want: [] }]\n"
	if _, err := parseTemplates(map[string][]byte{"f": []byte(good)}, nil); err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{
		"no samples":             strings.Replace(good, "samples: [{ topic: a/b, payload: '{}', want: [] }]", "samples: []", 1),
		"no source":              strings.Replace(good, "source: here\n", "", 1),
		"unknown key":            good + "    speed: fast\n",
		"unknown quantity":       strings.Replace(good, "power", "joy", 1),
		"unit of another kind":   strings.Replace(good, "unit: W", "unit: kWh", 1),
		"no unit":                strings.Replace(good, ", unit: W", "", 1),
		"no device":              strings.Replace(good, "id: d", "", 1),
		"path":                   strings.Replace(good, "path: p", "path: p..q", 1),
		"readings and outcome":   good + "    outcome: status\n    reason: r\n",
		"neither":                head + "    samples: [{ topic: a/b }]\n",
		"outcome without reason": head + "    outcome: status\n    samples: [{ topic: a/b }]\n",
		"sentinel":               good + "    sentinels: [many]\n",
		"time without format":    good + "    time: [{ path: t }]\n",
		"time zone":              good + "    time: [{ path: t, format: iso, zone: Nowhere/Land }]\n",
		"also":                   good + "    also: [f/y]\n",
		"payload":                strings.Replace(good, "topic: a/b }", "topic: a/b, payload: cbor }", 1),
		"two sources of a word":  strings.Replace(good, "unit: W", "unit: { path: u, assume: v }", 1),
		"no YAML":                "\t{",
	} {
		if _, err := parseTemplates(map[string][]byte{"f": []byte(text)}, nil); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}

// A template with every feature, for families whose shapes need them.
const everything = `
source: here
dialects:
  - dialect: list
    match: { topic: "m/{site}/{id}", payload: json, require_any: [items, meter] }
    root: body
    device: { scheme: s, id: { path: serial, lower: true, else: none }, aliases: ["{id}", { recall: "m {site}" }] }
    time: [{ path: at, format: [unix, iso], zone: UTC }]
    ignore_if: [{ if: { path: error, not_in: ["no error", ""] }, reason: the sender says it failed }]
    sentinels: ["-0.1"]
    metric_map: true
    readings:
      - quantity: { path: .kind, map: { gas: gas_volume, heat: heat_energy } }
        register: ["{index}"]
        path: "items[].value"
        unit: { path: .unit, else: m3 }
        time: [{ path: .seen, format: "02/01/2006 15:04", zone: Europe/Paris }]
        unless: [.bad]
      - { quantity: temperature, path: "rooms.*.t", except: [attic, out*], register: "{key}", unit: degC }
      - { quantity: energy_import, path: meter, key: "{id}", keys: { "7": seven }, unit: { assume: unit } }
    samples: [{ topic: m/a/b }]
`

func TestTemplateFeatures(t *testing.T) {
	list, err := parseTemplates(map[string][]byte{"f": []byte(everything)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	set, err := newSet(nil, nil, list)
	if err != nil {
		t.Fatal(err)
	}
	decode := func(m Message) string {
		r, err := set.Decode(m)
		if r.Dialect == "" {
			return "no match"
		}
		if err != nil {
			return "refused: " + err.Error()
		}
		return strings.Join(lines(r), "\n")
	}
	for _, c := range []struct{ payload, want string }{
		{`{"items":1,"body":{"serial":"AB","at":1740830400,"items":[{"kind":"gas","value":"12.5","seen":"01/03/2025 12:30"},{"kind":"heat","value":3,"unit":"MWh"},` +
			`{"kind":"gas","value":9,"bad":1},{"kind":"joy","value":9}]}}`, "s ab|7|known gas_volume/0 12.5 m3 2025-03-01T11:30:00Z\ns ab|7|known heat_energy/1 3000 kWh 2025-03-01T12:00:00Z"},
		{`{"items":[{"kind":"heat","value":3,"unit":"W"}]}`, "ignored: items[].value: a unit that cannot count the quantity"},
		{`{"items":[],"rooms":{"attic":{"t":1},"outside":{"t":2},"bath/1":{"t":-0.1},"bed":{"t":18}},"at":"2025-03-01T12:00:00"}`, "s none|7|known temperature/bed 18 degC 2025-03-01T12:00:00Z"},
		{`{"items":[],"rooms":{"bath/1":{"t":20}},"error":"no error"}`, "s none|7|known temperature/bath_1 20 degC arrival"},
		{`{"items":[],"rooms":{"bath":{"t":20}},"error":"stuck"}`, "ignored: the sender says it failed"},
		{`{"meter":5}`, "s none|7|known energy_import/seven 5 kWh arrival"},
		{`{"meter":"5 or so"}`, "refused: f/list: meter: no number"},
		{`{"x":5,"meter":null}`, "no match"},
		{`7`, "no match"},
	} {
		got := decode(Message{Topic: "m/a/7", Payload: []byte(c.payload), Assume: map[string]any{"unit": "kWh"}, Context: Memory{"m a": "known"}})
		if got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.payload, got, c.want)
		}
	}
	if got := decode(Message{Topic: "m/a/8", Payload: []byte(`{"meter":5,"body":{"rows":[{"v":2}]}}`), Assume: map[string]any{"metric_map": map[string]any{"rows[0].v": "power/x W"}}}); got != "s none|8 power/x 2 W arrival" {
		t.Error(got)
	}
}

func TestRegisterNamesAreWhatStoresCanHold(t *testing.T) {
	for in, want := range map[string]string{
		"LYWSD03-52680f": "LYWSD03-52680f", "Salle d'été": "Salle d_été", `a\`: "a_", "a\nb/c": "a_b_c", "\xff": "_",
		strings.Repeat("é", 40): strings.Repeat("é", 32), "": "",
	} {
		if got := safeName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add([]byte(everything), []byte(`{"items":[{"kind":"gas","value":1}],"meter":2}`))
	f.Fuzz(func(t *testing.T, text, payload []byte) {
		list, err := parseTemplates(map[string][]byte{"f": text}, nil)
		if err != nil {
			return
		}
		for _, tpl := range list {
			in := newInput(Message{Topic: "m/a/7", Payload: payload}, nil)
			if in.splitTopic() && tpl.fits(in) {
				r, err := tpl.decode(in)
				r, _ = finish(in, tpl.name, r, err)
				holds(t, r)
			}
			in.release()
		}
	})
}

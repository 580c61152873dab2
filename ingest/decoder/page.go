package decoder

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

//go:generate go test -run TestTheReferencePageIsThatOfTheDialects . -update

// A meterFamily is a kind of sender, and the dialects it speaks.
type meterFamily struct {
	Name   string   // the part of a dialect's name before the slash
	Title  string   // as people call it
	About  string   // what to know before relying on it
	Source []string // where the shapes are described
}

var registeredFamilies []meterFamily

// registerFamily describes a family that has no template; it is called from init
// functions only.
func registerFamily(f meterFamily) { registeredFamilies = append(registeredFamilies, f) }

// A Doc is what the reference says of a dialect.
type Doc struct {
	// Reads are registers by quantity: "power: total, l1". Capital letters stand
	// for what a message fills in.
	Reads []string

	// Times are the places where a message may say when, in order; then the
	// arrival counts.
	Times []string

	// Apart is the outcome and the reason of a shape that carries no readings.
	Apart string
}

// Page returns docs/reference/meters.md, written from the dialects.
func Page() string {
	var b strings.Builder
	b.WriteString(`# Meters

<!-- Generated from the dialects: go generate ./ingest/decoder -->

What Foyer reads, message by message. ` + "`foyer decode --explain`" + ` says for any message which dialect of this page took it, which path gave what, and why something was left out.

A gateway publishes below ` + "`foyer/GATEWAY/`" + `; the topics here are the device's own, after that prefix. A device that cannot take a prefix is led to its gateway by ` + "`broker.mounts`" + ` in the [configuration](config.md). In topics and registers, capital letters stand for a name, ` + "`…`" + ` for any further levels, ` + "`{a,b}`" + ` for one of these.

Each message has one outcome: **readings** are kept; **status** says how a device does; **mapping** teaches what later messages need; **ignored** is known to carry nothing to keep; **refused** goes to quarantine with its reason, and comes back with ` + "`foyer quarantine replay`" + `. Of a message with good values and one that is no number the good ones are kept, and a copy waits for a person; so it does where two values claim one register, of which the first is kept, and where an object has a name twice, of which the last counts.

A time without a zone is the zone's of the site. One more than 5 min ahead of the arrival, or from before 2016, is not believed. A time since 1970 may count in seconds, or finer. Where a message says no time that can be, the arrival counts; a copy that the broker had retained is then no reading, since nobody knows its age. In the hour that autumn repeats, the season counts where the message names it, else an arrival within 30 min of one candidate; else the message is refused.

Numbers are read as they are spelled, in quotes too; with a decimal comma they are refused, for a comma may part thousands, and so is true or false. ` + "`null`, `nan`, infinity" + ` and words such as ` + "`unknown`" + ` are no value, and a message that is one such word is ignored. A byte order mark before a text, and zero bytes after it, are no part of it. Left out is also what a quantity cannot be (a room below −40 °C or above 60 °C, a negative index), and what stands for no value (−32768, 65535, 2³² − 1). A message that holds nothing else is ignored, not refused: with such numbers, 327.67 °C, 999 %, senders say that a probe is missing, every few minutes. A message has at most 1 MiB and 256 readings.
`)
	b.WriteString(`
## What a site knows

Some devices do not say what they measure. ` + "`meters.assume`" + ` in the [configuration](config.md#meters) says it for them, by topic: ` + "`quantity` and `unit`" + ` of a sensor that names neither (AI-on-the-edge, ESPHome; the unit alone for a Shelly sensor set to Fahrenheit); ` + "`names`" + ` of values that come by position (OpenEnergyMonitor); ` + "`metric_map`" + `, which gives a meaning to paths or names nobody can foresee, as ` + "`{SML.Bezug: energy_import/total kWh}`" + `, where ` + "`$`" + ` is the one value of a topic (Tasmota scripts, ESPHome, Sparkplug); ` + "`pulses`" + `, what a pulse of a counter is worth, as ` + "`{pulse_count/total: gas_volume/total 0.01 m3}`" + ` or ` + "`{pulse_count/ch0: energy_import/total 1/800 kWh}`" + `: it is written on the meter (the counter then has to be read so from its first reading on; what was kept as pulses before stays pulses); ` + "`dialect`" + `, the only one that may read the topic. Units are ` + "`" + unitsForPeople() + "`" + `.
`)
	for _, f := range Builtin().families {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\nSource: %s.\n\n", f.Title, strings.TrimSpace(f.About), strings.Join(f.Source, "; "))
		b.WriteString("| dialect | topics | registers | time |\n|---|---|---|---|\n")
		for _, d := range Builtin().decoders {
			if strings.HasPrefix(d.Name, f.Name+"/") {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.Name, shownTopics(d.patterns), d.Doc.registers(), d.Doc.times())
			}
		}
	}
	b.WriteString(`
## Simulated

` + "`foyer simulate`" + ` speaks ` + "`linky_tasmota_teleinfo`, `linky_zlinky_z2m` (historique and standard), `tasmota_energy` and `shelly_gen2`" + ` for electricity; where a scenario file names them, ` + "`linky_zlinky_z2m_untimed`, `shelly_gen1`, `shelly_gen2_status` and `wmbusmeters`" + `, whose messages do not say when; and ` + "`zigbee2mqtt`" + ` for the sensors of a home and of the town.

## A new family

An operator adds a template in ` + "`meters.d`" + ` beside the configuration, without another build: [how](../en/how-to/add-a-meter-family.md). One that comes with Foyer is a file in [ingest/decoder](../../ingest/decoder), with samples that run as tests:

` + "```yaml\n" + example + "```" + `

The object of a LoRaWAN codec needs neither topic nor device: ` + "`envelope: lorawan`" + ` brings both, and the time, and ` + "`match.model`" + ` is a part of the brand or the model.

What a template cannot say is a Go file that calls ` + "`register`" + `, with its samples in ` + "`testdata/FAMILY/*.txtar`" + `. Then ` + "`go generate ./ingest/decoder`" + ` writes its rows here.
`)
	return b.String()
}

// unitsForPeople lists the spellings of units.
func unitsForPeople() string { return strings.Join(slices.Sorted(maps.Keys(units)), "`, `") }

// example is a template as short as one can be.
const example = `title: Acme counters
about: The C2 counts whole watt-hours, and says so.
source: https://acme.example/c2/mqtt
dialects:
  - dialect: state
    match:
      topic: "acme/{device}/state"
      require: [total]
    device: { scheme: acme, id: "{device}" }
    time:
      - { path: at, format: unix }
    readings:
      - { quantity: energy_import, register: total, path: total, unit: Wh }
      - { quantity: power, register: total, path: power, unit: W }
    samples:
      - topic: acme/0042/state
        payload: '{"at":1740830400,"power":412,"total":1203455}'
        want:
          - acme 0042 energy_import/total 1203.455 kWh 2025-03-01T12:00:00Z
          - acme 0042 power/total 412 W 2025-03-01T12:00:00Z
`

// mapped is a line of [Doc.Reads] for what no template can foresee.
const mapped = "metric_map: what is assumed of the device"

// assumed is the line for a quantity that the site's configuration names.
const assumed = "quantity: what is assumed of the device"

// registers writes a cell of the table.
func (d Doc) registers() string {
	if d.Apart != "" {
		return d.Apart
	}
	var cells []string
	for _, r := range d.Reads {
		quantity, names, _ := strings.Cut(r, ": ")
		cell := "`" + quantity + "`"
		if names != "" {
			cell += " " + names
		}
		cells = append(cells, cell)
	}
	return strings.Join(cells, "; ")
}

func (d Doc) times() string {
	if d.Apart != "" {
		return ""
	}
	if len(d.Times) == 0 {
		return "arrival"
	}
	return "`" + strings.Join(d.Times, "`, else `") + "`, else arrival"
}

// shownTopics writes patterns for people.
func shownTopics(patterns []pattern) string {
	var all []string
	for _, p := range patterns {
		var levels []string
		for _, s := range p.segments {
			switch {
			case s.name == "":
				levels = append(levels, s.word)
			case s.oneOf != nil:
				levels = append(levels, "{"+strings.Join(s.oneOf, ",")+"}")
			case s.min == 0:
				levels = append(levels, "…")
			case s.max == 1:
				levels = append(levels, strings.ToUpper(s.name))
			default:
				levels = append(levels, strings.ToUpper(s.name)+"…")
			}
		}
		all = append(all, "`"+strings.Join(levels, "/")+"`")
	}
	return strings.Join(all, ", ")
}

// doc describes a template by what it says itself.
func (t *template) doc() Doc {
	if t.Outcome != "" {
		return Doc{Apart: string(t.Outcome) + ": " + t.Reason}
	}
	var d Doc
	var quantities []string
	names := map[string][]string{}
	for i := range t.Readings {
		r := &t.Readings[i]
		for _, q := range r.Quantity.shown() {
			if !slices.Contains(quantities, q) {
				quantities = append(quantities, q)
			}
			for _, n := range r.names() {
				if n != "" && !slices.Contains(names[q], n) {
					names[q] = append(names[q], n)
				}
			}
		}
	}
	for _, q := range quantities {
		d.Reads = append(d.Reads, strings.TrimSuffix(q+": "+strings.Join(names[q], ", "), ": "))
	}
	if i := slices.IndexFunc(d.Reads, func(line string) bool { return strings.HasPrefix(line, ": ") }); i >= 0 {
		d.Reads[i] = assumed
	}
	if t.MetricMap {
		d.Reads = append(d.Reads, mapped)
	}
	for _, c := range t.Time {
		d.Times = append(d.Times, c.Path)
	}
	return d
}

// capitals are the names that a topic fills in.
var capitals = regexp.MustCompile(`\{\w+\}`)

// names lists the registers r can give.
func (r *reading) names() []string {
	if r.Keys == nil {
		return r.Register.shown()
	}
	var names []string
	for _, reg := range r.named {
		names = append(names, reg.Name())
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// shown lists the words w can be; what a message fills in is in capital letters.
func (w *word) shown() []string {
	if w == nil {
		return nil
	}
	var all []string
	for _, s := range w.from {
		switch {
		case s.Map != nil:
			all = append(all, slices.Compact(slices.Sorted(maps.Values(s.Map)))...)
			if s.Else != "" {
				all = append(all, s.Else)
			}
		case s.Path != "":
			all = append(all, strings.ToUpper(strings.TrimLeft(s.Path, ".")))
		default:
			all = append(all, capitals.ReplaceAllStringFunc(strings.NewReplacer("{index}", "N", "{key}", "NAME").Replace(s.literal), func(name string) string {
				return strings.ToUpper(strings.Trim(name, "{}"))
			}))
		}
	}
	return all
}

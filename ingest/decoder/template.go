package decoder

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"foyer/internal/written"

	"foyer/internal/energy"
)

// A template is a dialect written down as data: one YAML file for each family,
// with one entry for each shape. The reference of meters shows the shortest one.
type template struct {
	Dialect string `yaml:"dialect"` // the shape's name
	Order   int    `yaml:"order"`   // see Decoder; when absent 50, in an envelope 19, before those of models we know
	Match   match  `yaml:"match"`

	// Envelope says that the template reads what an envelope holds, which also
	// names the topics, the device and the time: "lorawan", the object of a codec,
	// or "lorawan-normalized", its form that is the same for all vendors.
	Envelope string `yaml:"envelope"`

	Root    string   `yaml:"root"`    // the part of the document that is read, where it is wrapped
	Outcome Outcome  `yaml:"outcome"` // of a shape that carries no readings
	Reason  string   `yaml:"reason"`  // why it does not
	Device  identity `yaml:"device"`
	Time    []clock  `yaml:"time"` // the first that tells; then the arrival
	Ignore  []rule   `yaml:"ignore_if"`

	Readings  []reading `yaml:"readings"`
	Also      []string  `yaml:"also"`       // other shapes (family/dialect) whose readings follow
	MetricMap bool      `yaml:"metric_map"` // the site's metric_map adds readings: {path: "quantity/register unit"}
	Sentinels []string  `yaml:"sentinels"`  // numbers that stand for no value here

	Samples []sample `yaml:"samples"`

	name      string    // family/dialect
	own       []reading // without those of Also
	family    meterFamily
	root      path
	sentinels []number
}

// A match is what a message must look like.
type match struct {
	Topic      oneOrMore `yaml:"topic"`
	Payload    string    `yaml:"payload"`     // "json" (an object or a list), "object", "scalar" (of JSON), "text" (bare: on, nan, 007) or "any"; "object" when absent
	Require    []cond    `yaml:"require"`     // all of them
	RequireAny []cond    `yaml:"require_any"` // at least one
	Forbid     []cond    `yaml:"forbid"`      // none
	Model      []string  `yaml:"model"`       // in an envelope: parts of brand and model, one of which must be there; lower case
}

// An identity names the device.
type identity struct {
	Scheme  string `yaml:"scheme"`
	ID      *word  `yaml:"id"`
	Aliases []word `yaml:"aliases"`
	Own     *word  `yaml:"own"` // a name that the hardware was made with, where the others are given by people
}

// A clock is where a message may say when.
type clock struct {
	Path   string    `yaml:"path"`
	Format oneOrMore `yaml:"format"` // tried in turn: "unix", "unix_ms", "iso", "local", "tic", "dsmr", "gas_day", or a layout
	Zone   string    `yaml:"zone"`   // of zone-less times: "site" (when absent) or an IANA name
	Season string    `yaml:"season"` // path of a Linky date whose first letter names the season, or of its name
	path   path
	season path
	zone   *time.Location
}

// A rule ignores a message.
type rule struct {
	If     cond   `yaml:"if"`
	Reason string `yaml:"reason"`
}

// A reading is where a number stands and what it means.
type reading struct {
	Quantity *word    `yaml:"quantity"`
	Register *word    `yaml:"register"`
	Path     string   `yaml:"path"`
	Keys     keys     `yaml:"keys"`   // of a wildcard, or of Key: which names count, and the register of each
	Key      *word    `yaml:"key"`    // what Keys looks up; {key} when absent
	Except   []string `yaml:"except"` // names that a wildcard leaves out; a trailing * stands for any end
	Unit     *word    `yaml:"unit"`
	Time     []clock  `yaml:"time"` // of this number alone
	When     []cond   `yaml:"when"`
	Unless   []cond   `yaml:"unless"`
	NotZero  bool     `yaml:"not_zero"` // zero stands for unused
	Timed    bool     `yaml:"timed"`    // without its own time the number says nothing

	path    path
	counted names                      // of Keys
	far     conds                      // When and Unless, as far as they ask the document
	near    conds                      // and as far as they ask what stands beside the number
	fixed   energy.Register            // when it is always the same
	named   map[string]energy.Register // by Keys
	unit    *unit                      // when it is always the same
}

// oneOrMore is a text or a list of texts.
type oneOrMore []string

// UnmarshalYAML reads either. Like the others here it takes a function and not bytes:
// for bytes, goccy/go-yaml goes through the whole document each time.
func (o *oneOrMore) UnmarshalYAML(unmarshal func(any) error) error {
	var one string
	if unmarshal(&one) == nil {
		*o = []string{one}
		return nil
	}
	return unmarshal((*[]string)(o))
}

//go:embed *.yaml
var files embed.FS

// embedded returns the families that come with Foyer, each in its YAML.
func embedded() map[string][]byte {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		panic(err)
	}
	families := map[string][]byte{}
	for _, name := range names {
		if families[strings.TrimSuffix(name, ".yaml")], err = files.ReadFile(name); err != nil {
			panic(err)
		}
	}
	return families
}

// parseTemplates reads the dialects of families, each in the YAML under its name.
// They may go on with the readings of dialects that are known already.
func parseTemplates(families map[string][]byte, known []*template) ([]*template, error) {
	own := map[string][]reading{}
	for _, t := range known {
		own[t.name] = t.own
	}
	var all []*template
	for _, family := range slices.Sorted(maps.Keys(families)) {
		var file struct {
			Title    string      `yaml:"title"`  // of the family, as people call it
			About    string      `yaml:"about"`  // what to know before relying on it
			Source   oneOrMore   `yaml:"source"` // where the shapes are described
			Common   any         `yaml:"common"` // anchors
			Dialects []*template `yaml:"dialects"`
		}
		if err := written.Decode(families[family], &file); err != nil {
			return nil, fmt.Errorf("%s: %w", family, err)
		}
		if len(file.Source) == 0 {
			return nil, fmt.Errorf("%s: no source", family)
		}
		for _, t := range file.Dialects {
			t.name = family + "/" + t.Dialect
			t.family = meterFamily{family, file.Title, file.About, file.Source}
			t.own = t.Readings
			own[t.name] = t.own
			all = append(all, t)
		}
	}
	for _, t := range all {
		for _, name := range t.Also {
			more, ok := own[name]
			if !ok {
				return nil, fmt.Errorf("%s: also: no dialect %q", t.name, name)
			}
			t.Readings = append(slices.Clip(t.Readings), more...)
		}
		if err := t.compile(); err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return all, nil
}

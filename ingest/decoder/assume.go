package decoder

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"foyer/internal/energy"
)

// CheckAssume reports everything in a [Message.Assume] that no dialect of s can
// use: a key that none asks for, a dialect, a quantity or a unit that is not there.
//
//	dialect     the only dialect that may read the message
//	quantity    what a sensor measures, where its message does not say
//	unit        in which unit
//	names       of values that come by position, in their order
//	pulses      a counter of pulses to what one is worth: {pulse_count/total: "gas_volume/total 0.01 m3"}
//	metric_map  a path, or a name, to what stands there: {a.b: "power/total W"}
//
// and the keys that templates ask for.
func (s *Set) CheckAssume(assume map[string]any) error {
	var faults []error
	fault := func(key, want string) {
		faults = append(faults, fmt.Errorf("%s: %v: %s", key, assume[key], want))
	}
	for _, key := range sortedKeys(assume) {
		word, isText := assume[key].(string)
		switch key {
		case "dialect":
			if !isText || !s.Knows(word) {
				fault(key, "want the name of a dialect, as in docs/reference/meters.md or in a template of your own")
			}
		case "quantity":
			if !isText || !energy.Quantity(word).Known() {
				fault(key, "want a quantity, energy_import, gas_volume or temperature for instance")
			}
		case "unit":
			if _, known := units[word]; !known {
				fault(key, "want one of "+strings.Join(slices.Sorted(maps.Keys(units)), ", "))
			}
		case "names":
			if !areTexts(assume[key]) {
				fault(key, "want a list of names")
			}
		case "pulses":
			faults = append(faults, checkPulses(assume[key])...)
		case "metric_map":
			faults = append(faults, checkMetricMap(assume[key])...)
		default:
			if !s.asked[key] {
				fault(key, "no dialect asks for it")
			} else if !isText {
				fault(key, "want a text")
			}
		}
	}
	quantity, _ := assume["quantity"].(string)
	if name, ok := assume["unit"].(string); ok && faults == nil && quantity != "" {
		if _, fits := unitFor(energy.Quantity(quantity), name); !fits {
			fault("unit", "cannot count "+quantity)
		}
	}
	return errors.Join(faults...)
}

func areTexts(v any) bool {
	list, ok := v.([]any)
	for _, e := range list {
		if _, is := e.(string); !is {
			return false
		}
	}
	return ok && len(list) > 0
}

func checkMetricMap(v any) (faults []error) {
	m, ok := v.(map[string]any)
	if !ok {
		return []error{fmt.Errorf("metric_map: %v: want a mapping of paths or names", v)}
	}
	for _, from := range sortedKeys(m) {
		means, _ := m[from].(string)
		if _, ok := readMeaning(means); !ok {
			faults = append(faults, fmt.Errorf("metric_map: %s: %v: want QUANTITY/REGISTER UNIT, power/total W for instance", from, m[from]))
		}
	}
	return faults
}

// asks returns the keys of the site's configuration that templates ask for.
func asks(templates []*template) map[string]bool {
	asked := map[string]bool{}
	words := func(ws ...*word) {
		for _, w := range ws {
			if w == nil {
				continue
			}
			for _, from := range w.from {
				asked[from.Assume] = true
			}
		}
	}
	conditions := func(lists ...[]cond) {
		for _, c := range slices.Concat(lists...) {
			asked[c.Assume] = true
		}
	}
	for _, t := range templates {
		conditions(t.Match.Require, t.Match.RequireAny, t.Match.Forbid)
		for i := range t.Ignore {
			asked[t.Ignore[i].If.Assume] = true
		}
		words(t.Device.ID, t.Device.Own)
		for i := range t.Device.Aliases {
			words(&t.Device.Aliases[i])
		}
		for i := range t.Readings {
			r := &t.Readings[i]
			words(r.Quantity, r.Register, r.Key, r.Unit)
			conditions(r.When, r.Unless)
		}
	}
	delete(asked, "")
	return asked
}

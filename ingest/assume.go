package ingest

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"foyer/ingest/decoder"
)

// Assumptions are what a site knows of its devices and their messages do not say.
// The first that is about a message counts, alone.
type Assumptions []Assumption

// An Assumption is about the messages of some topics.
type Assumption struct {
	Topic   string `yaml:"topic"`   // a filter of the device's own topic, without foyer/GATEWAY/: "gasmeter/#"
	Gateway string `yaml:"gateway"` // that they come from; "" for any
	Zone    string `yaml:"zone"`    // of times without one; "" for the meter's
	Dialect string `yaml:"dialect"` // the only one that may read them; "" for whichever fits

	// Assume is what dialects ask for: see [decoder.Set.CheckAssume].
	Assume map[string]any `yaml:"assume"`
}

// Validate reports every assumption that cannot be about anything. What it says is
// held to the dialects by Open.
func (as Assumptions) Validate() error {
	var faults []error
	for i, a := range as {
		if reason := badOwnFilter(a.Topic); reason != "" {
			faults = append(faults, fmt.Errorf("assume[%d].topic: %q: %s", i, a.Topic, reason))
		}
		if a.Gateway != "" && !validGateway(a.Gateway) {
			faults = append(faults, fmt.Errorf("assume[%d].gateway: %q: want 1 to 64 characters of a-z, 0-9 and -", i, a.Gateway))
		}
		if _, err := time.LoadLocation(a.Zone); err != nil || a.Zone == "Local" {
			faults = append(faults, fmt.Errorf("assume[%d].zone: %q: want an IANA zone, Europe/Paris", i, a.Zone))
		}
		if a.Zone == "" && a.Dialect == "" && len(a.Assume) == 0 {
			faults = append(faults, fmt.Errorf("assume[%d]: nothing is assumed: want zone, dialect or assume", i))
		}
	}
	return errors.Join(faults...)
}

// Open holds what is assumed to the dialects, and returns it ready for use. The
// error names every assumption that no dialect can use.
func (as Assumptions) Open(set *decoder.Set) (Known, error) {
	var known Known
	var faults []error
	for i, a := range as {
		k := about{topic: a.Topic, gateway: a.Gateway, assume: a.Assume}
		if a.Dialect != "" {
			k.assume = map[string]any{"dialect": a.Dialect}
			maps.Copy(k.assume, a.Assume)
		}
		if err := set.CheckAssume(k.assume); err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				faults = append(faults, fmt.Errorf("assume[%d].%s", i, line))
			}
		}
		if a.Zone != "" {
			var err error
			if k.zone, err = time.LoadLocation(a.Zone); err != nil {
				faults = append(faults, fmt.Errorf("assume[%d].zone: %w", i, err))
			}
		}
		known = append(known, k)
	}
	return known, errors.Join(faults...)
}

// Known is what a site knows of its devices, for decoders. Its zero value is nothing.
type Known []about

type about struct {
	topic, gateway string
	assume         map[string]any
	zone           *time.Location
}

// Tell adds to a message of a gateway what is known of it; gateway is "" where
// nobody knows it.
func (ks Known) Tell(gateway string, m *decoder.Message) {
	for i := range ks {
		k := &ks[i]
		if k.gateway != "" && k.gateway != gateway || !covers(k.topic, m.Topic) {
			continue
		}
		m.Assume = k.assume
		if k.zone != nil {
			m.Zone = k.zone
		}
		return
	}
}

// badOwnFilter says what is wrong with a filter of a device's own topic; it may be
// about all topics.
func badOwnFilter(filter string) string {
	if filter == "#" {
		return ""
	}
	if first, rest, more := strings.Cut(filter, "/"); first == "+" && more {
		return badFilter("any/" + rest)
	}
	return badFilter(filter)
}

package simulators_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/ingest/decoder"
	"foyer/simulators"
)

// open opens a scenario that must be right.
func open(t testing.TB, s simulators.Scenario) *simulators.Town {
	t.Helper()
	town, err := simulators.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	return town
}

// everyDialect is a scenario with a home of each dialect and contract.
func everyDialect(start string, days int) simulators.Scenario {
	s := simulators.Scenario{Seed: 3, Start: start, Days: days, HalfHours: 1}
	for _, name := range simulators.Dialects() {
		for _, contract := range []string{simulators.Base, simulators.PeakOffPeak} {
			h := simulators.Home{Dialect: name, Contract: contract, History: 1, Plug: true, Precision: 3}
			if contract == simulators.PeakOffPeak {
				if !strings.HasPrefix(name, "linky") || strings.HasSuffix(name, "standard") {
					continue
				}
				h.Precision = 2
			}
			s.Homes = append(s.Homes, h)
		}
	}
	return s
}

// stated returns what an emission states, in the decoder's words.
func stated(e simulators.Emission) (lines []string) {
	for _, v := range e.Values {
		at := e.At
		if e.Device.Untimed {
			at = time.Time{}
		}
		lines = append(lines, fmt.Sprintln(e.Device.Scheme, e.Device.ID, v.Register, v.Value, at.Format(time.RFC3339Nano)))
	}
	slices.Sort(lines)
	return lines
}

// decoded returns what the decoder makes of an emission.
func decoded(t *testing.T, town *simulators.Town, e simulators.Emission) (lines []string) {
	t.Helper()
	r, err := decoder.Decode(decoder.Message{
		Topic: strings.TrimPrefix(e.Topic, e.Device.Mount()), Payload: e.Payload, ReceivedAt: e.Sent, Zone: town.Zone(),
	})
	if err != nil {
		t.Fatalf("%s %s: %v", e.Topic, e.Payload, err)
	}
	for _, o := range r.Observations {
		if !slices.Contains(append(o.Device.Aliases, o.Device.ID), e.Device.ID) || o.Device.Scheme != e.Device.Scheme {
			t.Fatalf("%s names %+v, want %s", e.Topic, o.Device, e.Device.ID)
		}
		lines = append(lines, fmt.Sprintln(o.Device.Scheme, o.Device.ID, o.Register, o.Value, o.At.Format(time.RFC3339Nano)))
	}
	slices.Sort(lines)
	return lines
}

func TestDecodingWhatDevicesSayGivesWhatTheyShowed(t *testing.T) {
	for _, start := range []string{"2026-10-24", "2026-03-28", "2026-11-10"} { // two changes of time, and none
		town := open(t, everyDialect(start, 3))
		from, to := town.Span()
		seen := map[string]int{}
		for e := range town.Emissions(from, to.Add(time.Second)) {
			seen[e.Device.Dialect]++
			if want, got := stated(e), decoded(t, town, e); !slices.Equal(want, got) {
				t.Fatalf("%s %s\nstates  %v\ndecoded %v", e.Topic, e.Payload, want, got)
			}
		}
		for _, name := range append(simulators.Dialects(), "zigbee2mqtt", "zigbee2mqtt_outdoor", "zigbee2mqtt_plug") {
			if seen[name] < 3*48 {
				t.Errorf("from %s: %d messages of %s", start, seen[name], name)
			}
		}
	}
}

func TestSignsOfLifeCarryNoReading(t *testing.T) {
	town := open(t, everyDialect("2026-11-10", 1))
	said := 0
	for _, g := range town.Gateways() {
		for _, e := range town.Hello(g) {
			said++
			if !e.Retained {
				t.Errorf("%s is not retained", e.Topic)
			}
			if lines := decoded(t, town, e); len(lines) > 0 {
				t.Errorf("%s %s says %v", e.Topic, e.Payload, lines)
			}
		}
	}
	if said < len(town.Gateways()) {
		t.Errorf("%d signs of life of %d gateways", said, len(town.Gateways()))
	}
}

func TestDevicesAreNamedAsTheirMessagesNameThem(t *testing.T) {
	town := open(t, everyDialect("2026-11-10", 1))
	from, _ := town.Span()
	for e := range town.Emissions(from, from.Add(time.Minute)) {
		r, err := decoder.Decode(decoder.Message{Topic: strings.TrimPrefix(e.Topic, e.Device.Mount()), Payload: e.Payload, ReceivedAt: e.Sent, Zone: town.Zone()})
		if err != nil {
			t.Fatal(err)
		}
		d := r.Observations[0].Device
		if d.Scheme != e.Device.Scheme || d.ID != e.Device.ID || cmp.Compare(len(d.Aliases), len(e.Device.Aliases)) != 0 {
			t.Errorf("decoded %+v, simulated %+v", d, e.Device)
		}
		family := e.Device.Dialect
		for _, kind := range []string{"_standard", "_untimed", "_status", "_outdoor", "_plug"} {
			family = strings.TrimSuffix(family, kind)
		}
		if !strings.HasPrefix(r.Dialect, family+"/") {
			t.Errorf("%s was read as %s", e.Device.Dialect, r.Dialect)
		}
	}
}

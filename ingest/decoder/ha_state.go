package decoder

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// learnDiscovery puts what a config says into the tables of its topics, and takes out
// what it said before.
func (in *Input) learnDiscovery(d *discovery) (facts []Fact) {
	config := in.message.Topic
	before := strings.Split(in.recall(discoveryConfigFact+config), "\n")
	now := slices.Concat(slices.Collect(maps.Keys(d.entities)), slices.Collect(maps.Keys(d.aside)))
	var kept []string
	for _, topic := range slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(now), before...)))) {
		if topic == "" {
			continue
		}
		var read, left []string
		for _, e := range d.entities[topic] {
			read = append(read, e.line())
		}
		if what, is := d.aside[topic]; is {
			left = []string{config + "\t" + string(what) + "\n"}
		}
		facts = append(facts, in.learnTable(discoveryFact+topic, read)...)
		facts = append(facts, in.learnTable(asideFact+topic, left)...)
		if read != nil || left != nil {
			kept = append(kept, topic)
		}
	}
	return append(facts, in.learn(discoveryConfigFact+config, strings.Join(kept, "\n"))...)
}

// learnTable replaces the rows of this config in a table, as far as there is room.
func (in *Input) learnTable(key string, rows []string) []Fact {
	var table strings.Builder
	for line := range strings.Lines(in.recall(key)) {
		if !strings.HasPrefix(line, in.message.Topic+"\t") {
			table.WriteString(line)
		}
	}
	for _, row := range rows {
		if table.Len()+len(row)+len(key) <= maxTable {
			table.WriteString(row)
		}
	}
	return in.learn(key, table.String())
}

// line writes a row: config, meaning, path, factor, device and its aliases.
func (e *discoveredEntity) line() string {
	f := e.factor
	fields := append([]string{
		e.config, e.means, e.path,
		strconv.FormatUint(f.num, 10) + " " + strconv.FormatUint(f.den, 10) + " " + strconv.Itoa(f.exp), e.device.ID,
	}, e.device.Aliases...)
	return strings.Join(fields, "\t") + "\n"
}

// readEntity reads a row.
func readEntity(line string) (e discoveredEntity, ok bool) {
	fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
	if len(fields) < 5 {
		return e, false
	}
	numbers := strings.Fields(fields[3])
	if len(numbers) != 3 {
		return e, false
	}
	var errs [3]error
	e.factor.num, errs[0] = strconv.ParseUint(numbers[0], 10, 64)
	e.factor.den, errs[1] = strconv.ParseUint(numbers[1], 10, 64)
	e.factor.exp, errs[2] = strconv.Atoi(numbers[2])
	e.config, e.means, e.path = fields[0], fields[1], fields[2]
	e.device = Device{ID: fields[4], Aliases: fields[5:]}
	return e, errs == [3]error{}
}

// decodeDiscovered reads a state by what discovery said of its topic; scheme is that
// of its device.
func decodeDiscovered(in *Input, scheme string) (Result, error) {
	var device Device
	for line := range strings.Lines(in.recall(discoveryFact + in.message.Topic)) {
		e, ok := readEntity(line)
		m, known := readMeaning(e.means)
		p, err := newPath(e.path)
		if !ok || !known || err != nil {
			continue
		}
		e.device.Scheme = scheme
		if device.ID == "" {
			device = e.device
		}
		in.sender = e.device
		n, is := readNumber(in.text())
		if e.path != "$" {
			if in.root(); in.broken() {
				return Result{Device: device}, refuse(reasonJSON)
			}
			n, is = p.one(in.root(), value{}).number()
		}
		switch is {
		case nothing:
			in.reject("a state", whyNothing)
		case notNumber:
			in.unreadable = true
			in.reject("a state", whyNoNumber(in.text()))
		case isNumber:
			in.keep(m.register, n, unit{m.unit.base, e.factor.times(m.unit.scale)}, origin{path: "a state"}, time.Time{})
		}
	}
	in.sender = Device{}
	return in.conclude(device)
}

package main

import (
	"fmt"
	"os/exec"

	"foyer/internal/testserver"
)

// A Need is something of the machine that a property cannot do without.
type Need struct {
	What  string
	Check func() error // says what to do about it
}

// Program needs a program on the PATH, from a Debian package.
func Program(name, debian string) Need {
	return Need{name, func() error {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("%s is not installed. On Debian: apt-get install %s", name, debian)
		}
		return nil
	}}
}

// Strace needs strace, and that it may trace.
var Strace = Need{"strace", func() error {
	if err := Program("strace", "strace").Check(); err != nil {
		return err
	}
	return attach()
}}

// Servers that trials start, from the folders testserver looks into.
var (
	Mosquitto = server("mosquitto", "apt-get install mosquitto")
	Influx    = server("influxd", "go install github.com/influxdata/influxdb/cmd/influxd@v1.8.10, or make servers")
	Postgres  = server("postgres", "apt-get install postgresql")
)

// server needs a program that testserver can start.
func server(name, how string) Need {
	return Need{name, func() error {
		if testserver.Find(name) == "" {
			return fmt.Errorf("%s is not installed: %s", name, how)
		}
		return nil
	}}
}

// missing returns what the machine lacks for properties, each thing once.
func missing(all []*Property) (faults []error) {
	seen := map[string]bool{}
	for _, p := range all {
		for _, n := range p.Needs {
			if seen[n.What] {
				continue
			}
			seen[n.What] = true
			if err := n.Check(); err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", p.IDs[0], err))
			}
		}
	}
	return faults
}

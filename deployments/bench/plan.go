package main

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
)

// A plan is what the flags ask for.
type plan struct {
	scenarios   string
	foyer       string // binaries
	telegraf    string // "" for no peer
	dir         string // where to work, "" for the machine's temporary folder
	meters      int
	connections int
	window      int // messages in flight on a connection
	messages    int // of one run
	runs        int
	pace        int // messages a second of the paced scenarios
	crowd       int // meters of the scenario "memory"
}

func (p *plan) flags(f *flag.FlagSet) {
	f.StringVar(&p.scenarios, "scenarios", "influx,sqlite,paced,outage", "what to measure, in this order; memory too, which takes ten minutes to enrol its meters")
	f.StringVar(&p.foyer, "foyer", "bin/foyer", "binary of Foyer")
	f.StringVar(&p.telegraf, "telegraf", "", "binary of Telegraf, the peer; none without it")
	f.StringVar(&p.dir, "dir", "", "folder to work in, on the disk to measure; the machine's temporary folder by default")
	f.IntVar(&p.meters, "meters", 1000, "meters that speak")
	f.IntVar(&p.connections, "connections", 100, "gateways, each with a connection of its own; a divisor of -meters")
	f.IntVar(&p.window, "window", 100, "messages in flight on each connection")
	f.IntVar(&p.messages, "messages", 300_000, "messages of one run, a multiple of -meters")
	f.IntVar(&p.runs, "runs", 5, "runs of each way; medians are printed")
	f.IntVar(&p.pace, "pace", 5000, "messages a second where acknowledgements are timed")
	f.IntVar(&p.crowd, "crowd", 100_000, "meters of the scenario memory, a multiple of -meters")
}

// check reports every fault of a plan.
func (p *plan) check() error {
	var faults []error
	for name := range strings.SplitSeq(p.scenarios, ",") {
		if scenarios[name] == nil {
			faults = append(faults, fmt.Errorf("-scenarios %q: want some of influx, sqlite, paced, outage, memory, with commas", name))
		}
	}
	for name, n := range map[string]int{"meters": p.meters, "connections": p.connections, "window": p.window, "messages": p.messages, "runs": p.runs, "pace": p.pace, "crowd": p.crowd} {
		if n < 1 {
			faults = append(faults, fmt.Errorf("-%s %d: want 1 or more", name, n))
		}
	}
	if len(faults) > 0 {
		slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
		return errors.Join(faults...)
	}
	if p.meters%p.connections != 0 {
		faults = append(faults, fmt.Errorf("-meters %d, -connections %d: want as many meters behind each connection", p.meters, p.connections))
	}
	if p.messages%p.meters != 0 {
		faults = append(faults, fmt.Errorf("-messages %d, -meters %d: want as many messages of each meter", p.messages, p.meters))
	}
	if p.window > 60_000 {
		faults = append(faults, fmt.Errorf("-window %d: want at most 60000, MQTT numbers no more", p.window))
	}
	return errors.Join(faults...)
}

// measures reports whether a scenario is among those of the plan.
func (p *plan) measures(scenario string) bool {
	return slices.Contains(strings.Split(p.scenarios, ","), scenario)
}

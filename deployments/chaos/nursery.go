package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Each trial's pilot has this many gateways, a plug and a sensor behind each.
const gateways = 6

// A nursery is a pilot enrolled once, with the commands an operator uses, and copied
// for each trial.
type nursery struct {
	dir       string            // data folder
	passwords map[string]string // of gateways
	token     string            // of a machine of the cooperative
	meters    []*Meter          // without a seed
	began     time.Time
}

// A nest keeps the nursery that all trials copy.
type nest struct {
	sync.Mutex
	*nursery // nil until somebody needs it
}

// age is how long before the harness starts the meters' messages begin: within the
// 35 days in which lateness alone refuses nothing.
const age = 33 * 24 * time.Hour

// raise returns the nursery of pilots on SQLite, enrolled at the first call.
func (t *Trial) raise() *nursery {
	t.nest.Lock()
	defer t.nest.Unlock()
	if t.nest.nursery == nil {
		t.nest.nursery = t.enrol(filepath.Join(t.Harness.dir, "nursery"))
	}
	return t.nest.nursery
}

// enrol makes a pilot in a new folder. Lines are added to its configuration.
func (t *Trial) enrol(dir string, lines ...string) *nursery {
	n := &nursery{dir: dir, passwords: map[string]string{}, began: t.now().UTC().Add(-age).Truncate(time.Second)}
	t.must(os.MkdirAll(n.dir, 0o700), "make a folder")
	config := dir + ".yaml"
	t.must(os.WriteFile(config, fmt.Appendf(nil, "data: %s\n%s\n", n.dir, strings.Join(lines, "\n")), 0o600), "configure")
	run := func(args ...string) string { return t.command(append(args, "--config", config)...) }
	since := n.began.Add(-24 * time.Hour).Format(time.RFC3339)
	for i := 1; i <= gateways; i++ {
		gateway, home := fmt.Sprintf("gw-%02d", i), fmt.Sprintf("Foyer %02d", i)
		n.passwords[gateway] = run("gateway", "add", gateway)
		run("household", "add", "--label", home)
		run("consent", "give", home, "--purpose", "family_view", "--purpose", "cooperative_summary", "--notice", "2026-11-26", "--paper", "folder 1")
		run("meter", "claim", gateway+"/zigbee2mqtt/prise", "--household", home, "--role", "electricity", "--from", since)
		run("meter", "claim", gateway+"/zigbee2mqtt/dehors", "--role", "outdoor", "--from", since)
	}
	n.token = run("token", "add", "chaos")
	n.meters = meters(t, run("meter", "list", "--json"), n.began)
	return n
}

// meters reads what `foyer meter list --json` prints.
func meters(t *Trial, list string, began time.Time) (all []*Meter) {
	lines := bufio.NewScanner(strings.NewReader(list))
	for lines.Scan() {
		var m struct{ ID, Gateway, Device string }
		t.must(json.Unmarshal(lines.Bytes(), &m), "list meters")
		device := strings.TrimPrefix(m.Device, "zigbee2mqtt/")
		all = append(all, &Meter{Gateway: m.Gateway, Device: device, ID: m.ID, Climate: device == "dehors", Began: began})
	}
	if len(all) != 2*gateways {
		t.Fatalf("enrolled %d meters, want %d:\n%s", len(all), 2*gateways, list)
	}
	return all
}

// command runs a command of foyer and returns what it prints.
func (t *Trial) command(args ...string) string {
	cmd := exec.CommandContext(t.Context, t.binary, args...) //nolint:gosec // the foyer under trial
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("foyer %s: %v: %s", strings.Join(args, " "), err, said.String())
	}
	return strings.TrimSpace(out.String())
}

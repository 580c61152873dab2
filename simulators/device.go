package simulators

import (
	"fmt"
	"sort"
	"time"

	"foyer/internal/energy"
)

// A Role is what a device is for.
type Role string

// The roles of a device.
const (
	Electricity Role = "electricity" // counts all electricity of a home
	Indoor      Role = "indoor"      // stands in the living room
	Outdoor     Role = "outdoor"     // hangs outside, for the whole town
	Appliance   Role = "appliance"   // counts what is behind one plug
)

// A Device is one sender behind a gateway. Gateway, Scheme and ID name it, as the
// messages do; names are the same in every home, as in life.
type Device struct {
	Gateway   string
	Scheme    string // "tasmota", "zigbee2mqtt", "shelly", "wmbus"
	ID        string
	Aliases   []string // other ids of it within Scheme
	Role      Role
	Dialect   string // "linky_tasmota_teleinfo", …
	Registers []energy.Register

	// Untimed says that its messages do not say when: what they state counts as of
	// their arrival.
	Untimed bool
}

// A dialect is one family of devices: what it counts and in which bytes it says so.
type dialect struct {
	name      string
	scheme    string
	role      Role
	contracts []string // contracts whose prices it can tell apart; nil: it needs none
	tick      int64    // ms, resolution of its clock
	untimed   bool     // its messages do not say when
	// describe fills in id, topic and what else is the device's own.
	describe func(d *device)
	// show appends what the registers show, always the same ones in the same order.
	show func(d *device, s *sample, vs []Value) []Value
	// encode appends the message that states vs.
	encode func(d *device, s *sample, vs []Value, b []byte) []byte
}

var dialects = map[string]*dialect{}

// register adds a dialect to the open set.
func register(d dialect) {
	if _, twice := dialects[d.name]; twice {
		panic("two simulated devices are named " + d.name)
	}
	dialects[d.name] = &d
}

// Dialects returns the names of the dialects that can count a home's electricity.
func Dialects() []string { return meters(func(*dialect) bool { return true }) }

// timed returns those of them whose messages say when, in which homes speak unless a
// scenario says otherwise.
func timed() []string { return meters(func(d *dialect) bool { return !d.untimed }) }

func meters(which func(*dialect) bool) []string {
	var names []string
	for name, d := range dialects {
		if d.role == Electricity && which(d) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// A device is a Device as built.
type device struct {
	Device
	*dialect
	home      int    // index in the town; -1 outside
	topic     string // its own, without the mount
	mounted   string // with it
	alive     string // topic of its retained sign of life, "" without one
	living    string // what it says there
	serial    string // 12 digits of the meter, or hexadecimal digits of the radio
	hphc      bool
	kVA       int64
	decimals  int   // of a kWh, where the owner can choose them
	precision int64 // mWh, one step of what it shows of energy
	every     int64 // ms between messages
	phase     int64 // ms, local half-hours are at phase + n·30 min
	zone      *time.Location
	since     int64 // Unix ms when it was installed
	index     counters
	dice      dice
}

// A sample is what a device finds at one instant.
type sample struct {
	at      int64 // what its clock shows, Unix ms
	used    counters
	flow    *counters // of the running step, mWh
	off     bool
	today   int64 // electricity since local midnight, mWh
	eve     int64 // electricity of the day before, mWh
	inside  int64 // m°C
	outside int64 // m°C
}

// milliwatts is the mean power of a flow in mWh a step.
func milliwatts(flow int64) int64 { return flow * perHour }

// voltAmpere returns the apparent power of a home that takes mW, in VA.
func voltAmpere(mW int64) int64 { return mW * 100 / 96 / 1000 }

// build makes a device of the town: of its home-th home, or of nobody's when home is
// -1. name is that of its dialect; salt tells the devices of a home apart.
func (t *Town) build(name string, home int, gateway string, salt int64) *device {
	d := &device{
		dialect: dialects[name], home: home, zone: t.zone, phase: t.phase, since: t.begin,
		every: t.interval, dice: t.dice.child(int64(home)+1, 100+salt),
	}
	d.Gateway, d.Role, d.Dialect, d.Scheme, d.Untimed = gateway, d.role, name, d.scheme, d.untimed
	if d.Role == Indoor || d.Role == Outdoor {
		d.every = t.Scenario.Sensors.Milliseconds()
	}
	if home >= 0 {
		h := &t.Scenario.Homes[home]
		d.hphc, d.kVA, d.decimals = h.Contract == PeakOffPeak, int64(h.PowerKVA), h.Precision
	}
	d.describe(d)
	d.mounted = d.Mount() + d.topic
	for _, v := range d.show(d, &sample{flow: &counters{}}, nil) {
		d.Registers = append(d.Registers, v.Register)
	}
	return d
}

// digits returns n decimal digits of the device's own.
func (d *device) digits(n int) string {
	s := fmt.Sprintf("%018d", d.dice.roll(1)>>4)
	return s[len(s)-n:]
}

// hex returns n hexadecimal digits of the device's own.
func (d *device) hex(n int) string {
	s := fmt.Sprintf("%016x", d.dice.roll(2))
	return s[:n]
}

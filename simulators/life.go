package simulators

// A house is a home as built: what does not change while it is simulated.
type house struct {
	walls   dwelling
	tank    tank
	people  occupants
	offPeak window // when the tank may heat and the contract, if it has two prices, is at the lower one
	plug    bool   // a plug measures the fridge and what stands by

	after   dwelling // walls once the works are over
	renewed int64    // instant when they are, Unix ms; forever without any

	holdsBack int64 // instant from which the family hardly heats, Unix ms; forever after all time
	leaks     int64 // instant from which the tank's element also runs for nothing at night, Unix ms
}

// forever is an instant that never comes.
const forever = int64(1) << 62

// Counters are the energies of a home since its physics began, mWh.
type counters struct {
	off, peak  int64 // electricity off-peak and in the other hours; their sum is all of it
	appliances int64 // electricity by use: appliances,
	water      int64 // hot water
	heating    int64 // and heating
	plug       int64 // the part of appliances behind the plug
	fuel       int64 // heat that is not electric
	gains      int64 // heat of people, sun and tank
	lost       int64 // heat lost to outside
}

func (c counters) total() int64 { return c.off + c.peak }

// plus returns c after a part of the step whose flows are f: at of step, both ms.
func (c counters) plus(f *counters, at int64) counters {
	part := func(flow int64) int64 { return floorDiv(flow*at, step) }
	c.off += part(f.off)
	c.peak += part(f.peak)
	c.appliances += part(f.appliances)
	c.water += part(f.water)
	c.heating += part(f.heating)
	c.plug += part(f.plug)
	return c
}

// A life is the state of a home between two steps.
type life struct {
	warmth   warmth
	lacks    int64 // heat the tank lacks of being full, mWh
	day      int64 // local day of plan, days after 1970-01-01
	plan     plan
	used     counters
	midnight int64 // used.total() when day began
	eve      int64 // used.total() when the day before began

	flow   counters // of the running step
	filled int64    // the part of flow.water that stays in the tank
	inside int64    // temperature at the start of the running step, m°C
}

// A moment is what all homes of a town share in one step.
type moment struct {
	at      int64 // start of the step, Unix ms
	day     int64 // local day, days after 1970-01-01
	clock   int64 // local minute of the day
	outside int64 // m°C
	sun     int64 // 0 to 1000
}

func newLife(h *house) life {
	return life{warmth: warmth(18_500 * h.walls.mass), day: -1}
}

// begin works out the flows of the step that starts at m.
func (l *life) begin(h *house, m *moment) {
	if l.day != m.day {
		l.day, l.plan = m.day, h.people.on(m.day, h.offPeak)
		l.eve, l.midnight = l.midnight, l.used.total()
	}
	f := &l.flow
	*f = counters{}
	turn := m.at / step
	off := h.offPeak.holds(m.clock)

	f.appliances = h.people.watts(&l.plan, m.clock, turn) * 1000 / perHour
	if h.plug {
		f.plug = h.people.watts(&plan{}, m.clock, turn) * 1000 / perHour
	}
	l.filled = h.tank.heat(l.lacks, off || !h.offPeak.daily())
	f.water = l.filled
	if m.at >= h.leaks && (m.clock >= 23*60 || m.clock < 6*60) {
		f.water += h.tank.element * 1000 / perHour
	}

	walls := h.dwelling(m)
	l.inside = l.warmth.at(walls)
	f.lost = walls.lose(l.inside, m.outside)
	f.gains = walls.window*m.sun/perHour + h.tank.standby
	if h.people.in(&l.plan, m.clock) {
		f.gains += h.people.persons * 70 * 1000 / perHour
	}
	heat := walls.warm(l.warmth, h.target(&l.plan, m), f.lost, f.gains+f.appliances)
	if walls.electric {
		f.heating = heat
	} else {
		f.fuel = heat
	}

	if sum := f.appliances + f.water + f.heating; off {
		f.off = sum
	} else {
		f.peak = sum
	}
}

// end lets the step that [life.begin] worked out happen.
func (l *life) end(h *house, m *moment) {
	f := &l.flow
	u := &l.used
	u.off += f.off
	u.peak += f.peak
	u.appliances += f.appliances
	u.water += f.water
	u.heating += f.heating
	u.plug += f.plug
	u.fuel += f.fuel
	u.gains += f.gains
	u.lost += f.lost
	l.warmth += warmth(f.gains + f.appliances + f.heating + f.fuel - f.lost)

	draw := h.people.draws(&l.plan, m.clock)
	l.lacks = min(l.lacks-l.filled+draw+h.tank.standby, h.tank.full)
}

// dwelling returns what the walls and the heater are like at m.
func (h *house) dwelling(m *moment) *dwelling {
	if m.at >= h.renewed {
		return &h.after
	}
	return &h.walls
}

// target returns what the heater is set to, m°C.
func (h *house) target(p *plan, m *moment) int64 {
	switch {
	case m.at >= h.holdsBack:
		return h.dwelling(m).held
	case h.people.up(p, m.clock):
		return h.dwelling(m).comfort
	}
	return h.dwelling(m).eco
}

// add and sub do to the electricity counters what their names say.
func (c counters) add(d counters) counters {
	return counters{
		off: c.off + d.off, peak: c.peak + d.peak,
		appliances: c.appliances + d.appliances, water: c.water + d.water, heating: c.heating + d.heating,
		plug: c.plug + d.plug,
	}
}

func (c counters) sub(d counters) counters {
	return c.add(counters{
		off: -d.off, peak: -d.peak,
		appliances: -d.appliances, water: -d.water, heating: -d.heating,
		plug: -d.plug,
	})
}

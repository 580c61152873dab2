package simulators

import "time"

// Occupants are the people of a home and their habits.
type occupants struct {
	persons int64
	away    bool // nobody is in from 8:30 to 17:00 on working days
	base    int64
	fridge  int64 // power of the fridge while it runs, W
	dice    dice
}

func newOccupants(d dice, persons int64) occupants {
	return occupants{
		persons: persons,
		away:    persons < 3 && d.below(3, 1) > 0,
		base:    d.between(35, 70, 2) + 8*persons,
		fridge:  d.between(70, 110, 3),
		dice:    d,
	}
}

// A use is an appliance that runs from one minute of the day to another.
type use struct{ from, to, watts int64 }

// A plan is what the occupants do on one local day.
type plan struct {
	workday bool
	uses    [6]use
	shower  int64 // minute of the day
	bath    int64
	water   int64 // hot water of the day, in mWh of heat
}

// on returns the plan of the local day n days after 1970-01-01. Washing waits for
// the off-peak hours when the home has some.
func (o *occupants) on(n int64, offPeak window) plan {
	weekday := time.Weekday(floorMod(n+4, 7)) // 1970-01-01 was a Thursday
	p := plan{workday: weekday != time.Saturday && weekday != time.Sunday}
	roll := func(lo, hi, key int64) int64 { return o.dice.between(lo, hi, n, key) }
	wake := int64(6*60 + 30)
	if !p.workday {
		wake = 8 * 60
	}
	wake += roll(0, 8, 1) * 5
	p.shower, p.bath = wake+15, 20*60+roll(0, 6, 2)*5
	p.water = o.persons * roll(900, 1_500, 3) * 1000

	p.uses[0] = use{wake, wake + 10, 1_800} // kettle, toaster
	dinner := 18*60 + 45 + roll(0, 9, 4)*5
	p.uses[1] = use{dinner, dinner + 25 + 5*o.persons, roll(1_100, 1_800, 5)}
	if !p.workday || !o.away {
		p.uses[2] = use{12 * 60, 12*60 + 25, roll(800, 1_500, 6)}
	}
	p.uses[3] = use{18 * 60, 22*60 + 30, 60 + 45*o.persons} // lamps, screens
	p.uses[4] = use{wake, wake + 60, 40 + 10*o.persons}
	if roll(0, 9, 7) < 2+o.persons {
		start := 10*60 + roll(0, 30, 8)*5
		if offPeak.daily() {
			start = floorMod(offPeak.from+15, 24*60-100)
		}
		p.uses[5] = use{start, start + 95, roll(500, 750, 9)}
	}
	return p
}

// watts returns the power of all appliances at a minute of the day. turn counts
// steps and drives the fridge.
func (o *occupants) watts(p *plan, clock, turn int64) int64 {
	w := o.base
	if floorMod(turn+int64(o.dice&7), 7) < 3 {
		w += o.fridge
	}
	for _, u := range p.uses {
		if clock >= u.from && clock < u.to {
			w += u.watts
		}
	}
	return w
}

// in reports whether somebody is at home at a minute of the day.
func (o *occupants) in(p *plan, clock int64) bool {
	return !p.workday || !o.away || clock < 8*60+30 || clock >= 17*60
}

// up reports whether somebody is at home and awake.
func (o *occupants) up(p *plan, clock int64) bool {
	return o.in(p, clock) && clock >= 6*60+15 && clock < 22*60+30
}

// draws returns the hot water taken during one step, in mWh of heat.
func (o *occupants) draws(p *plan, clock int64) int64 {
	switch {
	case clock >= p.shower && clock < p.shower+20:
		return p.water * 3 / 5 / 4 // four steps
	case clock >= p.bath && clock < p.bath+20:
		return p.water / 4 / 4
	}
	return 0
}

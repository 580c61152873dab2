package simulators

import (
	"slices"
	"time"
)

// A walk is the whole town at one instant, step by step.
type walk struct {
	town  *Town
	now   moment
	lives []life
	taps  []tap
}

// A tap is a device on a walk: when it speaks next, and what it has forgotten.
type tap struct {
	*device
	strikes []strike
	spans   []span
	clock   int64    // what its clock shows when it speaks next, before jitter; Unix ms
	ahead   int64    // how far its clock is ahead
	zero    counters // what its counters showed when they were reset
	glitch  bool     // its glitch is over
}

// A span is a time a device speaks, both ends included, Unix ms.
type span struct{ from, to int64 }

// walk starts at the earliest instant published.
func (t *Town) walk() *walk {
	w := &walk{town: t, lives: slices.Clone(t.lives)}
	w.now.at = t.ready
	for _, d := range t.devices {
		p := tap{device: d, spans: t.spans(d), clock: -1}
		faults, start := t.Scenario.Faults, time.UnixMilli(t.ready)
		if d.home >= 0 {
			faults, start = t.Scenario.Homes[d.home].Faults, t.Scenario.Homes[d.home].From
		}
		p.strikes = strikes(faults, start, d.Role)
		w.taps = append(w.taps, p)
	}
	return w
}

// spans returns when a device speaks.
func (t *Town) spans(d *device) (all []span) {
	for i := range t.Scenario.Homes {
		h := &t.Scenario.Homes[i]
		s := span{h.From.UnixMilli(), forever}
		if !h.To.IsZero() {
			s.to = h.To.UnixMilli()
		}
		if d.home < 0 { // the station speaks whenever a home does
			all = append(all, s)
			continue
		}
		if d.home != i {
			continue
		}
		about := situations[h.Situation]
		s.from += about.quiet.Milliseconds()
		if about.talks > 0 && d.Role == Electricity {
			s.to = min(s.to, h.From.Add(about.talks).UnixMilli())
		}
		return []span{s}
	}
	return all
}

// look fills in what homes share in the step at now.at.
func (t *Town) look(m *moment) {
	_, offset := time.UnixMilli(m.at).In(t.zone).Zone()
	local := m.at + int64(offset)*1000
	m.day = floorDiv(local, day)
	m.clock = floorMod(local, day) / minute
	m.outside = t.Scenario.Climate.outside(m.at)
	m.sun = t.Scenario.Climate.sun(m.at)
}

// begin works out the step at now; end lets it happen and moves on.
func (w *walk) begin() {
	w.town.look(&w.now)
	for i := range w.lives {
		w.lives[i].begin(&w.town.houses[i], &w.now)
	}
}

func (w *walk) end() {
	for i := range w.lives {
		w.lives[i].end(&w.town.houses[i], &w.now)
	}
	w.now.at += step
}

// leap is what a counter gains in a leap, mWh.
const leap = 39_000_000_000

// speak visits every instant at which a device speaks during the step: at is the
// true one, Unix ms, s what the device finds.
func (w *walk) speak(visit func(t *tap, at int64, s *sample)) {
	for i := range w.taps {
		t := &w.taps[i]
		for j := range t.strikes {
			switch s := &t.strikes[j]; {
			case s.from != w.now.at:
			case s.kind == Reset:
				t.zero = w.used(t.home, 0).add(t.index)
			case s.kind == Leap:
				t.zero = t.zero.sub(counters{peak: leap})
			}
		}
		if ahead := t.skew(w.now.at); t.clock < 0 || ahead != t.ahead {
			t.ahead = ahead
			t.clock = floorDiv(w.now.at+ahead-t.phase-1, t.every)*t.every + t.every + t.phase
		}
		for {
			stated := t.clock + t.jitter()
			at := stated - t.ahead
			if at >= w.now.at+step {
				break
			}
			t.clock += t.every
			if !slices.ContainsFunc(t.spans, func(s span) bool { return at >= s.from && at <= s.to }) {
				continue
			}
			s := w.sample(t, at)
			s.at = stated
			visit(t, at, &s)
		}
	}
}

// jitter returns how long after its mark the device speaks next, ms. On a local
// half-hour it is exact, so that the energy of a half-hour is a difference.
func (t *tap) jitter() int64 {
	if floorMod(t.clock-t.phase, 30*minute) == 0 {
		return 0
	}
	return floor(t.dice.below(t.every/3, t.clock), t.tick)
}

// used returns the counters of a home a part of the running step after its start.
func (w *walk) used(home int, after int64) counters {
	if home < 0 {
		return counters{}
	}
	l := &w.lives[home]
	if after == 0 {
		return l.used
	}
	return l.used.plus(&l.flow, after)
}

// sample returns what a device finds at instant at of the running step.
func (w *walk) sample(t *tap, at int64) sample {
	s := sample{outside: w.now.outside, flow: &counters{}}
	if t.home < 0 {
		return s
	}
	l := &w.lives[t.home]
	used := w.used(t.home, at-w.now.at)
	s.today, s.eve = used.total()-l.midnight, l.midnight-l.eve
	s.used = used.add(t.index).sub(t.zero)
	s.flow, s.off, s.inside = &l.flow, w.town.houses[t.home].offPeak.holds(w.now.clock), l.inside
	return s
}

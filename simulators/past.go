package simulators

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"foyer/internal/energy"
)

// A point is what Past remembers of a home at one instant.
type point struct {
	at              int64
	off, peak       int64 // mWh
	inside, outside int64 // m°C
}

// A past is what happened before a home's start: local midnights, and half-hours of
// the last days.
type past struct{ days, halves []point }

// An Interval is energy a device counted in the past, as a grid operator states it.
type Interval struct {
	Home   int // in the order of the scenario
	Device Device
	energy.Interval
}

// A Sample is what a climate sensor showed in the past.
type Sample struct {
	Home     int // in the order of the scenario; -1 for the station
	Device   Device
	Register energy.Register
	At       time.Time // UTC
	Value    int64     // thousandths of the base unit
}

// remember lives through the past of every home.
func (t *Town) remember() {
	t.past = make([]past, len(t.houses)+1)
	w := &walk{town: t, lives: t.lives}
	w.now.at = t.begin
	last := t.ready
	for i := range t.Scenario.Homes {
		last = max(last, t.Scenario.Homes[i].From.UnixMilli())
	}
	for ; w.now.at <= last; w.end() {
		if w.now.at == t.ready {
			t.lives = append([]life(nil), w.lives...) // what follows belongs to homes that start later
		}
		w.begin()
		mark := floorMod(w.now.at-t.phase, 30*minute) == 0
		for i := range t.houses {
			h := &t.Scenario.Homes[i]
			from := h.From.UnixMilli()
			if w.now.at > from {
				continue
			}
			l := &w.lives[i]
			p := point{w.now.at, l.used.off, l.used.peak, l.inside, w.now.outside}
			if w.now.clock == 0 && w.now.at >= h.Since.UnixMilli() {
				t.past[i].days = append(t.past[i].days, p)
			}
			if mark && w.now.at >= t.split(h) {
				t.past[i].halves = append(t.past[i].halves, p)
			}
		}
		if mark && w.now.at <= t.ready && w.now.at >= t.ready-int64(t.Scenario.HalfHours)*day {
			t.past[len(t.houses)].halves = append(t.past[len(t.houses)].halves, point{at: w.now.at, outside: w.now.outside})
		}
	}
}

// split returns the instant from which the past of h is told by the half-hour.
func (t *Town) split(h *Home) int64 {
	return max(h.midnight(t.zone, t.Scenario.HalfHours).UnixMilli(), h.Since.UnixMilli())
}

// Past returns what the electricity meters counted before each home's start: local
// days, and half-hours for the last Scenario.HalfHours days. They are differences of
// an index in whole Wh, measured, and follow each other without a hole up to the
// first message.
func (t *Town) Past() []Interval {
	n := 0
	for i := range t.past {
		n += 2 * (len(t.past[i].days) + len(t.past[i].halves))
	}
	all := make([]Interval, 0, n)
	for _, d := range t.devices {
		if d.Role != Electricity {
			continue
		}
		h := &t.Scenario.Homes[d.home]
		split := t.split(h)
		tell := func(points []point, from, to int64) {
			for i := 1; i < len(points); i++ {
				if a, b := points[i-1], points[i]; a.at >= from && b.at <= to {
					all = d.between(all, a, b)
				}
			}
		}
		tell(t.past[d.home].days, 0, split)
		tell(t.past[d.home].halves, split, h.From.UnixMilli())
	}
	return all
}

// between appends what the meter counted between two points, for each register.
func (d *device) between(all []Interval, a, b point) []Interval {
	of := func(r energy.Register, from, to int64) Interval {
		return Interval{d.home, d.Device, energy.Interval{
			Register: r, From: time.UnixMilli(a.at).UTC(), To: time.UnixMilli(b.at).UTC(),
			Energy: floor(to, 1000) - floor(from, 1000),
		}}
	}
	if d.hphc {
		return append(all,
			of(d.Registers[0], d.index.off+a.off, d.index.off+b.off),
			of(d.Registers[1], d.index.peak+a.peak, d.index.peak+b.peak))
	}
	return append(all, of(d.Registers[0], d.index.total()+a.off+a.peak, d.index.total()+b.off+b.peak))
}

// Samples returns what the sensors of the homes and of the station showed at every
// half-hour of the last Scenario.HalfHours days before the start, which is not included.
func (t *Town) Samples() []Sample {
	n := 0
	for i := range t.past {
		n += 2 * len(t.past[i].halves)
	}
	all := make([]Sample, 0, n)
	for _, d := range t.devices {
		home := d.home
		switch {
		case d.Role == Outdoor:
			home = len(t.houses)
		case d.Role != Indoor:
			continue
		}
		points := t.past[home].halves
		var vs []Value
		for _, p := range points[:max(len(points)-1, 0)] {
			if d.Role == Outdoor && !t.Scenario.Climate.kept(time.UnixMilli(p.at).In(t.zone)) {
				continue
			}
			s := sample{at: p.at, inside: p.inside, outside: p.outside}
			vs = d.show(d, &s, vs[:0])
			for _, v := range vs {
				all = append(all, Sample{d.home, d.Device, v.Register, time.UnixMilli(p.at).UTC(), v.Value})
			}
		}
	}
	return all
}

// WritePast writes intervals as `foyer readings import` reads them. name says what
// the meter of a device is called there.
func WritePast(w io.Writer, past []Interval, name func(Device) string) error {
	var b strings.Builder
	b.WriteString("meter,register,from,to,energy_wh,estimated\n")
	for _, p := range past {
		b.WriteString(name(p.Device))
		b.WriteByte(',')
		b.WriteString(string(p.Register))
		b.WriteByte(',')
		b.WriteString(p.From.Format(time.RFC3339))
		b.WriteByte(',')
		b.WriteString(p.To.Format(time.RFC3339))
		b.WriteByte(',')
		b.WriteString(strconv.FormatInt(p.Energy/1000, 10))
		b.WriteByte(',')
		b.WriteString(strconv.FormatBool(p.Estimated))
		b.WriteByte('\n')
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write %d past intervals: %w", len(past), err)
	}
	return nil
}

// budget gives a home that exceeds its budget one that it exceeds: four fifths of
// what the month has cost before the start at about 20 cents for a kWh.
func (t *Town) budget(i int) {
	h := &t.Scenario.Homes[i]
	if h.Situation != Budget || h.Budget != 0 {
		return
	}
	y, m, _ := h.From.In(t.zone).Date()
	first := time.Date(y, m, 1, 0, 0, 0, 0, t.zone).UnixMilli()
	halves := t.past[i].halves
	if len(halves) == 0 {
		return
	}
	start, end := halves[len(halves)-1], halves[len(halves)-1]
	for _, p := range append(t.past[i].days, halves...) {
		if p.at >= first && p.at < start.at {
			start = p
		}
	}
	mWh := end.off + end.peak - start.off - start.peak
	days := (end.at - start.at) / day
	spent := mWh*20/1_000_000 + days*60
	h.Budget = max(spent*4/5/100*100, 1_000)
}

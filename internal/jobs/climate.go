package jobs

import (
	"context"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/weather"
)

// reachOfSensor returns how far a change of what a sensor samples in [from, to) reaches.
func (p *Planner) reachOfSensor(ctx context.Context, w window, from, to time.Time) (time.Time, time.Time, error) {
	start, end, err := p.reachOfSamples(ctx, w, temperature, from, to)
	if err != nil {
		return from, to, err
	}
	damp, err := p.dampens(ctx, w.meter)
	if err != nil || !damp {
		return start, end, err
	}
	first, last, err := p.reachOfSamples(ctx, w, humidity, from, to)
	return earlier(start, first), later(end, last), err
}

// reachOfSamples says so of one register: to the tenth reading on either side. With
// fewer after it nothing says how long the last one holds now, or held before: its reach
// has no end.
func (p *Planner) reachOfSamples(ctx context.Context, w window, register energy.Register, from, to time.Time) (time.Time, time.Time, error) {
	const sixteen = 10 // eight intervals on either side say how long one may be
	before, _, err := p.before(ctx, w, register, from, sixteen)
	if err != nil {
		return from, to, err
	}
	after, ends, err := p.after(ctx, w, register, to, sixteen)
	if err != nil {
		return from, to, err
	}
	start, end := from, to
	if len(before) > 0 {
		start = before[0].At
	}
	if len(after) > 0 {
		end = after[len(after)-1].At
	}
	if ends {
		end = endless
	}
	return start, end, nil
}

// What a sensor samples.
const (
	temperature = energy.Register(energy.Temperature)
	humidity    = energy.Register(energy.Humidity)
)

// rollClimate finds out who is to be believed of the weather of the days that became
// stale, and how warm it was.
func (p *Planner) rollClimate(ctx context.Context, work pilotWork, now time.Time) error {
	days, err := p.staleClimate(ctx, work, now)
	if err != nil {
		return err
	}
	paces := p.paces(now)
	c := household.Climate{
		Pilot: work.pilot, At: now, Today: energy.DayOf(now, work.zone), Pulses: paces.of, Handled: handled(work.marks),
	}
	for _, s := range work.marks {
		if _, err := paces.pulse(ctx, s.Meter); err != nil {
			return err
		}
	}
	for _, m := range work.chosen {
		c.Dealt = append(c.Dealt, m.ID)
	}
	for _, run := range consecutive(touched{usage: days}.all()) {
		sensed, chosen, err := p.choose(ctx, work, run)
		if err != nil {
			return err
		}
		c.Sensed, c.Chosen = append(c.Sensed, sensed...), append(c.Chosen, chosen...)
	}
	return p.store.SaveClimate(ctx, c)
}

// choose returns what the sensors of a pilot say of consecutive days, and what whoever
// is believed does.
func (p *Planner) choose(ctx context.Context, work pilotWork, run []energy.Day) (sensed, chosen []household.Weather, err error) {
	if sensed, err = p.climate(ctx, work, run); err != nil {
		return nil, nil, err
	}
	imported, err := p.store.WeatherOffers(ctx, work.pilot, run[0], run[len(run)-1].Add(1))
	if err != nil {
		return nil, nil, err
	}
	pins, err := p.store.WeatherPins(ctx, work.pilot)
	if err != nil {
		return nil, nil, err
	}
	offers := map[energy.Day][]household.Weather{}
	for _, w := range slices.Concat(sensed, imported) {
		offers[w.Day] = append(offers[w.Day], w)
	}
	for _, d := range run {
		best := weather.Choose(offers[d], weather.Pinned(pins, d))
		best.Day = d
		chosen = append(chosen, best)
	}
	return sensed, chosen, nil
}

// staleClimate returns the days of a pilot that the marks of its stations reach, and
// those whose source has to be chosen again.
func (p *Planner) staleClimate(ctx context.Context, work pilotWork, now time.Time) (map[energy.Day]bool, error) {
	days := map[energy.Day]bool{}
	for _, m := range work.chosen {
		for d := m.From; d.Before(m.To); d = d.Add(1) {
			days[d] = true
		}
	}
	for _, meter := range work.stations {
		for _, s := range energy.Join(spansOf(work.marks, meter)) {
			from, to, err := p.reachOfSensor(ctx, always(meter), s.From, s.To)
			if err != nil {
				return nil, err
			}
			mark(days, from, earlier(to, later(s.To, now.Add(ahead))), work.zone)
		}
	}
	return days, nil
}

// climate returns the mean outdoor temperature of consecutive days of a pilot by its
// own sensors.
func (p *Planner) climate(ctx context.Context, work pilotWork, run []energy.Day) ([]household.Weather, error) {
	held, err := p.held(ctx, windows(work.stations), temperature, run[0].Start(work.zone), run[len(run)-1].End(work.zone))
	if err != nil {
		return nil, err
	}
	var all []household.Weather
	for _, d := range run {
		w := weather.Mean(d, work.zone, best(held, d.Start(work.zone), d.End(work.zone)))
		w.Source = household.WeatherSource{Kind: household.OwnSensor}
		all = append(all, w)
	}
	return all, nil
}

// always is the whole history of a meter.
func always(meter energy.MeterID) window {
	return window{meter, time.Time{}, endless, nil}
}

var endless = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

func windows(meters []energy.MeterID) []window {
	var all []window
	for _, m := range meters {
		all = append(all, always(m))
	}
	return all
}

// held returns, for each sensor, the readings of a register that say what it held in
// [from, to).
func (p *Planner) held(ctx context.Context, sensors []window, register energy.Register, from, to time.Time) ([][]energy.Reading, error) {
	var all [][]energy.Reading
	for _, w := range sensors {
		before, _, err := p.before(ctx, w, register, from, around)
		if err != nil {
			return nil, err
		}
		in, err := p.series.Read(ctx, w.meter, later(from, w.from), earlier(to, w.to))
		if err != nil {
			return nil, err
		}
		in = slices.DeleteFunc(in, func(r energy.Reading) bool { return r.Register != register })
		after, _, err := p.after(ctx, w, register, to, around)
		if err != nil {
			return nil, err
		}
		all = append(all, slices.Concat(before, in, after))
	}
	return all, nil
}

// best returns what the sensor that saw most of [from, to) held; the first of several.
func best(sensors [][]energy.Reading, from, to time.Time) []energy.Held {
	var most []energy.Held
	var seen time.Duration
	for _, rs := range sensors {
		held := energy.Hold(rs, from, to)
		var sum time.Duration
		for _, h := range held {
			sum += h.To.Sub(h.From)
		}
		if sum > seen {
			most, seen = held, sum
		}
	}
	return most
}

// lastOf returns the instant of the last reading before an end.
func lastOf(sensors [][]energy.Reading, end time.Time) time.Time {
	var last time.Time
	for _, rs := range sensors {
		for _, r := range rs {
			if r.At.Before(end) {
				last = later(last, r.At)
			}
		}
	}
	return last
}

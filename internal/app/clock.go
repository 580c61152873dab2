package app

import "time"

// Wall returns the wall clock: consent, access, sessions, tokens, webhooks.
func Wall() time.Time { return time.Now() } //nolint:forbidigo // this is the one place that reads the machine's clock

// A World is the clock of readings, usage, jobs, indicators and alerts.
//
// In production it is the wall clock. In a demo or a rehearsal it starts in the
// past and runs Speed times as fast until it meets the wall clock, then goes
// with it. It is never ahead of the wall clock. Its zero value is the wall clock.
type World struct {
	Start  time.Time // world time at Anchor; zero: the world is the wall clock
	Anchor time.Time // wall time at which the world showed Start
	Speed  float64   // world seconds for each wall second, 1 when 0

	wall func() time.Time // tests alone
}

// Now returns the world's present.
func (w World) Now() time.Time {
	wall := Wall
	if w.wall != nil {
		wall = w.wall
	}
	now := wall()
	if w.Start.IsZero() {
		return now
	}
	world := w.Start.Add(time.Duration(float64(now.Sub(w.Anchor)) * w.speed()))
	if world.After(now) {
		return now
	}
	return world
}

// Until returns how long to wait on the wall clock for the world to reach t; 0 when it has.
func (w World) Until(t time.Time) time.Duration {
	ahead := t.Sub(w.Now())
	if ahead <= 0 {
		return 0
	}
	if w.Start.IsZero() {
		return ahead
	}
	return max(time.Duration(float64(ahead)/w.speed()), time.Millisecond)
}

func (w World) speed() float64 {
	if w.Speed == 0 {
		return 1
	}
	return w.Speed
}

package simulators

import (
	"iter"
	"slices"
	"time"
)

// An Emission is one message a gateway publishes.
type Emission struct {
	Sent     time.Time // when it leaves the gateway; UTC, milliseconds
	At       time.Time // the instant it states, or was made at where Device is untimed; UTC, milliseconds
	Device   Device
	Home     int    // in the order of the scenario; -1 for the station
	Topic    string // mounted: foyer/<gateway>/<the device's own topic>
	Payload  []byte
	Retained bool
	Again    bool    // sent with the mark of a message that may have come before (DUP)
	Values   []Value // what it states
}

// Mount returns where the gateway of a device mounts its topics.
func (d Device) Mount() string { return "foyer/" + d.Gateway + "/" }

// Emissions yields what the gateways publish from one instant on and before
// another, in the order it is sent. With a zero to it ends with the last home, or
// never. What is sent depends on neither: stopped and started again, the town goes
// on where it was.
func (t *Town) Emissions(from, to time.Time) iter.Seq[Emission] {
	return func(yield func(Emission) bool) {
		s := stream{walk: t.walk(), from: from.UnixMilli(), to: forever}
		if !to.IsZero() {
			s.to = to.UnixMilli()
		}
		s.run(yield)
	}
}

// Hello returns what a gateway publishes each time it connects: retained signs of
// life, which carry no reading.
func (t *Town) Hello(gateway string) []Emission {
	var all []Emission
	for _, d := range t.devices {
		if d.Gateway != gateway || d.alive == "" {
			continue
		}
		e := Emission{Device: d.Device, Home: d.home, Topic: d.Mount() + d.alive, Payload: []byte(d.living), Retained: true}
		if !slices.ContainsFunc(all, func(o Emission) bool { return o.Topic == e.Topic }) {
			all = append(all, e)
		}
	}
	return all
}

// A stream is a walk that sends.
type stream struct {
	*walk
	from, to int64
	queue    queue
	made     int64
	values   []Value // to share between emissions
	bytes    []byte  // to share between emissions
}

func (s *stream) run(yield func(Emission) bool) {
	for s.now.at <= s.town.end && s.now.at < s.to {
		s.begin()
		s.speak(s.make)
		s.end()
		// whatever is made later is sent later
		if !s.flush(min(s.now.at, s.to), yield) {
			return
		}
	}
	s.flush(s.to, yield)
}

// flush yields what is sent before limit; false when nobody wants more.
func (s *stream) flush(limit int64, yield func(Emission) bool) bool {
	for len(s.queue) > 0 && s.queue[0].sent < limit {
		if !yield(s.queue.pop().Emission) {
			return false
		}
	}
	return true
}

// make queues the message of a device that speaks at instant at.
func (s *stream) make(t *tap, at int64, found *sample) {
	out, err := t.deliver(at)
	if err != nil {
		return
	}
	trips := t.trips(at)
	if max(out.sent, out.again) < s.from || out.sent >= s.to {
		return
	}
	start := len(s.values)
	s.values = t.show(t.device, found, s.values)
	values := s.values[start:len(s.values):len(s.values)]
	if trips {
		for i := range values {
			if values[i].Register.Quantity().Cumulative() {
				values[i].Value = 0
			}
		}
	}
	begin := len(s.bytes)
	s.bytes = t.encode(t.device, found, values, s.bytes)
	payload := s.bytes[begin:len(s.bytes):len(s.bytes)]
	if cap(s.values)-len(s.values) < 16 {
		s.values = make([]Value, 0, 4096)
	}
	if cap(s.bytes)-len(s.bytes) < 1024 {
		s.bytes = make([]byte, 0, 1<<16)
	}
	e := Emission{
		At: time.UnixMilli(found.at).UTC(), Device: t.Device, Home: t.home,
		Topic: t.mounted, Payload: payload, Values: values,
	}
	s.push(e, out.sent, out.order)
	if out.again != 0 {
		s.push(e, out.again, out.twin)
	}
}

func (s *stream) push(e Emission, sent, order int64) {
	if sent < s.from {
		return
	}
	s.made++
	e.Sent = time.UnixMilli(sent).UTC()
	s.queue.push(queued{e, sent, order, s.made})
}

// trips reports whether the message made at instant at shows zeros: the first one of
// a glitch, any while there are zeros.
func (t *tap) trips(at int64) bool {
	for i := range t.strikes {
		switch s := &t.strikes[i]; {
		case !s.on(at):
		case s.kind == Zeros:
			return true
		case s.kind == Glitch && !t.glitch:
			t.glitch = true
			return true
		}
	}
	return false
}

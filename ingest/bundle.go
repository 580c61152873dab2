package ingest

import (
	"context"
	"errors"
	"sync"

	"foyer/internal/energy"
)

// errPanic is what a message comes to whose handling ended in a panic: it comes again.
var errPanic = errors.New("handling the message ended in a panic")

// HandleAll takes messages in that came at about the same time, and calls done for
// each with what [Handler.Handle] would return: from several goroutines, in order
// within a topic. It returns when it has.
//
// The readings of nearly all of them reach stable storage together, on one goroutine.
// A message that teaches something is kept before the next one is read. One that
// takes longer, because it has to wait or is for a person, and what its topic said
// since are handled after that, one by one as Handle does, beside those of other
// topics. A panic fails the message it was about, or all whose readings it was about
// to keep.
func (h *Handler) HandleAll(ctx context.Context, ms []Message, done func(i int, err error)) {
	b := bundle{later: map[string][]int{}, readings: make([]energy.Reading, 0, usually*len(ms))}
	for i, m := range ms {
		where := later
		if b.later[m.Topic] == nil {
			var f fate
			var err error
			if where, f, err = h.add(ctx, &b, i, m); where == settled {
				done(i, h.count(f, err))
			}
		}
		if where == later {
			b.later[m.Topic] = append(b.later[m.Topic], i)
		}
	}
	if len(b.parts) > 0 {
		err := h.spoolAll(ctx, b.readings)
		for _, p := range b.parts {
			done(p.index, h.count(p.fate, err))
		}
	}
	var topics sync.WaitGroup
	for _, those := range b.later {
		topics.Go(func() {
			for _, i := range those {
				done(i, h.count(h.handleSafely(ctx, ms[i])))
			}
		})
	}
	topics.Wait()
}

// usually is for how many readings of each message a bundle has room at first.
const usually = 3

// A bundle is what several messages come to.
type bundle struct {
	readings []energy.Reading
	parts    []part                  // messages that are safe once readings are
	arrivals map[energy.MeterID]bool // meters with readings as of their arrival
	later    map[string][]int        // messages that take longer, by topic
}

// A part is a message that only brings readings, or nothing.
type part struct {
	index int
	fate  fate
}

// A place is where add puts a message.
type place int

const (
	later    place = iota // nowhere: as if add had not been called
	together              // in the bundle
	settled               // kept already, or failed
)

// add decodes a message and puts it where it belongs. fate and error are those of one
// that is settled.
func (h *Handler) add(ctx context.Context, b *bundle, index int, m Message) (where place, f fate, err error) {
	where = settled // by a panic
	defer h.rescue(&err)
	gateway, own, stranger := h.sender(m)
	if stranger != "" {
		return later, "", nil
	}
	s := h.sites.of(gateway)
	got, err := h.read(ctx, m, gateway, own, s, false)
	switch {
	case errors.Is(err, errWanting):
		return later, "", nil
	case err != nil:
		return settled, "", err
	case b.mayRepeat(got):
		return later, "", nil
	case len(got.Remember) > 0:
		f, err = h.keep(ctx, m, gateway, own, s, got)
		return settled, f, err
	case got.reason != "" || got.dropped.of != nil:
		return later, "", nil
	}
	b.take(index, fateOf(got.Outcome), got.readings)
	return together, "", nil
}

// take adds a message that is safe once its readings are.
func (b *bundle) take(index int, f fate, rs []energy.Reading) {
	b.parts = append(b.parts, part{index, f})
	b.readings = append(b.readings, rs...)
	for _, r := range rs {
		if r.Source == energy.ArrivalTime {
			if b.arrivals == nil {
				b.arrivals = map[energy.MeterID]bool{}
			}
			b.arrivals[r.Meter] = true
		}
	}
}

// mayRepeat reports whether something of a message may repeat what is in the bundle,
// or was taken for a repetition of what that replaces. Until the bundle is kept nobody
// can say.
func (b *bundle) mayRepeat(got harvest) bool {
	if b.arrivals == nil {
		return false
	}
	for _, r := range got.readings {
		if r.Source == energy.ArrivalTime && b.arrivals[r.Meter] {
			return true
		}
	}
	for k := range got.dropped.of {
		if b.arrivals[k.meter] {
			return true
		}
	}
	return false
}

func (h *Handler) spoolAll(ctx context.Context, rs []energy.Reading) (err error) {
	defer h.rescue(&err)
	return h.spool(ctx, harvest{readings: rs})
}

func (h *Handler) handleSafely(ctx context.Context, m Message) (_ fate, err error) {
	defer h.rescue(&err)
	return h.handle(ctx, m)
}

// rescue turns a panic into an error.
func (h *Handler) rescue(err *error) {
	if recover() != nil {
		h.metrics.panics.Inc()
		*err = errPanic
	}
}

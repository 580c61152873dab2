package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
)

// A readingKey identifies a reading.
type readingKey struct {
	registerKey
	at int64 // UTC milliseconds
}

func keyOf(r energy.Reading) readingKey {
	return readingKey{registerKey{r.Meter, r.Register}, r.At.UnixMilli()}
}

// work is a batch on its way.
type work struct {
	again     bool
	keep      []energy.Reading // of claimed meters, no key twice
	held      []energy.Reading
	conflicts []energy.Conflict
	cases     []Case
	stale     []energy.Reading // whose surroundings have to be computed again
	sunk      [numSunk]int
}

// sort divides a batch by the state of its meters, and by keys: of two readings
// with one key the first stands.
func (d *Drain) sort(ctx context.Context, b Batch) (*work, error) {
	w := &work{again: b.Again}
	states := map[energy.MeterID]MeterState{}
	seen := make(map[readingKey]energy.Reading, len(b.Readings))
	for _, r := range b.Readings {
		state, ok := states[r.Meter]
		if !ok {
			var err error
			if state, err = d.Meters.State(ctx, r.Meter); err != nil {
				return nil, fmt.Errorf("state of a meter: %w", err)
			}
			states[r.Meter] = state
		}
		switch state {
		case Unclaimed:
			w.held = append(w.held, r)
			w.sunk[sunkHeld]++
			continue
		case Ignored, Stopped:
			w.sunk[sunkDropped]++
			continue
		case Claimed:
		}
		first, twice := seen[keyOf(r)]
		if !twice {
			seen[keyOf(r)] = r
			w.keep = append(w.keep, r)
			continue
		}
		d.compare(w, first, r)
	}
	return w, nil
}

// compare decides about a reading whose key another one has: the first stands.
func (d *Drain) compare(w *work, first, second energy.Reading) {
	switch {
	case first.Value == second.Value:
		w.sunk[sunkDuplicate]++
	case second.Source == energy.DeviceTime && second.Register.Quantity().Cumulative() &&
		abs(first.Value-second.Value) > d.Step(second.Meter, second.Register):
		w.sunk[sunkConflict]++
		w.conflicts = append(w.conflicts, energy.Conflict{First: first, Second: second.Value, Seen: d.Now()})
	default:
		w.sunk[sunkSecond]++
	}
}

// write brings w.keep into the series store.
//
// A crash anywhere makes the batch late at the next start, which is safe: what the
// series store has by then is equal and only marked stale again.
func (d *Drain) write(ctx context.Context, w *work) error {
	late, err := d.Marks.Claim(ctx, w.keep)
	if err != nil {
		return err
	}
	fresh, err := d.sift(ctx, w, late)
	if err != nil {
		return err
	}
	if err := d.store(ctx, w, fresh); err != nil {
		return err
	}
	// After the write, so that whoever computes again finds what was written; before
	// letting go, so that a crash in between marks once more.
	if err := d.Marks.Stale(ctx, spans(w.stale)); err != nil {
		return err
	}
	return d.Marks.Conflict(ctx, w.conflicts)
}

// sift returns what of w.keep the series store does not have yet. Only late
// readings can be there.
func (d *Drain) sift(ctx context.Context, w *work, late []energy.Reading) ([]energy.Reading, error) {
	if len(late) == 0 {
		return w.keep, nil
	}
	there := map[readingKey]energy.Reading{}
	for _, s := range spans(late) {
		rs, err := d.Series.Read(ctx, s.Meter, s.From, s.To)
		if err != nil {
			return nil, fmt.Errorf("look up late readings: %w", err)
		}
		for _, r := range rs {
			there[keyOf(r)] = r
		}
	}
	old := make(map[readingKey]bool, len(late))
	for _, r := range late {
		old[keyOf(r)] = true
	}
	fresh := make([]energy.Reading, 0, len(w.keep))
	for _, r := range w.keep {
		first, known := there[keyOf(r)]
		switch {
		case !old[keyOf(r)] || !known:
			fresh = append(fresh, r)
			continue
		case w.again:
			w.stale = append(w.stale, r) // perhaps written by the try before, and not marked
		}
		d.compare(w, first, r)
	}
	return fresh, nil
}

// A rejection is the error of a [Series] that kept everything else.
type rejection interface {
	error
	RejectedReadings() []energy.Reading
}

// store writes to the series store and puts aside what it will never take.
func (d *Drain) store(ctx context.Context, w *work, rs []energy.Reading) error {
	if len(rs) == 0 {
		return nil
	}
	err := d.Series.Write(ctx, rs)
	var rejected rejection
	switch {
	case errors.As(err, &rejected):
		w.cases = caseOf(rejected)
		w.sunk[sunkRejected] += len(rejected.RejectedReadings())
	case err != nil:
		return fmt.Errorf("write %d readings: %w", len(rs), err)
	}
	w.sunk[sunkStored] += len(rs) - w.sunk[sunkRejected]
	w.stale = append(w.stale, rs...)
	return nil
}

// caseOf makes cases of rejected readings, one for each meter.
func caseOf(r rejection) []Case {
	reason := "the series store will not take it"
	if why, ok := r.(interface{ RejectedReason() string }); ok {
		reason += ": " + why.RejectedReason()
	}
	byMeter := map[energy.MeterID]int{}
	var cases []Case
	for _, reading := range r.RejectedReadings() {
		i, ok := byMeter[reading.Meter]
		if !ok {
			i = len(cases)
			byMeter[reading.Meter] = i
			cases = append(cases, Case{Device: string(reading.Meter), Reason: reason})
		}
		cases[i].Readings = append(cases[i].Readings, reading)
	}
	return cases
}

// apart is the gap between two readings of a meter that makes two spans of them.
const apart = time.Hour

// spans covers readings by few stretches of time, each longer than its last
// reading by a millisecond.
func spans(rs []energy.Reading) []energy.Span {
	type moment struct {
		meter energy.MeterID
		at    time.Time
	}
	moments := make([]moment, len(rs))
	for i, r := range rs {
		moments[i] = moment{r.Meter, r.At}
	}
	slices.SortFunc(moments, func(a, b moment) int {
		return cmp.Or(cmp.Compare(a.meter, b.meter), a.at.Compare(b.at))
	})
	var all []energy.Span
	for _, m := range moments {
		to := m.at.Add(time.Millisecond)
		if n := len(all); n > 0 && all[n-1].Meter == m.meter && m.at.Sub(all[n-1].To) < apart {
			all[n-1].To = to
			continue
		}
		all = append(all, energy.Span{Meter: m.meter, From: m.at, To: to})
	}
	return all
}

func abs(v int64) int64 {
	if v < 0 {
		return -v
	}
	return v
}

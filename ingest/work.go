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
	through   int64
	again     bool
	plan      Plan             // of the batch, perhaps by an earlier try
	keep      []energy.Reading // of claimed meters, no key twice
	place     []int            // of each of keep, in the batch
	held      []energy.Reading
	conflicts []energy.Conflict
	cases     []Case
	stale     []energy.Reading // whose surroundings have to be computed again
	counts    Counts
	sunk      energy.Tally
}

// sink notes what becomes of a reading.
func (w *work) sink(r energy.Reading, f energy.Fate) {
	w.counts.Reading(r, f, 1)
	w.sunk[f]++
}

// sinkStored notes that the series store has r, the jth of keep.
func (w *work) sinkStored(r energy.Reading, j int) {
	w.sink(r, energy.FateStored)
	if hasBit(w.plan.Late, w.place[j]) {
		w.sink(r, energy.FateLate)
	}
}

// A standing is what [Meters.State] says of a meter.
type standing struct {
	state MeterState
	kept  time.Time
}

// of returns what becomes of a reading. A meter that was replaced, moved or released
// while its readings waited leaves them to the family it was.
func (s standing) of(r energy.Reading) MeterState {
	if r.At.Before(s.kept) {
		return Claimed
	}
	return s.state
}

// sort divides a batch by the state of its meters, and by keys: of two readings
// with one key the first stands.
func (d *Drain) sort(ctx context.Context, b Batch) (*work, error) {
	w := &work{through: b.Through, again: b.Again, plan: planOf(len(b.Readings), b.Plan)}
	w.keep, w.place = b.Readings[:0], make([]int, 0, len(b.Readings)) // in place of the batch, of which nothing else is needed
	standings, firsts := map[energy.MeterID]standing{}, newFirsts()
	for i, r := range b.Readings {
		now, ok := standings[r.Meter]
		if !ok {
			var err error
			if now.state, now.kept, err = d.Meters.State(ctx, r.Meter); err != nil {
				return nil, fmt.Errorf("state of a meter: %w", err)
			}
			standings[r.Meter] = now
		}
		switch state := now.of(r); state {
		case Unclaimed:
			w.held = append(w.held, r)
			w.sink(r, energy.FateHeld)
			continue
		case Ignored, Stopped:
			w.sink(r, state.fate())
			continue
		case Claimed:
		}
		first, twice := firsts.of(r, w.keep)
		if !twice {
			w.keep = append(w.keep, r)
			w.place = append(w.place, i)
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
		w.sink(second, energy.FateDuplicate)
	case second.Source == energy.DeviceTime && second.Register.Quantity().Cumulative() &&
		abs(first.Value-second.Value) > d.Step(second.Meter, second.Register):
		w.sink(second, energy.FateConflict)
		w.conflicts = append(w.conflicts, energy.Conflict{First: first, Second: second.Value, Seen: d.Now()})
	default:
		w.sink(second, energy.FateSecond)
	}
}

// write brings w.keep into the series store. broken is as in [Turn].
//
// A crash anywhere makes the batch late at the next start, which is safe: what the
// series store has by then is equal and only marked stale again.
func (d *Drain) write(ctx context.Context, w *work, broken bool) error {
	late, err := d.Marks.Claim(ctx, w.keep)
	if err != nil {
		return err
	}
	if w.plan.Late == nil {
		if err := d.planLate(ctx, w, late); err != nil {
			return err
		}
	}
	fresh, err := d.sift(ctx, w, late)
	if err != nil {
		return err
	}
	if w.plan.Fresh == nil {
		if err := d.planFresh(ctx, w, fresh); err != nil {
			return err
		}
	}
	if broken {
		if err := d.takeOver(ctx, w, fresh, late); err != nil {
			return err
		}
	}
	if err := d.store(ctx, w, fresh); err != nil {
		return err
	}
	// After the write, so that whoever computes again finds what was written; before
	// letting go, so that a crash in between marks once more.
	if err := d.Marks.Stale(ctx, spans(w.stale)); err != nil {
		return err
	}
	if len(w.conflicts) == 0 {
		return nil
	}
	return d.Marks.Conflict(ctx, w.conflicts)
}

// planLate keeps which readings are late: claimed again, all of them look so.
func (d *Drain) planLate(ctx context.Context, w *work, late []energy.Reading) error {
	w.plan.Late = newBits(w.plan.Readings)
	if len(late) == 0 {
		return nil
	}
	old := keysOf(late)
	for j, r := range w.keep {
		if old[keyOf(r)] {
			setBit(w.plan.Late, w.place[j])
		}
	}
	return d.plan(ctx, w)
}

// planFresh keeps which readings the series store does not have: written and not
// yet settled, all of them look like duplicates.
func (d *Drain) planFresh(ctx context.Context, w *work, fresh []int) error {
	w.plan.Fresh = newBits(w.plan.Readings)
	if len(fresh) == 0 {
		return nil
	}
	for _, j := range fresh {
		setBit(w.plan.Fresh, w.place[j])
	}
	return d.plan(ctx, w)
}

func (d *Drain) plan(ctx context.Context, w *work) error {
	if err := d.Backlog.Plan(ctx, w.through, w.plan); err != nil {
		return fmt.Errorf("plan a batch: %w", err)
	}
	return nil
}

func keysOf(rs []energy.Reading) map[readingKey]bool {
	keys := make(map[readingKey]bool, len(rs))
	for _, r := range rs {
		keys[keyOf(r)] = true
	}
	return keys
}

// sift returns which of w.keep the series store does not have yet, by their place
// there. Only late readings can be there.
func (d *Drain) sift(ctx context.Context, w *work, late []energy.Reading) ([]int, error) {
	there, taken, err := d.lookUp(ctx, w, late)
	if err != nil {
		return nil, err
	}
	old := keysOf(late)
	fresh := make([]int, 0, len(w.keep))
	for j, r := range w.keep {
		isLate := len(old) > 0 && old[keyOf(r)]
		first, known := energy.Reading{}, false
		if isLate {
			first, known = there[keyOf(r)]
		}
		if !known {
			fresh = append(fresh, j)
			continue
		}
		if w.again {
			w.stale = append(w.stale, r) // perhaps written by the try before, and not marked
		}
		if w.plan.Fresh != nil && hasBit(w.plan.Fresh, w.place[j]) && first.Value == r.Value && !taken[keyOf(r)] {
			w.sinkStored(r, j) // by the try before
			continue
		}
		d.compare(w, first, r)
	}
	return fresh, nil
}

// lookUp returns what the series store has where late readings belong, and which of it
// another ingester stored after this one had planned to.
func (d *Drain) lookUp(ctx context.Context, w *work, late []energy.Reading) (there map[readingKey]energy.Reading, taken map[readingKey]bool, err error) {
	there, taken = map[readingKey]energy.Reading{}, map[readingKey]bool{}
	for _, s := range spans(late) {
		rs, err := d.Series.Read(ctx, s.Meter, s.From, s.To)
		if err != nil {
			return nil, nil, fmt.Errorf("look up late readings: %w", err)
		}
		for _, r := range rs {
			there[keyOf(r)] = r
		}
		if w.plan.Fresh == nil || len(rs) == 0 {
			continue
		}
		others, err := d.Turn.TakenOver(ctx, s)
		if err != nil {
			return nil, nil, err
		}
		for _, r := range others {
			taken[keyOf(r)] = true
		}
	}
	return there, taken, nil
}

// takeOver notes which readings are about to be stored that another ingester may have
// planned to store: with them it counts duplicates, and this one counts them as stored.
// It has claimed them before, so they are late here.
func (d *Drain) takeOver(ctx context.Context, w *work, fresh []int, late []energy.Reading) error {
	old := keysOf(late)
	var rs []energy.Reading
	for _, j := range fresh {
		if old[keyOf(w.keep[j])] {
			rs = append(rs, w.keep[j])
		}
	}
	if len(rs) == 0 {
		return nil
	}
	return d.Turn.TakeOver(ctx, rs)
}

// A rejection is the error of a [Series] that kept everything else.
type rejection interface {
	error
	RejectedReadings() []energy.Reading
}

// store writes some of w.keep to the series store and puts aside what that will
// never take.
func (d *Drain) store(ctx context.Context, w *work, fresh []int) error {
	if len(fresh) == 0 {
		return nil
	}
	rs := w.keep
	if len(fresh) < len(w.keep) {
		rs = make([]energy.Reading, len(fresh))
		for i, j := range fresh {
			rs[i] = w.keep[j]
		}
	}
	err := d.Series.Write(ctx, rs)
	var rejected rejection
	var refused map[readingKey]bool
	switch {
	case errors.As(err, &rejected):
		w.cases = caseOf(rejected)
		refused = keysOf(rejected.RejectedReadings())
	case err != nil:
		return fmt.Errorf("write %d readings: %w", len(rs), err)
	}
	for i, j := range fresh {
		if refused != nil && refused[keyOf(rs[i])] {
			w.sink(rs[i], energy.FateRejected)
			continue
		}
		w.sinkStored(rs[i], j)
	}
	if w.stale == nil {
		w.stale = slices.Clip(rs) // nearly always, and then without a copy
		return nil
	}
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
			cases = append(cases, Case{Device: string(reading.Meter), Meter: reading.Meter, Reason: reason})
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
	moments := make([]moment, 0, len(rs))
	for _, r := range rs {
		if n := len(moments); n > 0 && moments[n-1].meter == r.Meter && moments[n-1].at.Equal(r.At) {
			continue // another register of the same message: of a plug's readings a third is left to sort
		}
		moments = append(moments, moment{r.Meter, r.At})
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

package spool

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
)

const (
	maxGroup = 4096    // operations in one commit
	maxRow   = 1 << 20 // bytes of appended readings in one commit
)

// An op is something to write: readings to append, or what do does.
type op struct {
	body     []byte // encoded readings
	readings int
	counts   []ingest.Count
	grows    bool                                         // do adds what was not there: not on a full disk
	do       func(context.Context, *sql.Tx, *delta) error // may run more than once; the last run counts
	done     chan error                                   // takes one error
}

// A delta is by how much a transaction changes what the file holds.
type delta struct {
	bytes, isolated, readings, held, cases int64

	dropped map[string]int64 // messages out of quarantine, by cause
}

func (d *delta) add(e delta) {
	d.bytes += e.bytes
	d.isolated += e.isolated
	d.readings += e.readings
	d.held += e.held
	d.cases += e.cases
	for cause, n := range e.dropped {
		if d.dropped == nil {
			d.dropped = map[string]int64{}
		}
		d.dropped[cause] += n
	}
}

// submit hands an operation to the writer and waits for its commit.
func (s *Spool) submit(ctx context.Context, o *op) error {
	select {
	case <-s.quit:
		return ErrClosed
	default:
	}
	select {
	case s.ops <- o:
	case <-s.quit:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.done:
	}
	select {
	case err := <-o.done:
		return err
	default:
		return ErrClosed
	}
}

// change runs fn in the next transaction, on the writer's goroutine. When it
// returns an error fn may still be about to run.
func (s *Spool) change(ctx context.Context, fn func(context.Context, *sql.Tx, *delta) error) error {
	return s.submit(ctx, &op{do: fn, done: make(chan error, 1)})
}

// run is the writer. While a commit reaches the disk it collects the next group.
func (s *Spool) run() {
	defer close(s.done)
	for {
		select {
		case o := <-s.ops:
			s.commit(s.collect(o))
		case <-s.quit:
			for {
				select {
				case o := <-s.ops:
					s.commit(s.collect(o))
				default:
					return
				}
			}
		}
	}
}

// collect returns first and what has come with it. It steps back once for those who
// are about to come: a commit costs the same for all of them.
func (s *Spool) collect(first *op) []*op {
	group, size, stepped := []*op{first}, len(first.body), false
	for len(group) < maxGroup && size < maxRow {
		select {
		case o := <-s.ops:
			group = append(group, o)
			size += len(o.body)
		default:
			if stepped {
				return group
			}
			stepped = true
			runtime.Gosched()
		}
	}
	return group
}

// commit writes a group. When that fails each operation gets a try of its own, so
// that one cannot spoil the others'.
func (s *Spool) commit(group []*op) {
	err := s.attempt(group)
	if err != nil && len(group) > 1 {
		for _, o := range group {
			s.commit([]*op{o})
		}
		return
	}
	for _, o := range group {
		o.done <- err
	}
}

// attempt writes a group in one transaction.
func (s *Spool) attempt(group []*op) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.metrics.panics.Inc()
			err = fmt.Errorf("write the spool: %v", p)
		}
	}()
	defer prometheus.NewTimer(s.metrics.commit).ObserveDuration()
	var parts [][]byte
	var counts []ingest.Count
	readings, grows := 0, false
	for _, o := range group {
		grows = grows || o.grows || o.body != nil || o.counts != nil
		counts = append(counts, o.counts...)
		if o.body != nil {
			parts = append(parts, o.body)
			readings += o.readings
		}
	}
	if grows {
		left, err := free(filepath.Dir(s.cfg.Path))
		if err != nil {
			return fmt.Errorf("free bytes of the spool's disk: %w", err)
		}
		if left < s.cfg.MinFreeBytes {
			return fmt.Errorf("%w: its disk has %d bytes left, spool.min_free_bytes wants %d. Make room on it", ErrFull, left, s.cfg.MinFreeBytes)
		}
	}
	// Nothing cancels the writer: a commit is one piece.
	ctx := context.Background()
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("write the spool: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit this does nothing
	total, version, err := s.elsewhere(ctx, tx)
	if err != nil {
		return fmt.Errorf("write the spool: %w", err)
	}
	if len(parts) > 0 {
		body := seal(parts...)
		insert := tx.StmtContext(ctx, s.insert)
		defer func() { _ = insert.Close() }()
		if _, err := insert.ExecContext(ctx, readings, body); err != nil {
			return fmt.Errorf("write the spool: %w", err)
		}
		total.add(delta{bytes: int64(len(body)), readings: int64(readings)})
	}
	if err := keepCounts(ctx, tx, counts); err != nil {
		return fmt.Errorf("write the spool: %w", err)
	}
	for _, o := range group {
		if o.do == nil {
			continue
		}
		var d delta
		if err := o.do(ctx, tx, &d); err != nil {
			return fmt.Errorf("write the spool: %w", err)
		}
		total.add(d)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("write the spool: %w", err)
	}
	s.version = version
	s.committed(total, readings)
	return nil
}

// elsewhere returns by how much the file differs from what this process has
// counted, because another one has written it: a command beside a running server.
// The number tells a later call whether there is anything to count
// (https://sqlite.org/pragma.html#pragma_data_version).
func (s *Spool) elsewhere(ctx context.Context, tx *sql.Tx) (d delta, version int64, err error) {
	if err := tx.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&version); err != nil || version == s.version {
		return d, version, err
	}
	if d, err = holds(ctx, tx); err != nil {
		return d, version, err
	}
	d.add(delta{bytes: -s.bytes.Load(), isolated: -s.isolated.Load(), readings: -s.readings.Load(), held: -s.held.Load(), cases: -s.cases.Load()})
	return d, version, nil
}

// committed counts what a transaction did and wakes who waits for readings.
func (s *Spool) committed(d delta, appended int) {
	s.count(d)
	s.metrics.appended.Add(float64(appended))
	for cause, n := range d.dropped {
		s.metrics.dropped[cause].Add(float64(n))
	}
	if appended == 0 && d.readings <= 0 {
		return
	}
	select {
	case s.more <- struct{}{}:
	default:
	}
}

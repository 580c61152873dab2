package spool

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"foyer/ingest"
	"foyer/internal/energy"
	"foyer/internal/keyring"
)

const (
	keptOfAKind = 20  // cases of one kind kept in a day; more are counted
	maxKinds    = 500 // kinds of one gateway in a day; further ones count as one
	countedFor  = 7   // days that the counts are kept
)

// reasonDamaged is the reason of a case whose bytes the disk has changed.
const reasonDamaged = "damaged on the disk"

// ErrNoCase says that there is no case of that number.
var ErrNoCase = errors.New("there is no such case in quarantine")

// Isolate returns once c has reached stable storage. Of one kind (gateway, device,
// dialect, reason) the first 20 of a day are kept; it reports false for those that
// are only counted. However many come, they take no room from readings.
func (s *Spool) Isolate(ctx context.Context, c ingest.Case) (bool, error) {
	kept := new(bool)
	err := s.submit(ctx, &op{grows: true, done: make(chan error, 1), do: func(ctx context.Context, tx *sql.Tx, d *delta) (err error) {
		*kept, err = s.isolate(ctx, tx, c, d)
		return err
	}})
	if err != nil {
		return false, err // kept is the writer's
	}
	return *kept, nil
}

// isolate keeps a case, or counts it, and sees to it that there is room.
func (s *Spool) isolate(ctx context.Context, tx *sql.Tx, c ingest.Case, d *delta) (kept bool, err error) {
	if c.Readings != nil { // they were acknowledged as readings: all are kept
		return true, s.insertCase(ctx, tx, c, 0, d)
	}
	hidden, err := s.hide(c)
	if err != nil {
		return false, err
	}
	seen, err := count(ctx, tx, hidden)
	if err != nil {
		return false, err
	}
	var counts ingest.Counts
	size := sizeOf(c)
	if seen > keptOfAKind || size > s.cfg.QuarantineBytes {
		cause := causeAlike
		if seen <= keptOfAKind {
			cause = causeRoom
		}
		counts.Case(c, energy.FateUncounted)
		return false, errors.Join(keepCounts(ctx, tx, counts.List()), s.dropped(ctx, tx, d, c.At, cause, 1))
	}
	counts.Case(c, energy.FateQuarantined)
	if err := keepCounts(ctx, tx, counts.List()); err != nil {
		return false, err
	}
	if err := s.insertCase(ctx, tx, c, size, d); err != nil {
		return false, err
	}
	if s.isolated.Load()+d.isolated > s.cfg.QuarantineBytes {
		return true, s.makeRoom(ctx, tx, c.At, d)
	}
	return true, nil
}

// sizeOf returns how many bytes a message takes.
func sizeOf(c ingest.Case) int64 {
	return int64(len(c.Message.Topic) + len(c.Device) + len(c.Reason) + len(c.Message.Payload))
}

// insertCase keeps a case. Its size is that of a message, 0 for refused readings:
// those are bounded with all other readings.
func (s *Spool) insertCase(ctx context.Context, tx *sql.Tx, c ingest.Case, size int64, d *delta) error {
	var body []byte
	if c.Readings != nil {
		body = seal(encode(nil, c.Readings))
	}
	h, err := s.hide(c)
	if err != nil {
		return err
	}
	// Nobody else writes before this transaction ends.
	var id int64
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'quarantine'`).Scan(&id); err != nil {
		return err
	}
	sealed, err := s.sealCase(ctx, id, c)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO quarantine
			(id, at, gateway, device, dialect, reason, topic, payload, retained, publisher, arrived, body, size)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, c.At.UnixMilli(), c.Gateway, h.Device, c.Dialect, h.Reason,
		h.Message.Topic, sealed, c.Message.Retained, c.Message.Gateway, c.Message.At.UnixMilli(), body, size)
	if err != nil {
		return err
	}
	d.cases++
	d.isolated += size
	d.bytes += int64(len(body))
	return nil
}

// count returns how many of c's kind came on its day, with c.
func count(ctx context.Context, tx *sql.Tx, c ingest.Case) (int, error) {
	day := c.At.UTC().Format(time.DateOnly)
	var known, kinds int
	err := tx.QueryRowContext(ctx, `SELECT
			EXISTS (SELECT 1 FROM quarantine_count WHERE day = ? AND gateway = ? AND device = ? AND dialect = ? AND reason = ?),
			(SELECT COUNT(*) FROM quarantine_count WHERE day = ? AND gateway = ?)`,
		day, c.Gateway, c.Device, c.Dialect, c.Reason, day, c.Gateway).Scan(&known, &kinds)
	if err != nil {
		return 0, err
	}
	if known == 0 {
		if kinds >= maxKinds {
			c.Device, c.Dialect, c.Reason = "", "", ""
		}
		old := c.At.UTC().AddDate(0, 0, -countedFor).Format(time.DateOnly)
		if _, err := tx.ExecContext(ctx, `DELETE FROM quarantine_count WHERE day < ?`, old); err != nil {
			return 0, err
		}
	}
	var seen int
	err = tx.QueryRowContext(ctx, `INSERT INTO quarantine_count (day, gateway, device, dialect, reason, seen)
		VALUES (?, ?, ?, ?, ?, 1)
		ON CONFLICT (day, gateway, device, dialect, reason) DO UPDATE SET seen = seen + 1 RETURNING seen`,
		day, c.Gateway, c.Device, c.Dialect, c.Reason).Scan(&seen)
	return seen, err
}

const selectCase = `SELECT id, at, gateway, device, dialect, reason, topic, payload, retained, publisher, arrived, body FROM quarantine`

// Cases lists what waits for a person, the oldest first: at most limit cases with
// numbers above after.
func (s *Spool) Cases(ctx context.Context, after int64, limit int) ([]ingest.Case, error) {
	rows, err := s.read.QueryContext(ctx, selectCase+` WHERE id > ? ORDER BY id LIMIT ?`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list the quarantine: %w", err)
	}
	defer rows.Close()
	var all []ingest.Case
	for rows.Next() {
		c, err := s.scanCase(ctx, rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("list the quarantine: %w", err)
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// Case returns one case, or [ErrNoCase].
func (s *Spool) Case(ctx context.Context, id int64) (ingest.Case, error) {
	c, err := s.scanCase(ctx, s.read.QueryRowContext(ctx, selectCase+` WHERE id = ?`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return ingest.Case{}, fmt.Errorf("case %d: %w", id, ErrNoCase)
	}
	if err != nil {
		return ingest.Case{}, fmt.Errorf("read case %d: %w", id, err)
	}
	return c, nil
}

func (s *Spool) scanCase(ctx context.Context, scan func(...any) error) (ingest.Case, error) {
	var c ingest.Case
	var at, arrived int64
	var body, sealed []byte
	m := &c.Message
	err := scan(&c.ID, &at, &c.Gateway, &c.Device, &c.Dialect, &c.Reason, &m.Topic, &sealed, &m.Retained, &m.Gateway, &arrived, &body)
	if err == nil {
		err = s.openCase(ctx, &c, sealed)
	}
	if errors.Is(err, keyring.ErrNotOpened) {
		c.Device, c.Reason, err = "", reasonDamaged, nil
	}
	if err != nil {
		return c, err
	}
	m.At = time.UnixMilli(arrived).UTC()
	if at != 0 { // nobody knows since when what was damaged waits
		c.At = time.UnixMilli(at).UTC()
	}
	if body == nil {
		return c, nil
	}
	c.Message = ingest.Message{}
	// Damaged readings are shown as none.
	c.Readings, _ = decode(nil, body, names{})
	return c, nil
}

// Replay gives a case another try, as of its own arrival, and removes it when it
// was taken in. handle is [ingest.Handler.Handle]; its error is returned, and the
// case stays.
func (s *Spool) Replay(ctx context.Context, id int64, handle func(context.Context, ingest.Message) error) error {
	c, err := s.Case(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case c.Message.Topic != "":
		c.Message.Vouched = true
		err = handle(ctx, c.Message)
	case len(c.Readings) > 0:
		err = s.Append(ctx, c.Readings)
	default:
		err = errors.New("its bytes were damaged on the disk")
	}
	if err != nil {
		return fmt.Errorf("replay case %d: %w", id, err)
	}
	return s.Discard(ctx, id)
}

// Discard removes a case that a person has looked at. Removing it twice changes
// nothing.
func (s *Spool) Discard(ctx context.Context, id int64) error {
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx, d *delta) error {
		return errors.Join(
			d.remove(ctx, tx, `DELETE FROM quarantine WHERE id = ? AND size > 0 RETURNING 1, size`, &d.cases, &d.isolated, id),
			d.remove(ctx, tx, `DELETE FROM quarantine WHERE id = ? RETURNING 1, COALESCE(length(body), 0)`, &d.cases, &d.bytes, id),
		)
	})
	if err != nil {
		return fmt.Errorf("remove case %d: %w", id, err)
	}
	return nil
}

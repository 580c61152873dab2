package series

import (
	"context"
	"database/sql"
	"errors"

	"foyer/internal/energy"
)

// names remembers what the file knows already, so that a batch asks for new
// meters, registers and days only.
type names struct {
	meters    map[energy.MeterID]written
	registers map[energy.Register]int32
	sets      registerSets
}

// written is what the file knows of a meter: its number, and the registers of the day
// last written. It is small because there is one for each meter.
type written struct{ meter, day, set int32 }

func newNames() names {
	return names{map[energy.MeterID]written{}, map[energy.Register]int32{}, newRegisterSets()}
}

// refresh forgets the names when another connection has written to the file, for it
// may have erased one of them, and when there are too many kinds of meters.
func (s *SQLite) refresh(ctx context.Context, tx *sql.Tx) error {
	var version int64
	if err := tx.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version); err != nil {
		return err
	}
	if version != s.version || s.known.sets.full() {
		s.known, s.version = newNames(), version
	}
	return nil
}

// key returns the numbers of a reading's meter and register and marks its day.
func (n *names) key(ctx context.Context, tx *sql.Tx, r energy.Reading, day int64) (meter, register int64, err error) {
	w, ok := n.meters[r.Meter]
	if !ok {
		meter, err = intern(ctx, tx, "SELECT id FROM meter WHERE name = $1",
			"INSERT INTO meter (name) VALUES ($1) RETURNING id", string(r.Meter))
		if err != nil {
			return 0, 0, err
		}
		w.meter = int32(meter) //nolint:gosec // two thousand million meters fit
	}
	number, ok := n.registers[r.Register]
	if !ok {
		register, err = intern(ctx, tx, "SELECT id FROM register WHERE name = $1",
			"INSERT INTO register (name) VALUES ($1) RETURNING id", string(r.Register))
		if err != nil {
			return 0, 0, err
		}
		number = int32(register) //nolint:gosec // as many registers fit
		n.registers[r.Register] = number
	}
	if int64(w.day) != day {
		w.day, w.set = int32(day), 0 //nolint:gosec // days until 2262 fit
	}
	if !n.sets.has(w.set, number) {
		const mark = "INSERT INTO register_day (meter, register, day) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
		if _, err := tx.ExecContext(ctx, mark, w.meter, number, day); err != nil {
			return 0, 0, err
		}
		w.set = n.sets.with(w.set, number)
		n.meters[r.Meter] = w
	}
	return int64(w.meter), int64(number), nil
}

// intern returns the number of a name and gives it one when it has none.
func intern(ctx context.Context, tx *sql.Tx, find, insert, name string) (int64, error) {
	var id int64
	err := tx.QueryRowContext(ctx, find, name).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = tx.QueryRowContext(ctx, insert, name).Scan(&id)
	}
	return id, err
}

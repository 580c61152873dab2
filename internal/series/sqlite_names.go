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
	meters    map[energy.MeterID]int64
	registers map[energy.Register]int64
	days      map[meterRegister]int32 // the day last written
}

// A meterRegister names a register of a meter by numbers. They are small here
// because there is one for each register of each meter.
type meterRegister struct{ meter, register int32 }

func newNames() names {
	return names{map[energy.MeterID]int64{}, map[energy.Register]int64{}, map[meterRegister]int32{}}
}

// refresh forgets the names when another connection has written to the file: it
// may have erased one of them.
func (s *SQLite) refresh(ctx context.Context, tx *sql.Tx) error {
	var version int64
	if err := tx.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version); err != nil {
		return err
	}
	if version != s.version {
		s.known, s.version = newNames(), version
	}
	return nil
}

// key returns the numbers of a reading's meter and register and marks its day.
func (n *names) key(ctx context.Context, tx *sql.Tx, r energy.Reading, day int64) (meter, register int64, err error) {
	meter, ok := n.meters[r.Meter]
	if !ok {
		meter, err = intern(ctx, tx, "SELECT id FROM meter WHERE name = $1",
			"INSERT INTO meter (name) VALUES ($1) RETURNING id", string(r.Meter))
		if err != nil {
			return 0, 0, err
		}
		n.meters[r.Meter] = meter
	}
	register, ok = n.registers[r.Register]
	if !ok {
		register, err = intern(ctx, tx, "SELECT id FROM register WHERE name = $1",
			"INSERT INTO register (name) VALUES ($1) RETURNING id", string(r.Register))
		if err != nil {
			return 0, 0, err
		}
		n.registers[r.Register] = register
	}
	of := meterRegister{int32(meter), int32(register)} //nolint:gosec // two thousand million meters fit
	if last, ok := n.days[of]; !ok || int64(last) != day {
		const mark = "INSERT INTO register_day (meter, register, day) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
		if _, err := tx.ExecContext(ctx, mark, meter, register, day); err != nil {
			return 0, 0, err
		}
		n.days[of] = int32(day) //nolint:gosec // days until 2262 fit
	}
	return meter, register, nil
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

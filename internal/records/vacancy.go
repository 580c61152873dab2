package records

import (
	"context"
	"database/sql"
	"sync"

	"foyer/internal/household"
)

// mostEnrolling is how many processes may enrol meters at once without any of them
// passing the room that there is.
const mostEnrolling = 16

// A vacancy is for how many unclaimed meters there is room in any case, whatever other
// processes enrol meanwhile. To know it takes a look at every meter: with a hundred
// thousand, that is a hundred times the work of enrolling one.
type vacancy struct {
	mu   sync.Mutex
	all  int // of which room
	left int
}

// take takes one place and reports whether there was one.
func (v *vacancy) take(all int) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.all != all || v.left == 0 {
		return false
	}
	v.left--
	return true
}

// counted sets how many more there is room for.
func (v *vacancy) counted(all, left int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.all, v.left = all, left/mostEnrolling
}

// fits reports whether there is room for another unclaimed meter of a gateway.
func (d *DB) fits(ctx context.Context, tx *sql.Tx, gateway string, room household.Room) (bool, error) {
	var here int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM meter WHERE gateway = $1 AND state = 'unclaimed'`, gateway).Scan(&here)
	if err != nil || here >= room.Gateway {
		return false, err
	}
	if d.vacancy.take(room.All) {
		return true, nil
	}
	var all int
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM meter WHERE state = 'unclaimed'`).Scan(&all); err != nil || all >= room.All {
		return false, err
	}
	d.vacancy.counted(room.All, room.All-all-1)
	return true, nil
}

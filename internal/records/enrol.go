package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// errRaced asks for another try: somebody registered the same device meanwhile.
var errRaced = errors.New("registered meanwhile")

// EnrolMeter makes ids lead to one meter: that of the first known one, else a new
// meter with the id fresh, first seen at. It returns false without a change when
// there is no room for another unclaimed meter and none of ids is known.
func (d *DB) EnrolMeter(ctx context.Context, gateway, scheme string, ids []string, fresh energy.MeterID, at time.Time, room household.Room) (bool, error) {
	for {
		done, err := d.enrolMeter(ctx, gateway, scheme, ids, fresh, at, room)
		if errors.Is(err, errRaced) {
			continue
		}
		if err != nil {
			return false, fmt.Errorf("register meter: %w", err)
		}
		return done, nil
	}
}

func (d *DB) enrolMeter(ctx context.Context, gateway, scheme string, ids []string, fresh energy.MeterID, at time.Time, room household.Room) (done bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		known, err := d.deviceMeters(ctx, tx, gateway, scheme, ids)
		if err != nil {
			return err
		}
		meter := fresh
		if i := slices.IndexFunc(ids, func(id string) bool { return known[id] != "" }); i >= 0 {
			meter = known[ids[i]]
		} else {
			if fits, err := d.fits(ctx, tx, gateway, room); err != nil || !fits {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO meter (id, gateway, first_seen) VALUES ($1, $2, $3)`, fresh, gateway, millis(at)); err != nil {
				return err
			}
		}
		done = true
		owner, err := holder(ctx, tx, meter)
		if err != nil {
			return err
		}
		// In one order for everybody: two that take in the same names never wait for each other.
		for _, id := range slices.Sorted(slices.Values(ids)) {
			if known[id] != "" {
				continue
			}
			a := alias{gateway: gateway, scheme: scheme, owner: owner}
			if a.index, err = d.deviceIndex(gateway, scheme, id); err != nil {
				return err
			}
			if a.name, err = d.sealDevice(ctx, a, id); err != nil {
				return err
			}
			res, err := tx.ExecContext(ctx, `INSERT INTO meter_alias (gateway, scheme, device, meter, name, owner)
				VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`, gateway, scheme, a.index, meter, a.name, owner)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 {
				return errors.Join(err, errRaced)
			}
			known[id] = meter
		}
		return nil
	})
	return done && err == nil, err
}

// MoveDevice makes a known id lead to another meter, and seals it under the key of the
// family that has that one.
func (d *DB) MoveDevice(ctx context.Context, gateway, scheme, id string, meter energy.MeterID) error {
	return wrap("move a device's name", d.tx(ctx, func(tx *sql.Tx) error {
		owner, err := holder(ctx, tx, meter)
		if err != nil {
			return err
		}
		a := alias{gateway: gateway, scheme: scheme, owner: owner}
		if a.index, err = d.deviceIndex(gateway, scheme, id); err != nil {
			return err
		}
		if a.name, err = d.sealDevice(ctx, a, id); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE meter_alias SET meter = $1, name = $2, owner = $3 WHERE gateway = $4 AND scheme = $5 AND device = $6`,
			meter, a.name, owner, gateway, scheme, a.index)
		return err
	}))
}

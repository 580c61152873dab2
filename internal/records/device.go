package records

import (
	"context"
	"database/sql"
	"errors"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// An alias is one name of a device, as the table keeps it.
type alias struct {
	gateway, scheme string
	index           string // what it is found by
	name            string // sealed under the key of owner
	owner           household.FamilyID
}

// deviceIndex returns what a device's name is found by.
func (d *DB) deviceIndex(gateway, scheme, name string) (string, error) {
	return d.keys.Index("meter_alias.device", gateway, scheme, name)
}

func (d *DB) sealDevice(ctx context.Context, a alias, name string) (string, error) {
	return d.seal(ctx, a.owner, deviceOf(a.gateway, a.scheme, a.index), name)
}

// device opens the name of an alias.
func (d *DB) device(ctx context.Context, a alias) (household.Device, error) {
	err := d.unseal(ctx, a.owner, deviceOf(a.gateway, a.scheme, a.index), &a.name)
	return household.Device{Scheme: a.scheme, ID: a.name}, err
}

// sealDevices seals the names of a meter's devices under the key of the family that
// has the meter from now on, or the installation's for "".
func (d *DB) sealDevices(ctx context.Context, tx *sql.Tx, meter energy.MeterID, family household.FamilyID) error {
	aliases, err := aliasesOf(ctx, tx, meter)
	if err != nil {
		return err
	}
	for _, a := range aliases {
		if a.owner == family {
			continue
		}
		device, err := d.device(ctx, a)
		if err != nil {
			return err
		}
		if device.ID == "" {
			continue // its key was destroyed, and the device is found by its index still
		}
		a.owner = family
		name, err := d.sealDevice(ctx, a, device.ID)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE meter_alias SET name = $1, owner = $2 WHERE gateway = $3 AND scheme = $4 AND device = $5`,
			name, family, a.gateway, a.scheme, a.index)
		if err != nil {
			return err
		}
	}
	return nil
}

func aliasesOf(ctx context.Context, tx *sql.Tx, meter energy.MeterID) ([]alias, error) {
	rows, err := tx.QueryContext(ctx, `SELECT gateway, scheme, device, name, owner FROM meter_alias WHERE meter = $1 ORDER BY gateway, scheme, device`, meter)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []alias
	for rows.Next() {
		var a alias
		if err := rows.Scan(&a.gateway, &a.scheme, &a.index, &a.name, &a.owner); err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

// holder returns the family that has a meter now, "" for none.
func holder(ctx context.Context, tx *sql.Tx, meter energy.MeterID) (family household.FamilyID, err error) {
	err = tx.QueryRowContext(ctx, `SELECT family FROM attachment WHERE meter = $1 AND to_at = $2`, meter, int64(always)).Scan(&family)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return family, err
}

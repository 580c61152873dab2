package records

import (
	"context"
	"database/sql"

	"foyer/internal/household"
)

func (d *DB) sealChanges(ctx context.Context, tx *sql.Tx) (int, error) {
	type change struct {
		id int64
		household.Change
	}
	changes, err := all(ctx, tx, `SELECT id, meter, at, family, said_by, why FROM meter_change`, func(row rowScanner, c *change) error {
		var at int64
		err := row.Scan(&c.id, &c.Meter, &at, &c.Family, &c.By, &c.Why)
		c.At = instant(at)
		return err
	})
	for _, c := range changes {
		if err := d.sealChange(ctx, tx, c.id, c.Change); err != nil {
			return 0, err
		}
	}
	return len(changes), err
}

func (d *DB) sealAliases(ctx context.Context, tx *sql.Tx) (int, error) {
	type named struct {
		alias
		plain string
	}
	aliases, err := all(ctx, tx, `SELECT m.gateway, m.scheme, m.device, COALESCE(a.family, '') FROM meter_alias m
		LEFT JOIN attachment a ON a.meter = m.meter AND a.to_at = 253402300800000`, func(row rowScanner, n *named) error {
		return row.Scan(&n.gateway, &n.scheme, &n.plain, &n.owner)
	})
	for _, n := range aliases {
		index, err := d.deviceIndex(n.gateway, n.scheme, n.plain)
		if err != nil {
			return 0, err
		}
		n.index = index
		name, err := d.sealDevice(ctx, n.alias, n.plain)
		if err != nil {
			return 0, err
		}
		_, err = tx.ExecContext(ctx, `UPDATE meter_alias SET device = $1, name = $2, owner = $3 WHERE gateway = $4 AND scheme = $5 AND device = $6`,
			index, name, n.owner, n.gateway, n.scheme, n.plain)
		if err != nil {
			return 0, err
		}
	}
	return len(aliases), err
}

func (d *DB) sealFacts(ctx context.Context, tx *sql.Tx) (int, error) {
	type fact struct{ gateway, key, value string }
	facts, err := all(ctx, tx, `SELECT gateway, key, value FROM fact`, func(row rowScanner, f *fact) error {
		return row.Scan(&f.gateway, &f.key, &f.value)
	})
	for _, f := range facts {
		index, err := d.factIndex(f.gateway, f.key)
		if err != nil {
			return 0, err
		}
		value, err := d.sealFact(ctx, f.gateway, index, f.key, f.value)
		if err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE fact SET key = $1, value = $2 WHERE gateway = $3 AND key = $4`, index, value, f.gateway, f.key); err != nil {
			return 0, err
		}
	}
	return len(facts), err
}

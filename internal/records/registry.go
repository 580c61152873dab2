package records

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"

	"foyer/internal/household"
)

// AddPilot keeps a pilot; false when its id is taken.
func (d *DB) AddPilot(ctx context.Context, p household.Pilot) (bool, error) {
	return d.insert(ctx, "add pilot", `INSERT INTO pilot (id, name, zone, case_load) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		p.ID, p.Name, p.Zone, caseLoad(p.Shared))
}

// ShareCaseLoads says whether caseworkers of a pilot see all its families.
func (d *DB) ShareCaseLoads(ctx context.Context, pilot string, shared bool) error {
	_, err := d.insert(ctx, "share case-loads", `UPDATE pilot SET case_load = $1 WHERE id = $2 AND case_load <> $1`, caseLoad(shared), pilot)
	return err
}

func caseLoad(shared bool) string {
	if shared {
		return "all"
	}
	return "assigned"
}

// insert runs one INSERT … ON CONFLICT DO NOTHING; false when it did nothing.
func (d *DB) insert(ctx context.Context, what, query string, args ...any) (bool, error) {
	res, err := d.write.ExecContext(ctx, query, args...)
	if err != nil {
		return false, fmt.Errorf("%s: %w", what, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("%s: %w", what, err)
	}
	return n > 0, nil
}

// Pilots lists the pilots by id.
func (d *DB) Pilots(ctx context.Context) ([]household.Pilot, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT id, name, zone FROM pilot ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list pilots: %w", err)
	}
	defer rows.Close()
	var all []household.Pilot
	for rows.Next() {
		var p household.Pilot
		if err := rows.Scan(&p.ID, &p.Name, &p.Zone); err != nil {
			return nil, fmt.Errorf("list pilots: %w", err)
		}
		all = append(all, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list pilots: %w", err)
	}
	return all, nil
}

// AddPublisher keeps a gateway and the hashes of its secret, which replace earlier
// ones; false when the gateway is another pilot's. mosquitto is a hash as that
// broker's password file holds it.
func (d *DB) AddPublisher(ctx context.Context, g household.Publisher, secret, mosquitto string) (bool, error) {
	return d.changePublisher(ctx, "add gateway", `INSERT INTO gateway (id, pilot, secret_hash, mosquitto_hash) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET secret_hash = excluded.secret_hash, mosquitto_hash = excluded.mosquitto_hash
		WHERE gateway.pilot = excluded.pilot`, g.ID, g.Pilot, digest(secret), mosquitto)
}

// RemovePublisher forgets a gateway and its secret; false when there is none.
func (d *DB) RemovePublisher(ctx context.Context, id string) (bool, error) {
	return d.changePublisher(ctx, "remove gateway", `DELETE FROM gateway WHERE id = $1`, id)
}

// changePublisher runs a statement that changes one gateway or none, and counts it.
func (d *DB) changePublisher(ctx context.Context, what, query string, args ...any) (changed bool, err error) {
	err = d.tx(ctx, func(tx *sql.Tx) error {
		if _, err := count(ctx, tx, "gateway"); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		changed = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("%s: %w", what, err)
	}
	return changed, nil
}

// Publishers lists the gateways by id.
func (d *DB) Publishers(ctx context.Context) ([]household.Publisher, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT id, pilot FROM gateway ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list gateways: %w", err)
	}
	defer rows.Close()
	var all []household.Publisher
	for rows.Next() {
		var g household.Publisher
		if err := rows.Scan(&g.ID, &g.Pilot); err != nil {
			return nil, fmt.Errorf("list gateways: %w", err)
		}
		all = append(all, g)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list gateways: %w", err)
	}
	return all, nil
}

// PublisherRevision returns how often gateways have been added, changed or removed.
func (d *DB) PublisherRevision(ctx context.Context) (number int64, err error) {
	err = d.read.QueryRowContext(ctx, `SELECT number FROM revision WHERE name = 'gateway'`).Scan(&number)
	if err != nil {
		return 0, fmt.Errorf("read gateways: %w", err)
	}
	return number, nil
}

// PublisherDigests returns the SHA-256 of each gateway's secret in hexadecimal.
func (d *DB) PublisherDigests(ctx context.Context) (map[string]string, error) {
	return d.publisherHashes(ctx, `SELECT id, secret_hash FROM gateway`)
}

// MosquittoHashes returns each gateway's secret as mosquitto's password file holds
// it, "" where that was never kept.
func (d *DB) MosquittoHashes(ctx context.Context) (map[string]string, error) {
	return d.publisherHashes(ctx, `SELECT id, mosquitto_hash FROM gateway`)
}

func (d *DB) publisherHashes(ctx context.Context, query string) (map[string]string, error) {
	rows, err := d.read.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read gateways: %w", err)
	}
	defer rows.Close()
	all := map[string]string{}
	for rows.Next() {
		var id, hash string
		if err := rows.Scan(&id, &hash); err != nil {
			return nil, fmt.Errorf("read gateways: %w", err)
		}
		all[id] = hash
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read gateways: %w", err)
	}
	return all, nil
}

// digest is how random secrets are kept: SHA-256 in hexadecimal. They have 256
// random bits, or 60 and a short life, so that a slow hash would add nothing.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

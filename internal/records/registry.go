package records

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"foyer/internal/household"
)

// AddPilot keeps a pilot; false when its id is taken.
func (d *DB) AddPilot(ctx context.Context, p household.Pilot) (bool, error) {
	return d.insert(ctx, "add pilot", `INSERT INTO pilot (id, name, zone) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, p.ID, p.Name, p.Zone)
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

// AddPublisher keeps a gateway and the hash of its secret, which replaces an
// earlier one; false when the gateway is another pilot's.
func (d *DB) AddPublisher(ctx context.Context, g household.Publisher, secret string) (bool, error) {
	return d.insert(ctx, "add gateway", `INSERT INTO gateway (id, pilot, secret_hash) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET secret_hash = excluded.secret_hash WHERE gateway.pilot = excluded.pilot`,
		g.ID, g.Pilot, digest(secret))
}

// RemovePublisher forgets a gateway and its secret; false when there is none.
func (d *DB) RemovePublisher(ctx context.Context, id string) (bool, error) {
	return d.insert(ctx, "remove gateway", `DELETE FROM gateway WHERE id = $1`, id)
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

// PublisherDigest returns the SHA-256 of a gateway's secret, "" for an unknown gateway.
func (d *DB) PublisherDigest(ctx context.Context, id string) (string, error) {
	var hash string
	err := d.read.QueryRowContext(ctx, `SELECT secret_hash FROM gateway WHERE id = $1`, id).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read gateway: %w", err)
	}
	return hash, nil
}

// digest is how random secrets are kept: SHA-256 in hexadecimal. They have 256
// random bits, or 60 and a short life, so that a slow hash would add nothing.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

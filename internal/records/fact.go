package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// factIndex returns what a fact is found by.
func (d *DB) factIndex(gateway, key string) (string, error) {
	return d.keys.Index("fact.key", gateway, key)
}

// sealFact seals a fact with its key, which the index does not give back.
func (d *DB) sealFact(ctx context.Context, gateway, index, key, value string) (string, error) {
	return d.seal(ctx, "", factOf(gateway, index), strconv.Itoa(len(key))+":"+key+value)
}

// fact opens what sealFact sealed.
func (d *DB) fact(ctx context.Context, gateway, index, sealed string) (key, value string, err error) {
	if err := d.unseal(ctx, "", factOf(gateway, index), &sealed); err != nil || sealed == "" {
		return "", "", err
	}
	length, rest, _ := strings.Cut(sealed, ":")
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || n > len(rest) {
		return "", "", errors.New("a fact does not say where its key ends")
	}
	return rest[:n], rest[n:], nil
}

// Facts returns everything remembered of each gateway that was taught something
// after a revision, and the revision that this comes to. 0 is the beginning. A
// gateway whose last fact was forgotten is there with none.
func (d *DB) Facts(ctx context.Context, after int64) (facts map[string]map[string]string, revision int64, err error) {
	// One statement, one view of the tables.
	rows, err := d.read.QueryContext(ctx, `SELECT c.gateway, c.revision, COALESCE(f.key, ''), COALESCE(f.value, '')
		FROM fact_change c LEFT JOIN fact f ON f.gateway = c.gateway WHERE c.revision > $1`, after)
	if err != nil {
		return nil, 0, fmt.Errorf("read facts: %w", err)
	}
	defer rows.Close()
	facts, revision = map[string]map[string]string{}, after
	for rows.Next() {
		var gateway, index, sealed string
		var at int64
		if err := rows.Scan(&gateway, &at, &index, &sealed); err != nil {
			return nil, 0, fmt.Errorf("read facts: %w", err)
		}
		key, value, err := d.fact(ctx, gateway, index, sealed)
		if err != nil {
			return nil, 0, fmt.Errorf("read facts: %w", err)
		}
		revision = max(revision, at)
		if facts[gateway] == nil {
			facts[gateway] = map[string]string{}
		}
		if value != "" {
			facts[gateway][key] = value
		}
	}
	if err := rows.Err(); err != nil {
		return nil, 0, fmt.Errorf("read facts: %w", err)
	}
	return facts, revision, nil
}

// Remember returns once facts of a gateway, by key, have reached stable storage.
// An empty value forgets its key.
func (d *DB) Remember(ctx context.Context, gateway string, facts map[string]string) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		revision, err := count(ctx, tx, "fact")
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO fact_change (gateway, revision) VALUES ($1, $2)
			ON CONFLICT (gateway) DO UPDATE SET revision = excluded.revision`, gateway, revision)
		if err != nil {
			return err
		}
		for key, value := range facts {
			if err := d.remember(ctx, tx, gateway, key, value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("remember facts: %w", err)
	}
	return nil
}

func (d *DB) remember(ctx context.Context, tx *sql.Tx, gateway, key, value string) error {
	index, err := d.factIndex(gateway, key)
	if err != nil {
		return err
	}
	if value == "" {
		_, err := tx.ExecContext(ctx, `DELETE FROM fact WHERE gateway = $1 AND key = $2`, gateway, index)
		return err
	}
	sealed, err := d.sealFact(ctx, gateway, index, key, value)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO fact (gateway, key, value) VALUES ($1, $2, $3)
		ON CONFLICT (gateway, key) DO UPDATE SET value = excluded.value`, gateway, index, sealed)
	return err
}

// count notes a change of something and returns its number. Until tx ends nobody
// else counts, so that changes become visible in their order.
func count(ctx context.Context, tx *sql.Tx, name string) (number int64, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE revision SET number = number + 1 WHERE name = $1 RETURNING number`, name).Scan(&number)
	return number, err
}

package spool

import (
	"context"
	"database/sql"
	"fmt"

	"foyer/ingest"
)

// Facts returns everything remembered of what messages taught.
func (s *Spool) Facts(ctx context.Context) ([]ingest.Fact, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT gateway, key, value FROM fact`)
	if err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	defer rows.Close()
	var all []ingest.Fact
	for rows.Next() {
		var f ingest.Fact
		if err := rows.Scan(&f.Gateway, &f.Key, &f.Value); err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
		all = append(all, f)
	}
	return all, rows.Err()
}

// Remember returns once facts have reached stable storage. An empty value forgets
// its key.
func (s *Spool) Remember(ctx context.Context, facts []ingest.Fact) error {
	return s.change(ctx, func(ctx context.Context, tx *sql.Tx, _ *delta) error {
		for _, f := range facts {
			query, args := `INSERT INTO fact (gateway, key, value) VALUES (?, ?, ?)
				ON CONFLICT (gateway, key) DO UPDATE SET value = excluded.value`, []any{f.Gateway, f.Key, f.Value}
			if f.Value == "" {
				query, args = `DELETE FROM fact WHERE gateway = ? AND key = ?`, args[:2]
			}
			if _, err := tx.ExecContext(ctx, query, args...); err != nil {
				return err
			}
		}
		return nil
	})
}

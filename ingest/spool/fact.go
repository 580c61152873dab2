package spool

import (
	"context"
	"database/sql"
	"fmt"
)

// HandOver gives what messages once taught of each gateway, by key, to keep and
// then forgets it. Facts are kept elsewhere since several ingesters share them;
// a spool may still hold those of before.
//
// Killed in between, it gives the same again at the next call.
func (s *Spool) HandOver(ctx context.Context, keep func(ctx context.Context, gateway string, facts map[string]string) error) error {
	all, err := s.facts(ctx)
	if err != nil {
		return fmt.Errorf("read facts: %w", err)
	}
	for gateway, facts := range all {
		if err := keep(ctx, gateway, facts); err != nil {
			return fmt.Errorf("hand facts over: %w", err)
		}
		err := s.change(ctx, func(ctx context.Context, tx *sql.Tx, _ *delta) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM fact WHERE gateway = ?`, gateway)
			return err
		})
		if err != nil {
			return fmt.Errorf("hand facts over: %w", err)
		}
	}
	return nil
}

func (s *Spool) facts(ctx context.Context) (map[string]map[string]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT gateway, key, value FROM fact`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]map[string]string{}
	for rows.Next() {
		var gateway, key, value string
		if err := rows.Scan(&gateway, &key, &value); err != nil {
			return nil, err
		}
		if all[gateway] == nil {
			all[gateway] = map[string]string{}
		}
		all[gateway][key] = value
	}
	return all, rows.Err()
}

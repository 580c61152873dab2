package records

import (
	"context"
	"database/sql"

	"foyer/internal/energy"
	"foyer/internal/household"
)

func (d *DB) sealNotes(ctx context.Context, tx *sql.Tx) (int, error) {
	type note struct {
		alert, text string
		seq         int64
		family      household.FamilyID
	}
	notes, err := all(ctx, tx, `SELECT e.alert, e.seq, e.note, COALESCE(a.family, '') FROM alert_event e JOIN alert a ON a.id = e.alert
		WHERE e.note <> ''`, func(row rowScanner, n *note) error { return row.Scan(&n.alert, &n.seq, &n.text, &n.family) })
	for _, n := range notes {
		text, err := d.seal(ctx, n.family, noteOf(n.alert, n.seq), n.text)
		if err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE alert_event SET note = $1 WHERE alert = $2 AND seq = $3`, text, n.alert, n.seq); err != nil {
			return 0, err
		}
	}
	return len(notes), err
}

func (d *DB) sealPapers(ctx context.Context, tx *sql.Tx) (int, error) {
	type paper struct {
		id     int64
		family household.FamilyID
		act    string
		where  string
	}
	papers, err := all(ctx, tx, `SELECT id, family, act, paper FROM consent WHERE paper <> ''`, func(row rowScanner, p *paper) error {
		return row.Scan(&p.id, &p.family, &p.act, &p.where)
	})
	for _, p := range papers {
		where, err := d.seal(ctx, p.family, paperOf(p.family, p.act), p.where)
		if err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE consent SET paper = $1 WHERE id = $2`, where, p.id); err != nil {
			return 0, err
		}
	}
	return len(papers), err
}

func (d *DB) sealEntries(ctx context.Context, tx *sql.Tx) (int, error) {
	type entry struct {
		household.Entry
		category string
	}
	entries, err := all(ctx, tx, `SELECT id, family, category, cents, source, said_by FROM money`, func(row rowScanner, e *entry) error {
		return row.Scan(&e.ID, &e.Family, &e.category, &e.Cents, &e.Source, &e.By)
	})
	for _, e := range entries {
		s, err := d.sealEntry(ctx, e.Entry, e.category)
		if err != nil {
			return 0, err
		}
		_, err = tx.ExecContext(ctx, `UPDATE money SET cents = $1, source = $2, said_by = $3, amount = $4 WHERE id = $5`, s.cents, s.source, s.by, s.amount, e.ID)
		if err != nil {
			return 0, err
		}
	}
	return len(entries), err
}

func (d *DB) sealResults(ctx context.Context, tx *sql.Tx) (int, error) {
	results, err := all(ctx, tx, `SELECT id, family, indicator, from_day, to_day, value, detail, category, computed_at FROM result
		WHERE category IN ('indicators', 'income')`, func(row rowScanner, r *household.Filed) error {
		var from, to, detail string
		var at int64
		err := row.Scan(&r.ID, &r.Family, &r.Indicator, &from, &to, &r.Value, &detail, &r.Category, &at)
		r.Detail, r.At = []byte(detail), instant(at)
		if err == nil {
			r.From, err = energy.ParseDay(from)
		}
		if err == nil {
			r.To, err = energy.ParseDay(to)
		}
		return err
	})
	for _, r := range results {
		value, detail, err := d.sealResult(ctx, r.Result, r.Category)
		if err != nil {
			return 0, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE result SET value = $1, detail = $2 WHERE id = $3`, value, detail, r.ID); err != nil {
			return 0, err
		}
	}
	return len(results), err
}

package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/keyring"
)

// erasureOf is whose a request is, or its certificate.
func erasureOf(hash, column string) keyring.Place {
	return keyring.Place{Table: "erasure", Column: column, Row: hash}
}

// AskErasure keeps a request to erase a family of a pilot, by a code, for a lifetime:
// nothing is erased before it is confirmed. It returns when it ends, and reports false
// for a family that the pilot does not have.
func (d *DB) AskErasure(ctx context.Context, family household.FamilyID, pilot, code string, lifetime time.Duration) (until time.Time, known bool, err error) {
	hash := digest(code)
	whose, err := d.seal(ctx, "", erasureOf(hash, "household"), string(family))
	if err == nil {
		err = d.tx(ctx, func(tx *sql.Tx) error {
			var ends int64
			err := tx.QueryRowContext(ctx, `INSERT INTO erasure (code, pilot, household, ends_at)
				SELECT CAST($1 AS TEXT), pilot, CAST($2 AS TEXT), (SELECT now FROM wall) + $3 FROM family WHERE id = $4 AND pilot = $5
				RETURNING ends_at`, hash, whose, lifetime.Milliseconds(), family, pilot).Scan(&ends)
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			until, known = instant(ends), err == nil
			return err
		})
	}
	if err != nil {
		return time.Time{}, false, fmt.Errorf("ask for an erasure: %w", err)
	}
	return until, known, nil
}

// ConfirmErasure confirms the request of a code to erase a family. In the same
// transaction everything is withdrawn that the family agreed to, its phones are
// disconnected, its letters void, and nobody is told of its alerts any more. It reports
// false when there is no such request of that family, which a second time there is.
func (d *DB) ConfirmErasure(ctx context.Context, family household.FamilyID, code string, withdrawal consent.Act) (known bool, err error) {
	hash := digest(code)
	err = d.tx(ctx, func(tx *sql.Tx) error {
		var whose string
		var confirmed int64
		// Two who confirm at once take turns.
		err := tx.QueryRowContext(ctx, `UPDATE erasure SET pilot = pilot WHERE code = $1 AND $2 IN ('', pilot) AND erased_at = 0
			AND ends_at > (SELECT now FROM wall) RETURNING household, confirmed_at`, hash, withdrawal.Pilot).Scan(&whose, &confirmed)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := d.unseal(ctx, "", erasureOf(hash, "household"), &whose); err != nil || whose != string(family) {
			return err
		}
		if known = confirmed > 0; known {
			return nil
		}
		if _, known, err = d.sayIn(ctx, tx, family, withdrawal, 0); err != nil || !known {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE erasure SET confirmed_at = (SELECT now FROM wall), ends_at = $1 WHERE code = $2`, int64(always), hash)
		if err != nil {
			return err
		}
		if err := d.beside(ctx, tx, string(family), toErase+" "+hash); err != nil {
			return err
		}
		if _, err := d.endPhones(ctx, tx, family, ""); err != nil {
			return err
		}
		for _, rows := range []string{
			`invitation WHERE family = $1`,
			`outbox WHERE alert IN (SELECT id FROM alert WHERE family = $1)`,
		} {
			//nolint:gosec // only constants are joined
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+rows, family); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("confirm an erasure: %w", err)
	}
	return known, nil
}

// Erasure says how far the request of a code is; false when there is none.
func (d *DB) Erasure(ctx context.Context, code string) (r household.ErasureRequest, known bool, err error) {
	hash := digest(code)
	var ends, confirmed, erased int64
	err = d.read.QueryRowContext(ctx, `SELECT ends_at, confirmed_at, erased_at, certificate FROM erasure
		WHERE code = $1 AND ends_at > (SELECT now FROM wall)`, hash).Scan(&ends, &confirmed, &erased, &r.Certificate)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err == nil {
		err = d.unseal(ctx, "", erasureOf(hash, "certificate"), &r.Certificate)
	}
	if err != nil {
		return r, false, fmt.Errorf("read how far an erasure is: %w", err)
	}
	r.Confirmed, r.Erased = instant(confirmed), instant(erased)
	if ends < always {
		r.Until = instant(ends)
	}
	return r, true, nil
}

// DueErasures returns the requests that are confirmed and not carried out, the oldest
// first, and deletes those whose time is over. An ingester is told of those that it
// has not noted; "" of all.
func (d *DB) DueErasures(ctx context.Context, ingester string) ([]household.DueErasure, error) {
	due, err := d.dueErasures(ctx, ingester)
	if err != nil {
		return nil, fmt.Errorf("read which families are to be erased: %w", err)
	}
	return due, nil
}

func (d *DB) dueErasures(ctx context.Context, ingester string) ([]household.DueErasure, error) {
	var over bool
	if err := d.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM erasure WHERE ends_at <= (SELECT now FROM wall))`).Scan(&over); err != nil {
		return nil, err
	}
	if over {
		if _, err := d.write.ExecContext(ctx, `DELETE FROM erasure WHERE ends_at <= (SELECT now FROM wall)`); err != nil {
			return nil, err
		}
	}
	return all(ctx, d.read, `SELECT e.code, e.household, e.confirmed_at,
			(SELECT COUNT(*) FROM ledger_source l WHERE l.ingester NOT IN (SELECT s.ingester FROM erasure_spool s WHERE s.code = e.code))
		FROM erasure e WHERE e.confirmed_at > 0 AND e.erased_at = 0
			AND NOT EXISTS (SELECT 1 FROM erasure_spool s WHERE s.code = e.code AND s.ingester = $1)
		ORDER BY e.confirmed_at, e.code`, func(row rowScanner, x *household.DueErasure) error {
		var whose string
		var confirmed int64
		err := row.Scan(&x.Code, &whose, &confirmed, &x.Waiting)
		if err == nil {
			err = d.unseal(ctx, "", erasureOf(x.Code, "household"), &whose)
		}
		x.Family, x.Confirmed = household.FamilyID(whose), instant(confirmed)
		return err
	}, ingester)
}

// NoteErasure notes that an ingester holds nothing more of the family of a request.
func (d *DB) NoteErasure(ctx context.Context, hash, ingester string) error {
	_, err := d.insert(ctx, "note an erasure", `INSERT INTO erasure_spool (code, ingester) SELECT code, CAST($2 AS TEXT) FROM erasure WHERE code = $1
		ON CONFLICT DO NOTHING`, hash, ingester)
	return err
}

// EndErasure says that the family of a request was erased, and keeps its certificate
// for a lifetime. Whose it was is known no more.
func (d *DB) EndErasure(ctx context.Context, hash, certificate string, lifetime time.Duration) error {
	certificate, err := d.seal(ctx, "", erasureOf(hash, "certificate"), certificate)
	if err != nil {
		return fmt.Errorf("end an erasure: %w", err)
	}
	_, err = d.insert(ctx, "end an erasure", `UPDATE erasure SET household = '', certificate = $1, erased_at = (SELECT now FROM wall),
		ends_at = (SELECT now FROM wall) + $2 WHERE code = $3`, certificate, lifetime.Milliseconds(), hash)
	return err
}

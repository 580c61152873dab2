package records

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"

	"foyer/internal/canonical"
	"foyer/internal/household"
	"foyer/internal/journal"
	"foyer/internal/keyring"
)

// Salts are what the rows of families are digested with, sealed under the key of each
// family: when that is destroyed, nobody can find out what was digested, in no copy.
type salts map[string]salt

type salt struct {
	secret []byte // nil for no family, whose rows go under the salt of nobody
	lost   bool   // its key was destroyed
}

// key returns what a row is digested with; false when that is lost.
func (s salts) key(x trace, table string) ([]byte, bool) {
	one := s[x.family]
	secret := one.secret
	if secret == nil {
		secret = s[""].secret
	}
	return journal.RowDigest(secret, fmt.Appendf(nil, "%s %d", table, x.id)), !one.lost
}

// digestUnder returns HMAC-SHA-256 of a row in canonical JSON, under a key that is of this
// row alone: whoever is shown it can check the row, and guess no other of the family.
func (x trace) digestUnder(key []byte) ([]byte, error) {
	text, err := canonical.Marshal(x.row)
	if err != nil {
		return nil, err
	}
	return journal.RowDigest(key, text), nil
}

// digestRows gives rows the digests that their entry is going to hold, and commits to
// the texts that are kept sealed.
func (d *DB) digestRows(ctx context.Context, tx *sql.Tx, s source, rows []trace) error {
	all := salts{}
	if err := d.saltsFor(ctx, tx, all, rows, true); err != nil {
		return err
	}
	for i := range rows {
		x := &rows[i]
		key, _ := all.key(*x, s.table) // of a lost salt, that of nobody
		if s.commits {
			text := x.sealed
			if err := d.unseal(ctx, household.FamilyID(x.family), x.place, &text); err != nil {
				return err
			}
			x.commit = journal.RowDigest(key, []byte(text))
			x.row.committed(x.commit)
		}
		var err error
		if x.digest, err = x.digestUnder(key); err != nil {
			return err
		}
	}
	return nil
}

// sound reports whether a row is what it was when its entry was written, and whether
// that can be known at all: without the salt nobody can.
func (d *DB) sound(ctx context.Context, all salts, s source, x trace) (is, known bool, err error) {
	key, known := all.key(x, s.table)
	if !known {
		return true, false, nil
	}
	digest, err := x.digestUnder(key)
	if err != nil || !hmac.Equal(digest, x.digest) {
		return false, true, err
	}
	if x.commit == nil {
		return true, true, nil
	}
	text, err := d.keys.Open(ctx, x.family, x.place, x.sealed)
	switch {
	case errors.Is(err, keyring.ErrDestroyed):
		return true, false, nil
	case errors.Is(err, keyring.ErrNotOpened):
		return false, true, nil
	}
	return hmac.Equal(journal.RowDigest(key, []byte(text)), x.commit), true, err
}

// saltsFor adds the salts of the families of rows, made where there is none yet and
// fresh ones may be. What was asked of an id that is no family's has none of its own.
func (d *DB) saltsFor(ctx context.Context, tx *sql.Tx, all salts, rows []trace, fresh bool) error {
	for i := -1; i < len(rows); i++ {
		family := "" // of nobody
		if i >= 0 {
			family = rows[i].family
		}
		if _, ok := all[family]; ok {
			continue
		}
		one, err := d.saltOf(ctx, tx, family, fresh)
		if err != nil {
			return err
		}
		all[family] = one
	}
	return nil
}

// saltOf returns a family's salt.
func (d *DB) saltOf(ctx context.Context, tx *sql.Tx, family string, fresh bool) (salt, error) {
	var sealed []byte
	find := func() error {
		return tx.QueryRowContext(ctx, `SELECT salt FROM journal_salt WHERE family = $1`, family).Scan(&sealed)
	}
	err := find()
	if errors.Is(err, sql.ErrNoRows) {
		var known bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM family WHERE id = $1)`, family).Scan(&known); err != nil || !known || !fresh {
			return salt{}, err
		}
		if err = d.makeSalt(ctx, tx, family); err == nil {
			err = find()
		}
	}
	if err == nil && len(sealed) == sha256.Size { // as it was before there were keys
		return salt{secret: sealed}, nil
	}
	var secret []byte
	if err == nil {
		secret, err = d.keys.OpenBytes(ctx, family, saltAt(family), sealed)
	}
	switch {
	case errors.Is(err, keyring.ErrDestroyed):
		return salt{lost: true}, nil
	case errors.Is(err, keyring.ErrNotOpened) && !fresh: // somebody changed it: rows do not hold under any other
		return salt{secret: sealed}, nil
	}
	return salt{secret: secret}, err
}

func saltAt(family string) keyring.Place {
	return keyring.Place{Table: "journal_salt", Column: "salt", Row: family}
}

func (d *DB) makeSalt(ctx context.Context, tx *sql.Tx, family string) error {
	secret := make([]byte, sha256.Size)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	sealed, err := d.keys.SealBytes(ctx, family, saltAt(family), secret)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO journal_salt (family, salt) VALUES ($1, $2) ON CONFLICT DO NOTHING`, family, sealed)
	return err
}

// sealSalts seals salts that an earlier version left in clear, and frees what they were in.
func (d *DB) sealSalts(ctx context.Context) error {
	some := 0
	err := d.tx(ctx, func(tx *sql.Tx) error {
		type clear struct {
			family string
			secret []byte
		}
		left, err := all(ctx, tx, fmt.Sprintf(`SELECT family, salt FROM journal_salt WHERE LENGTH(salt) = %d`, sha256.Size), func(row rowScanner, c *clear) error {
			return row.Scan(&c.family, &c.secret)
		})
		if err != nil {
			return err
		}
		some = len(left)
		for _, c := range left {
			sealed, err := d.keys.SealBytes(ctx, c.family, saltAt(c.family), c.secret)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `UPDATE journal_salt SET salt = $1 WHERE family = $2`, sealed, c.family); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || some == 0 {
		return err
	}
	free := `PRAGMA wal_checkpoint(TRUNCATE)`
	if d.postgres {
		free = `VACUUM FULL journal_salt`
	}
	_, err = d.write.ExecContext(ctx, free)
	return err
}

package spool

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"foyer/ingest"
	"foyer/internal/keyring"
	"foyer/internal/vacuum"
)

// ErrOtherKeys says that the quarantine was sealed with another ring of keys.
var ErrOtherKeys = errors.New("the spool is sealed with other keys")

func placeOf(id int64) keyring.Place {
	return keyring.Place{Table: "quarantine", Column: "payload", Row: strconv.FormatInt(id, 10)}
}

// hide returns a case as its columns hold it: with what stands for its device and its
// reason, and without its message.
func (s *Spool) hide(c ingest.Case) (ingest.Case, error) {
	var err error
	if c.Device, err = s.keys.Index("quarantine.device", c.Gateway, c.Device); err != nil {
		return c, err
	}
	c.Reason, err = s.keys.Index("quarantine.reason", c.Reason)
	c.Message.Topic, c.Message.Payload = "", nil
	return c, err
}

// sealCase seals what a case says of a device: device, reason and topic, each after
// its length, and the payload of the message.
func (s *Spool) sealCase(ctx context.Context, id int64, c ingest.Case) ([]byte, error) {
	var b []byte
	for _, text := range []string{c.Device, c.Reason, c.Message.Topic} {
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	return s.keys.SealBytes(ctx, keyring.Installation, placeOf(id), append(b, c.Message.Payload...))
}

// openCase opens what sealCase sealed into c.
func (s *Spool) openCase(ctx context.Context, c *ingest.Case, sealed []byte) error {
	if len(sealed) == 0 {
		return nil // damaged on the disk before anybody knew whose it was
	}
	b, err := s.keys.OpenBytes(ctx, keyring.Installation, placeOf(c.ID), sealed)
	if err != nil {
		return err
	}
	for _, text := range []*string{&c.Device, &c.Reason, &c.Message.Topic} {
		var part []byte
		if part, b, err = cut(b); err != nil {
			return err
		}
		*text = string(part)
	}
	c.Message.Payload = b
	return nil
}

// adoptKeys makes sure that the file is this ring's, and seals what an earlier version
// left in clear: at once and all of it, so that a process killed in the midst begins
// again. Then it writes the file anew, without the pages of before.
func (s *Spool) adoptKeys(ctx context.Context) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after Commit this does nothing
	id, done := s.keys.ID(), 0
	err = tx.QueryRowContext(ctx, `SELECT id, done FROM keyring`).Scan(&id, &done)
	if errors.Is(err, sql.ErrNoRows) {
		done, err = s.sealAll(ctx, tx)
	}
	if err == nil && id != s.keys.ID() {
		err = fmt.Errorf("%w: it wants ring %s and keys.url holds ring %s. "+
			"Set keys.url and keys.master to the files that it was first opened with", ErrOtherKeys, id, s.keys.ID())
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil || done == 2 {
		return err
	}
	if err := vacuum.File(ctx, s.write); err != nil {
		return fmt.Errorf("free the pages of before: %w", err)
	}
	if _, err := s.write.ExecContext(ctx, `UPDATE keyring SET done = 2`); err != nil {
		return fmt.Errorf("free the pages of before: %w", err)
	}
	return nil
}

// sealAll seals the quarantine of an earlier version and notes how far that has come.
func (s *Spool) sealAll(ctx context.Context, tx *sql.Tx) (done int, err error) {
	cases, err := clearCases(ctx, tx)
	if err != nil {
		return 0, err
	}
	for _, c := range cases {
		sealed, err := s.sealCase(ctx, c.ID, c)
		if err != nil {
			return 0, err
		}
		h, err := s.hide(c)
		if err != nil {
			return 0, err
		}
		_, err = tx.ExecContext(ctx, `UPDATE quarantine SET device = ?, reason = ?, topic = '', payload = ? WHERE id = ?`, h.Device, h.Reason, sealed, c.ID)
		if err != nil {
			return 0, err
		}
	}
	// Of the counts of today the first ones begin anew: at most 20 more of a kind are kept.
	counted, err := tx.ExecContext(ctx, `DELETE FROM quarantine_count`)
	if err != nil {
		return 0, err
	}
	n, err := counted.RowsAffected()
	if err != nil {
		return 0, err
	}
	done = 1
	if len(cases) == 0 && n == 0 {
		done = 2 // there was nothing
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO keyring (one, id, done) VALUES (1, ?, ?)`, s.keys.ID(), done)
	return done, err
}

func clearCases(ctx context.Context, tx *sql.Tx) ([]ingest.Case, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, gateway, device, reason, topic, payload FROM quarantine WHERE at > 0`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []ingest.Case
	for rows.Next() {
		var c ingest.Case
		if err := rows.Scan(&c.ID, &c.Gateway, &c.Device, &c.Reason, &c.Message.Topic, &c.Message.Payload); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

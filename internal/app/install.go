package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/config"
	"foyer/internal/household"
)

// Install writes a configuration to a new file, makes the folder of data, the keys and the
// databases that it names, and adds who signs in first to its pilot. It returns the token
// with which they choose a password, as of [account.Accounts.Welcome]. What families are
// promised is what Foyer promises by itself, until somebody decides.
//
// Where it fails before the records know of the keys, nothing stays; after that everything
// does. [ErrInstalled] where any of the files is there already.
func Install(ctx context.Context, file string, text []byte, first household.Staff) (token string, err error) {
	c, err := config.Parse(text)
	if err != nil {
		return "", err
	}
	p, err := vacant(c, file)
	if err == nil {
		err = p.claim(text)
	}
	if err != nil {
		return "", err
	}
	if c, err = config.Load(file); err == nil {
		err = p.room()
	}
	if err == nil {
		err = reach(ctx, c)
	}
	if err != nil {
		return "", errors.Join(err, p.undo())
	}
	if token, err = welcome(ctx, c, first); err != nil {
		return "", fmt.Errorf("%w. The installation stands: `foyer staff add %s --name … --role %s --link` lets them in", err, first.Email, first.Role)
	}
	return token, nil
}

// reach opens every store once: what is not there yet is made, and what cannot be reached
// is found out. Last come the records, which know of the keys from then on.
func reach(ctx context.Context, c config.Config) error {
	series, err := openSeries(ctx, c)
	if err != nil {
		return err
	}
	if err := errors.Join(series.Ping(ctx), series.Close()); err != nil {
		return fmt.Errorf("series.url: %w. Is it running there?", err)
	}
	keys, err := openKeys(ctx, c)
	if err != nil {
		return err
	}
	db, err := openRecords(ctx, c, keys)
	if err != nil {
		return errors.Join(err, keys.Close())
	}
	return errors.Join(db.Close(), keys.Close())
}

// welcome makes the key of the journal and adds who signs in first.
func welcome(ctx context.Context, c config.Config, first household.Staff) (token string, err error) {
	o, err := OpenOffice(ctx, c, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	if _, err := o.JournalKey(ctx, false); err != nil {
		return "", err
	}
	first.Pilot = c.Pilot.ID
	return o.Accounts.Welcome(ctx, first)
}

package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/backup"
	"foyer/internal/config"
	"foyer/internal/journal"
)

// ErrNotItsKeys says that a backup was made with other keys than those that are there.
var ErrNotItsKeys = errors.New("these are not the keys of the backup")

// Restored says what a restore did.
type Restored struct {
	backup.Manifest
	Settled
	Aside []string // where what lay there is now
}

// Restore puts a backup in the place of the stores of a configuration, and has what
// happened since hold in it: who was erased is erased again, what was withdrawn is
// withdrawn again. Nothing may serve meanwhile. Every bit is looked at before anything is
// changed; with replace, what lies there is moved aside, and otherwise refused with
// [backup.ErrOccupied]. A database of PostgreSQL must be empty.
//
// The journal goes on from the backup's checkpoint: the one that lay there is moved
// aside too.
func Restore(ctx context.Context, c config.Config, folder string, replace bool, log *slog.Logger) (Restored, error) {
	m, err := backup.Verify(folder)
	if err != nil {
		return Restored{}, err
	}
	if err := fits(m, c); err != nil {
		return Restored{}, err
	}
	if err := itsKeys(ctx, c, m.Ring); err != nil {
		return Restored{}, err
	}
	targets := targetsOf(c)
	if !replace {
		if err := backup.Occupied(targets); err != nil {
			return Restored{}, err
		}
	}
	_, file := recordsFile(c)
	if !file {
		if err := backup.EmptyPostgres(ctx, c.Records.URL.Reveal()); err != nil {
			return Restored{}, err
		}
	}
	placed, err := backup.Place(ctx, folder, m, targets, ".before-"+Wall().UTC().Format("20060102T150405Z"))
	if err != nil {
		return Restored{}, err
	}
	err = placeCheckpoint(c, m, placed)
	if err == nil && !file {
		err = backup.RestorePostgres(ctx, c.Records.URL.Reveal(), folder)
	}
	if err != nil {
		return Restored{}, errors.Join(err, placed.Undo())
	}
	o, err := OpenOffice(ctx, c, log, prometheus.NewRegistry())
	if err != nil {
		return Restored{}, fmt.Errorf("the backup is in its place, and what happened since is not in it yet; the next start tries again and serves nothing before: %w", err)
	}
	return Restored{Manifest: m, Settled: o.Settled, Aside: placed.Aside}, o.Close()
}

// fits refuses a backup whose stores are not of the kinds that a configuration has.
func fits(m backup.Manifest, c config.Config) error {
	if m.Pilot != c.Pilot.ID {
		return fmt.Errorf("the backup is of the pilot %q, and pilot.id is %q: name the configuration that is its own", m.Pilot, c.Pilot.ID)
	}
	if m.Checkpoint != "" {
		if _, err := journal.ParseCheckpoint(m.Checkpoint); err != nil {
			return fmt.Errorf("the backup's checkpoint: %w", err)
		}
	}
	_, file := recordsFile(c)
	switch {
	case file && !m.Holds(backup.Records):
		return errors.New("records.url names a file, and the backup holds records of PostgreSQL: set it to an empty database")
	case !file && !m.Holds(backup.Dump):
		return errors.New("records.url names a database, and the backup holds records of a file: set it to sqlite://records.db")
	}
	_, file = seriesFile(c)
	switch {
	case file && m.Elsewhere:
		return errors.New("series.url names a file, and the backup's readings are in InfluxDB: set it to that server, and restore its own backup first")
	case !file && !m.Elsewhere:
		return errors.New("series.url names InfluxDB, and the backup holds readings of a file: set it to sqlite://readings.db")
	}
	return nil
}

// itsKeys refuses keys of another ring. It makes none.
func itsKeys(ctx context.Context, c config.Config, ring string) error {
	k := c.Keys.In(c.Data)
	store := strings.TrimPrefix(k.URL, "sqlite://")
	for _, path := range []string{store, k.Master} {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is not there: put your newest copies of %s and %s back first, which are kept apart from backups. "+
				"Without them nobody can read what names a household", path, store, k.Master)
		}
	}
	keys, err := openKeys(ctx, c)
	if err != nil {
		return err
	}
	id := keys.ID()
	if err := keys.Close(); err != nil {
		return err
	}
	if id != ring {
		return fmt.Errorf("%w: it was made with ring %s, and %s holds ring %s. Set keys.url and keys.master to the copies of the keys that were in force "+
			"when it was made", ErrNotItsKeys, ring, store, id)
	}
	return nil
}

// targetsOf returns where files of a backup belong. The records come last: while they
// are not there nothing can be served.
func targetsOf(c config.Config) []backup.Target {
	all := []backup.Target{{Name: backup.Spool, Path: c.Path(c.Spool.Path)}}
	if path, ok := seriesFile(c); ok {
		all = append(all, backup.Target{Name: backup.Readings, Path: path})
	}
	if path, ok := recordsFile(c); ok {
		all = append(all, backup.Target{Name: backup.Records, Path: path})
	}
	return all
}

func placeCheckpoint(c config.Config, m backup.Manifest, placed *backup.Placement) error {
	path := c.Path(c.Journal.Checkpoint)
	there, err := journal.ReadCheckpoint(path)
	if err != nil || there == m.Checkpoint {
		return err
	}
	if err := placed.SetAside(path); err != nil {
		return err
	}
	if m.Checkpoint == "" {
		return nil
	}
	return placed.Write(path, m.Checkpoint)
}

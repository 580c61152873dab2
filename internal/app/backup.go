package app

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"foyer/internal/backup"
	"foyer/internal/journal"
)

// errErasedMeanwhile ends a backup whose parts may not agree on who is in it.
var errErasedMeanwhile = errors.New("a household was erased while the backup was made, so nothing of it was kept: run it again")

// Backup copies the spool, the records and the readings into a folder that is empty or
// not there, whole or not at all, while Foyer runs. Whatever was acknowledged before is
// in it. No key is.
func (o *Office) Backup(ctx context.Context, folder string) (backup.Manifest, error) {
	w, err := backup.Create(folder)
	if err != nil {
		return backup.Manifest{}, err
	}
	m, err := o.backup(ctx, w)
	if err != nil {
		return backup.Manifest{}, errors.Join(err, w.Discard())
	}
	return m, nil
}

// backup copies in the direction of a reading: one that leaves a store meanwhile is in
// the copy of that store, of the next, or of both, where it counts once. A household
// that is erased between two copies could wait in the first and be unknown to the
// second, and nobody would find it: such a backup is given up.
func (o *Office) backup(ctx context.Context, w *backup.Writer) (backup.Manifest, error) {
	m := backup.Manifest{Version: Version(), At: Wall(), Pilot: o.Config.Pilot.ID, Ring: o.Keys.ID()}
	erased, err := o.Keys.Erased(ctx)
	if err != nil {
		return m, err
	}
	if m.Checkpoint, err = o.newestCheckpoint(ctx); err != nil {
		return m, err
	}
	if err := copyFile(ctx, w, backup.Spool, o.spoolConfig().Path); err != nil {
		return m, err
	}
	if path, ok := recordsFile(o.Config); ok {
		err = copyFile(ctx, w, backup.Records, path)
	} else {
		err = w.Postgres(ctx, backup.Dump, o.Config.Records.URL.Reveal())
	}
	if err != nil {
		return m, err
	}
	path, ok := seriesFile(o.Config)
	if m.Elsewhere = !ok; ok {
		if err := copyFile(ctx, w, backup.Readings, path); err != nil {
			return m, err
		}
	}
	now, err := o.Keys.Erased(ctx)
	if err != nil {
		return m, err
	}
	if len(now) != len(erased) {
		return m, errErasedMeanwhile
	}
	return w.Finish(m)
}

// copyFile copies a store that is a file. One that nothing was written to yet is none.
func copyFile(ctx context.Context, w *backup.Writer, name, path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return w.SQLite(ctx, name, path)
}

// newestCheckpoint returns the checkpoint of the most entries that was signed; "" before
// the first.
func (o *Office) newestCheckpoint(ctx context.Context) (string, error) {
	filed, err := journal.ReadCheckpoint(o.Config.Path(o.Config.Journal.Checkpoint))
	if err != nil {
		return "", err
	}
	stored, err := o.Records.Checkpoint(ctx)
	if err != nil || stored == "" {
		return filed, err
	}
	if filed == "" {
		return stored, nil
	}
	a, err := journal.ParseCheckpoint(filed)
	if err != nil {
		return "", err
	}
	b, err := journal.ParseCheckpoint(stored)
	if err == nil && a.Size > b.Size {
		return filed, nil
	}
	return stored, err
}

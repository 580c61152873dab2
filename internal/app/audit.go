package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/journal"
)

// keeper returns what keeps the journal. It makes the key of a journal that has none.
func (o *Office) keeper(ctx context.Context, log *slog.Logger, reg prometheus.Registerer) (*journal.Keeper, error) {
	key, err := journal.OpenKey(ctx, o.Records, o.Config.Path(o.Config.Journal.Key), "foyer/"+o.Config.Pilot.ID)
	if err != nil {
		return nil, err
	}
	return journal.NewKeeper(o.Records, key, o.Config.Path(o.Config.Journal.Checkpoint), Wall, log, reg), nil
}

// Checkpoint signs how the journal stands now.
func (o *Office) Checkpoint(ctx context.Context) (string, error) {
	k, err := o.keeper(ctx, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return "", err
	}
	return k.Sign(ctx)
}

// JournalKey returns the public key that signs checkpoints. With fresh it makes another
// key first, where there is no file of one, and tells the journal.
func (o *Office) JournalKey(ctx context.Context, fresh bool) (string, error) {
	path := o.Config.Path(o.Config.Journal.Key)
	if fresh {
		if _, err := journal.MakeKey(path, "foyer/"+o.Config.Pilot.ID); err != nil {
			return "", fmt.Errorf("%w. Move the file of the old key away first, to where you can find it", err)
		}
	}
	key, err := journal.OpenKey(ctx, o.Records, path, "foyer/"+o.Config.Pilot.ID)
	return key.Public(), err
}

// ExportJournal writes all entries so that anybody can check them, under a checkpoint
// of now.
func (o *Office) ExportJournal(ctx context.Context, w io.Writer) (entries int64, err error) {
	signed, err := o.Checkpoint(ctx)
	if err != nil {
		return 0, err
	}
	c, err := journal.ParseCheckpoint(signed)
	if err != nil {
		return 0, err
	}
	key, err := o.JournalKey(ctx, false)
	if err != nil {
		return 0, err
	}
	b := bufio.NewWriterSize(w, 1<<16)
	x, err := journal.NewExporter(b, key)
	if err != nil {
		return 0, err
	}
	if err := o.Records.Leaves(ctx, 0, c.Size, x.Entry); err != nil {
		return 0, err
	}
	return c.Size, errors.Join(x.End(signed), b.Flush())
}

// An Audited journal is what a check of the records went through.
type Audited struct {
	journal.Report
	Key     string // that signed, of the configuration's file or as given
	Waiting int    // reads that no entry tells of yet
}

// Audit holds the journal in the records against itself, against the checkpoints of the
// records and of the configuration's file, and against what its entries tell of. Key is
// the public key that must have signed, "" for that of the configuration's file; since
// is an older checkpoint, "" for none. The error is a [*journal.Fault] when something
// does not hold.
func (o *Office) Audit(ctx context.Context, key, since string, progress func(done, of int64)) (Audited, error) {
	if key == "" {
		k, err := journal.ReadKey(o.Config.Path(o.Config.Journal.Key))
		if err != nil {
			return Audited{}, fmt.Errorf("%w. Say with --key which public key must have signed", err)
		}
		key = k.Public()
	}
	c := journal.NewCheck(key)
	filed, err := journal.ReadCheckpoint(o.Config.Path(o.Config.Journal.Checkpoint))
	if err != nil {
		return Audited{}, err
	}
	if filed != "" {
		if err := c.Promise("checkpoint's file", filed, true); err != nil {
			return Audited{}, err
		}
	}
	if since != "" {
		if err := c.Promise("older checkpoint", since, false); err != nil {
			return Audited{}, err
		}
	}
	report, waiting, err := o.Records.Audit(ctx, c, progress)
	return Audited{Report: report, Key: key, Waiting: waiting}, err
}

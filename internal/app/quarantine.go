package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/ingest/spool"
)

// ErrNoSpool says that this machine has taken no messages in.
var ErrNoSpool = errors.New("there is no spool here. Run this on the machine that takes messages in, with its configuration")

// handler returns what takes messages in and puts their readings into a spool.
func (o *Office) handler(ctx context.Context, s *spool.Spool, log *slog.Logger, reg prometheus.Registerer) (*ingest.Handler, error) {
	if err := s.HandOver(ctx, o.adopt); err != nil {
		return nil, err
	}
	set, known, err := o.Config.Meters.Open()
	if err != nil {
		return nil, fmt.Errorf("read the dialects of meters: %w", err)
	}
	return ingest.NewHandler(ctx, ingest.Parts{
		Mounts: o.Config.Broker.Mounts, Decoders: set, Known: known, Meters: meters{o.Registry}, Spool: s, Quarantine: s, Memory: o.Records,
		Zone: o.Zone, Log: log, Metrics: reg,
	})
}

// adopt remembers a gateway's facts from before the records kept them. What the
// records know already is newer.
func (o *Office) adopt(ctx context.Context, gateway string, facts map[string]string) error {
	known, _, err := o.Records.Facts(ctx, 0)
	if err != nil {
		return err
	}
	for key := range known[gateway] {
		delete(facts, key)
	}
	if len(facts) == 0 {
		return nil
	}
	return o.Records.Remember(ctx, gateway, facts)
}

// A Case is something that waits for a person.
type Case = ingest.Case

// A Held says what waits of a device that nobody has claimed.
type Held = spool.Held

// A Quarantine is what waits for a person on this machine. It may be open beside
// a process that takes messages in: both write one file, transaction by transaction.
type Quarantine struct {
	*spool.Spool
	handler *ingest.Handler
}

// OpenQuarantine opens the quarantine of a configuration, or returns [ErrNoSpool].
// Close it after use.
func (o *Office) OpenQuarantine(ctx context.Context, log *slog.Logger) (*Quarantine, error) {
	c := o.Config.Spool
	c.Path = o.Config.Path(c.Path)
	if _, err := os.Stat(c.Path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", c.Path, ErrNoSpool)
	}
	reg := prometheus.NewRegistry()
	s, err := spool.Open(ctx, c, o.Keys, reg)
	if err != nil {
		return nil, err
	}
	h, err := o.handler(ctx, s, log, reg)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &Quarantine{s, h}, nil
}

// Replay takes a message in again, as of its own arrival, and removes its case
// when that succeeds. It returns why the message is still refused and its case
// stays, "" when it was taken in.
//
// Killed in between, it leaves the case there and the readings kept: the next
// replay keeps the same ones, which changes nothing.
func (q *Quarantine) Replay(ctx context.Context, id int64) (refused string, err error) {
	err = q.Spool.Replay(ctx, id, q.handler.Handle)
	if why := new(ingest.Refused); errors.As(err, &why) {
		return why.Error(), nil
	}
	return "", err
}

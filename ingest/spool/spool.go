package spool

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	_ "modernc.org/sqlite" // driver "sqlite"

	"foyer/internal/energy"
	"foyer/internal/keyring"
)

var (
	// ErrFull says that the spool has reached its bound, or the disk its last
	// free bytes. What is there is safe; nothing more is taken in until some of
	// it has left.
	ErrFull = errors.New("the spool is full")

	// ErrClosed says that the spool has been closed.
	ErrClosed = errors.New("the spool is closed")
)

// A Spool is an open spool file. It is safe for concurrent use.
type Spool struct {
	cfg     Config
	keys    *keyring.Ring
	write   *sql.DB // one connection, the writer's
	read    *sql.DB
	insert  *sql.Stmt
	metrics *metrics

	ops  chan *op
	more chan struct{}
	quit chan struct{} // closed by Close
	done chan struct{} // closed when the writer has ended
	end  sync.Once

	tried    atomic.Int64 // rows up to this id may have been worked on before
	bytes    atomic.Int64 // of readings: on their way, held, and refused by the series store
	isolated atomic.Int64 // of messages in quarantine
	readings atomic.Int64 // on their way
	held     atomic.Int64
	cases    atomic.Int64

	most func(context.Context) (days int, err error) // that anything waits for a person; nil: no limit

	version int64 // of the file when the writer last counted it
	id      string
}

// Open opens the spool at cfg.Path, creating it when absent, and starts its
// writer. [Spool.Close] ends it. What names a device in quarantine is sealed with
// keys, which stay the caller's to close; those of another ring are refused with
// [ErrOtherKeys].
func Open(ctx context.Context, cfg Config, keys *keyring.Ring, reg prometheus.Registerer) (*Spool, error) {
	s := &Spool{
		cfg: cfg, keys: keys,
		ops: make(chan *op, maxGroup), more: make(chan struct{}, 1),
		quit: make(chan struct{}), done: make(chan struct{}),
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open spool %s: %w", cfg.Path, err), s.closeFiles())
	}
	s.metrics = newMetrics(reg, s)
	go s.run()
	return s, nil
}

func (s *Spool) open(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(s.cfg.Path), 0o700); err != nil {
		return err
	}
	// SQLite gives its other files the rights of this one.
	f, err := os.OpenFile(s.cfg.Path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	// Every pragma stands in the DSN: one given by Exec would hold on a single
	// pooled connection.
	name := "file:" + (&url.URL{Path: s.cfg.Path}).EscapedPath() + "?_pragma=busy_timeout(5000)" +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
		"&_pragma=secure_delete(1)&_pragma=journal_size_limit(16777216)" +
		"&_pragma=cache_size(-256)" // KiB for each connection: what passes through is read once
	if s.write, err = sql.Open("sqlite", name+"&_txlock=immediate"); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	if s.read, err = sql.Open("sqlite", name+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(2)
	if err := migrate(ctx, s.write); err != nil {
		return err
	}
	if err := s.adoptKeys(ctx); err != nil {
		return err
	}
	if s.insert, err = s.write.PrepareContext(ctx, `INSERT INTO spool (readings, body) VALUES (?, ?)`); err != nil {
		return err
	}
	return s.measure(ctx)
}

// measure counts what the file holds at the start.
func (s *Spool) measure(ctx context.Context) error {
	var tried int64
	if err := s.read.QueryRowContext(ctx, `SELECT (SELECT COALESCE(MAX(id), 0) FROM spool), id FROM identity`).Scan(&tried, &s.id); err != nil {
		return err
	}
	held, err := holds(ctx, s.read)
	if err != nil {
		return err
	}
	s.tried.Store(tried)
	s.count(held)
	return nil
}

// holds counts what the file holds.
func holds(ctx context.Context, q interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
},
) (d delta, err error) {
	err = q.QueryRowContext(ctx, `SELECT
		(SELECT COALESCE(SUM(length(body)), 0) FROM spool) + (SELECT COALESCE(SUM(length(body)), 0) FROM held)
			+ (SELECT COALESCE(SUM(length(body)), 0) FROM quarantine WHERE size = 0),
		(SELECT COALESCE(SUM(size), 0) FROM quarantine),
		(SELECT COALESCE(SUM(readings), 0) FROM spool),
		(SELECT COALESCE(SUM(readings), 0) FROM held),
		(SELECT COUNT(*) FROM quarantine)`).Scan(&d.bytes, &d.isolated, &d.readings, &d.held, &d.cases)
	return d, err
}

// count adds to what the spool knows of its file.
func (s *Spool) count(d delta) {
	s.bytes.Add(d.bytes)
	s.isolated.Add(d.isolated)
	s.readings.Add(d.readings)
	s.held.Add(d.held)
	s.cases.Add(d.cases)
}

// Append returns once rs have reached stable storage. The error [ErrFull] says
// that there is no room now. After any error rs may or may not be kept.
func (s *Spool) Append(ctx context.Context, rs []energy.Reading) error {
	if len(rs) == 0 {
		return nil
	}
	o, err := s.appending(rs)
	if err != nil {
		return err
	}
	return s.submit(ctx, o)
}

// appending returns the operation that appends readings, or [ErrFull].
func (s *Spool) appending(rs []energy.Reading) (*op, error) {
	o := &op{readings: len(rs), done: make(chan error, 1)}
	if len(rs) == 0 {
		return o, nil
	}
	o.body = encode(make([]byte, 0, 48*len(rs)), rs)
	if s.bytes.Load()+int64(len(o.body)) > s.cfg.MaxBytes {
		return nil, fmt.Errorf("%w: spool.max_bytes is %d. Is the series store running?", ErrFull, s.cfg.MaxBytes)
	}
	return o, nil
}

// Used returns which share of its bound the spool has reached.
func (s *Spool) Used() float64 { return float64(max(0, s.bytes.Load())) / float64(s.cfg.MaxBytes) }

// More receives after something was appended. One signal may stand for many.
func (s *Spool) More() <-chan struct{} { return s.more }

// Close waits for what was appended, ends the writer and closes the file.
func (s *Spool) Close() error {
	s.end.Do(func() { close(s.quit) })
	<-s.done
	return s.closeFiles()
}

func (s *Spool) closeFiles() error {
	var errs []error
	if s.insert != nil {
		errs = append(errs, s.insert.Close())
	}
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

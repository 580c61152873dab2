package keyring

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // driver "sqlite"
)

var (
	// ErrDestroyed says that an owner's key was destroyed: what was sealed under it
	// is lost on purpose, and nothing is sealed under another in its stead.
	ErrDestroyed = errors.New("the key was destroyed")

	// ErrWrongMaster says that a key store is not locked with the master key given.
	ErrWrongMaster = errors.New("this is not the master key of the key store")

	// ErrNotOpened says that a text was not sealed here: it was moved from another
	// row or column, changed, or sealed under a key that is not there.
	ErrNotOpened = errors.New("a sealed text does not open where it stands")
)

// Installation owns what belongs to no family: unclaimed devices, staff.
const Installation = ""

// lookup owns the key from which those of [Ring.Index] are derived.
const lookup = "#lookup"

// fresh is how long a key is answered from memory. What another process destroyed is
// gone from this one after that.
const fresh = 2 * time.Second

// A Ring is an open key ring. It is safe for concurrent use, and several processes
// may have the same one open.
type Ring struct {
	path string // of the master key
	db   *sql.DB
	now  func() time.Time

	mu       sync.Mutex
	master   *master
	id       string
	revision int64
	read     time.Time // when the revision was read
	keys     map[string][]byte
	indexes  map[string][]byte // by name, derived
	root     []byte            // that indexes derive from
}

// Open opens the key ring of a configuration whose paths are whole. Where there is
// neither a master key nor a key in the store yet, both are made.
func Open(ctx context.Context, c Config, now func() time.Time) (*Ring, error) {
	path := strings.TrimPrefix(c.URL, scheme)
	db, err := openStore(path)
	if err != nil {
		return nil, fmt.Errorf("open key store %s: %w", path, err)
	}
	r := &Ring{path: c.Master, db: db, now: now, keys: map[string][]byte{}, indexes: map[string][]byte{}}
	if err := r.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open key store %s: %w", path, err), db.Close())
	}
	return r, nil
}

// open makes what is not there yet, alone among processes that start at once, and
// ends a rotation that was cut short.
func (r *Ring) open(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, schema); err != nil {
			return err
		}
		return r.begin(ctx, tx)
	})
	if err != nil {
		return err
	}
	if r.root, err = r.keyOf(ctx, lookup); err != nil {
		return err
	}
	_, err = r.keyOf(ctx, Installation)
	return err
}

// begin makes the ring at the first start, and otherwise finds its master key.
func (r *Ring) begin(ctx context.Context, tx *sql.Tx) error {
	var rings int
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM ring`).Scan(&rings); err != nil {
		return err
	}
	if rings > 0 {
		if err := r.unlock(ctx, tx); err != nil {
			return err
		}
		return r.finish()
	}
	m, err := readMaster(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		m, err = makeMaster(r.path)
	}
	if err != nil {
		return err
	}
	r.master, r.id = m, hexID()
	if _, err := tx.ExecContext(ctx, `INSERT INTO ring (one, id, master, revision) VALUES (1, $1, $2, 1)`, r.id, m.id); err != nil {
		return err
	}
	r.revision, r.read = 1, r.now()
	return r.add(ctx, tx, []string{lookup, Installation})
}

// unlock reads which master key the ring is locked with, and finds it: in its file,
// or where a rotation that was cut short has left it.
func (r *Ring) unlock(ctx context.Context, q rower) error {
	var id, locked string
	var revision int64
	if err := q.QueryRowContext(ctx, `SELECT id, master, revision FROM ring`).Scan(&id, &locked, &revision); err != nil {
		return err
	}
	if r.master == nil || r.master.id != locked {
		m, err := r.find(locked)
		if err != nil {
			return err
		}
		r.master = m
	}
	if r.revision != revision {
		clear(r.keys)
	}
	if r.id == "" {
		r.id = id
	}
	if r.id != id {
		return fmt.Errorf("the key store holds ring %s, it was %s when it was opened: put that file back and start again", id, r.id)
	}
	r.revision, r.read = revision, r.now()
	return nil
}

// find returns the master key of an id.
func (r *Ring) find(id string) (*master, error) {
	m, err := readMaster(r.path)
	if err == nil && m.id == id {
		return m, nil
	}
	if next, e := readMaster(r.path + next); e == nil && next.id == id {
		return next, nil
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w. The key store is locked with master key %s: put that file back, nothing can be read without it", err, id)
	case err != nil:
		return nil, err
	}
	return nil, fmt.Errorf("%w: it is locked with %s, and %s holds %s. Put the right file there; nothing is served without it", ErrWrongMaster, id, r.path, m.id)
}

// ID returns the name of the ring, which no other has. Records say by it which ring
// they are sealed with.
func (r *Ring) ID() string { return r.id }

// Close closes the key store.
func (r *Ring) Close() error { return r.db.Close() }

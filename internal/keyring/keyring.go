package keyring

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
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

// openStore opens the file of wrapped keys. It has no write-ahead log: a destroyed key
// is then nowhere but in the file, and the file may lie on a shared folder.
func openStore(path string) (*sql.DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	// SQLite gives its other files the rights of this one.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(5000)"+
		"&_pragma=journal_mode(DELETE)&_pragma=synchronous(FULL)&_pragma=secure_delete(1)&_pragma=temp_store(MEMORY)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

const schema = `CREATE TABLE IF NOT EXISTS ring (
	one      INTEGER PRIMARY KEY CHECK (one = 1),
	id       TEXT NOT NULL,    -- random: records say by it which ring they are sealed with
	master   TEXT NOT NULL,    -- id of the master key that every key is wrapped under
	revision INTEGER NOT NULL  -- rises when a key is destroyed, and with every rotation
);
CREATE TABLE IF NOT EXISTS key (
	owner        TEXT PRIMARY KEY,
	wrapped      BLOB NOT NULL, -- empty once destroyed
	made_at      INTEGER NOT NULL, -- UTC milliseconds
	destroyed_at INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
-- What copies of the data from before do not know, and must when they are put back.
CREATE TABLE IF NOT EXISTS note (
	id    INTEGER PRIMARY KEY AUTOINCREMENT,
	owner TEXT NOT NULL,
	what  TEXT NOT NULL,
	at    INTEGER NOT NULL,
	UNIQUE (owner, what)
);`

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

// A rower is a database or a transaction.
type rower interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// tx runs fn in one write transaction, committed when fn returns nil.
func (r *Ring) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	t, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(t); err != nil {
		return errors.Join(err, t.Rollback())
	}
	return t.Commit()
}

// ID returns the name of the ring, which no other has. Records say by it which ring
// they are sealed with.
func (r *Ring) ID() string { return r.id }

// Close closes the key store.
func (r *Ring) Close() error { return r.db.Close() }

// Add makes a key for each owner that has none.
func (r *Ring) Add(ctx context.Context, owners ...string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.tx(ctx, func(tx *sql.Tx) error {
		if err := r.unlock(ctx, tx); err != nil {
			return err
		}
		return r.add(ctx, tx, owners)
	})
	if err != nil {
		return fmt.Errorf("make %d keys: %w", len(owners), err)
	}
	return nil
}

func (r *Ring) add(ctx context.Context, tx *sql.Tx, owners []string) error {
	for _, owner := range owners {
		_, err := tx.ExecContext(ctx, `INSERT INTO key (owner, wrapped, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			owner, r.wrapped(r.master, owner, randomKey()), r.now().UnixMilli())
		if err != nil {
			return err
		}
	}
	return nil
}

// wrapped returns a key as the store keeps it.
func (r *Ring) wrapped(m *master, owner string, key []byte) []byte {
	return m.wrap.Seal(nil, nil, key, bound(r.id, owner)) //nolint:gosec // G407: the AEAD draws a nonce itself
}

// unwrapped returns a key from what the store keeps.
func (r *Ring) unwrapped(owner string, wrapped []byte) ([]byte, error) {
	key, err := r.master.wrap.Open(nil, nil, wrapped, bound(r.id, owner))
	if err != nil {
		return nil, fmt.Errorf("a key of the key store does not open: %w", err)
	}
	return key, nil
}

// errNone says that an owner has no key yet.
var errNone = errors.New("there is no key of this owner in the key store")

// keyOf returns an owner's key, from memory while that is fresh.
func (r *Ring) keyOf(ctx context.Context, owner string) ([]byte, error) {
	if age := r.now().Sub(r.read); age < 0 || age >= fresh {
		if err := r.unlock(ctx, r.db); err != nil {
			return nil, err
		}
	}
	if key := r.keys[owner]; key != nil {
		return key, nil
	}
	var locked string
	var wrapped []byte
	var destroyed int64
	// One statement: a rotation is seen whole or not at all.
	err := r.db.QueryRowContext(ctx, `SELECT wrapped, destroyed_at, (SELECT master FROM ring) FROM key WHERE owner = $1`, owner).
		Scan(&wrapped, &destroyed, &locked)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, errNone
	case err != nil:
		return nil, err
	case destroyed != 0:
		return nil, ErrDestroyed
	case locked != r.master.id:
		if r.master, err = r.find(locked); err != nil {
			return nil, err
		}
	}
	key, err := r.unwrapped(owner, wrapped)
	if err == nil {
		r.keys[owner] = key
	}
	return key, err
}

// key returns an owner's key, and makes it where there is none.
func (r *Ring) key(ctx context.Context, owner string, makes bool) ([]byte, error) {
	r.mu.Lock()
	key, err := r.keyOf(ctx, owner)
	r.mu.Unlock()
	if !makes || !errors.Is(err, errNone) {
		return key, err
	}
	if err := r.Add(ctx, owner); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keyOf(ctx, owner)
}

// derive returns the key of an index.
func (r *Ring) derive(name string) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := r.indexes[name]
	if key != nil {
		return key, nil
	}
	key, err := hkdf.Key(sha256.New, r.root, nil, "foyer index "+name, keyBytes)
	if err == nil {
		r.indexes[name] = key
	}
	return key, err
}

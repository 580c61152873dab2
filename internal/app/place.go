package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"foyer/internal/config"
)

// ErrInstalled refuses to install where something is installed.
var ErrInstalled = errors.New("it is there already, and an installation is not written over: give another place, or go on with the one there")

// A place is where an installation comes to: its configuration and the files that the
// configuration names, none of which is there.
type place struct {
	file   string   // of the configuration
	data   string   // folder
	files  []string // of data and keys
	bases  []string // those of them that SQLite makes, with the rights of the machine
	made   []string // what of all that this installation has made, or alone may make
	folder bool     // the folder of data was made for it
}

// vacant returns the place of a configuration's file, or [ErrInstalled].
func vacant(c config.Config, file string) (*place, error) {
	keys := c.Keys.In(c.Data)
	p := &place{file: file, data: c.Data, files: []string{
		keys.Master, keys.File(), c.Path(c.Spool.Path), c.Path(c.Journal.Key), c.Path(c.Journal.Checkpoint),
	}}
	for _, of := range []func(config.Config) (string, bool){recordsFile, seriesFile} {
		if path, ok := of(c); ok {
			p.bases = append(p.bases, path)
		}
	}
	p.files = append(p.files, p.bases...)
	for _, path := range append([]string{file}, p.files...) {
		_, err := os.Lstat(path)
		if err == nil {
			return nil, fmt.Errorf("%s: %w", path, ErrInstalled)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("look for an installation: %w", err)
		}
	}
	return p, nil
}

// claim writes the configuration, for its owner alone: of two who install at once, one does.
func (p *place) claim(text []byte) error {
	f, err := os.OpenFile(p.file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", p.file, ErrInstalled)
	}
	if err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("write configuration: %w", err), os.Remove(p.file))
	}
	p.made = []string{p.file}
	return nil
}

// room makes the folder of data and files for the databases, for their owner alone.
func (p *place) room() error {
	if _, err := os.Stat(p.data); errors.Is(err, fs.ErrNotExist) {
		p.folder = true
	}
	if err := os.MkdirAll(p.data, 0o700); err != nil {
		return fmt.Errorf("data: make the folder: %w", err)
	}
	for _, path := range p.bases {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the file
		if errors.Is(err, fs.ErrExist) {
			// Somebody else installs there now.
			return fmt.Errorf("%s: %w", path, ErrInstalled)
		}
		if err != nil {
			return fmt.Errorf("data: make a database: %w", err)
		}
		p.made = append(p.made, path)
		if err := f.Close(); err != nil {
			return err
		}
	}
	p.made = append(p.made, p.files...)
	return nil
}

// undo removes what an installation that failed has made, and nothing else.
func (p *place) undo() error {
	var errs []error
	for _, path := range p.made {
		for _, end := range []string{"", "-wal", "-shm", "-journal"} {
			if err := os.Remove(path + end); !errors.Is(err, fs.ErrNotExist) {
				errs = append(errs, err)
			}
		}
	}
	if p.folder {
		errs = append(errs, os.Remove(p.data))
	}
	return errors.Join(errs...)
}

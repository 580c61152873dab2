package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// A Writer makes a backup: in a folder beside the one it is for, which takes its name
// once everything in it is on stable storage. End it with Finish or Discard.
type Writer struct {
	folder string
	part   string
	files  []File
}

// Create begins a backup in a folder that is empty or not there.
func Create(folder string) (*Writer, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("begin a backup: %w", err)
	}
	there, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("begin a backup: %w", err)
	}
	if len(there) > 0 {
		return nil, fmt.Errorf("folder %q: it is not empty: name one that is, or that is not there", folder)
	}
	w := &Writer{folder: folder, part: folder + ".part"}
	err = os.Mkdir(w.part, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("folder %q: a backup under way writes there, or one that was stopped has left it: wait, or delete it", w.part)
	}
	if err != nil {
		return nil, fmt.Errorf("begin a backup: %w", err)
	}
	return w, nil
}

// SQLite copies an SQLite file as it stands at one instant, while others write it.
func (w *Writer) SQLite(ctx context.Context, name, from string) error {
	return w.keep(name, func(to string) error { return vacuumInto(ctx, from, to) })
}

// Postgres has pg_dump copy a database as it stands at one instant.
func (w *Writer) Postgres(ctx context.Context, name, url string) error {
	return w.keep(name, func(to string) error {
		return run(ctx, "pg_dump", url, "--format=custom", "--no-owner", "--file="+to)
	})
}

// keep has a file filled that the owner alone can read, and notes what it holds.
func (w *Writer) keep(name string, fill func(to string) error) error {
	to := filepath.Join(w.part, name)
	err := writeNew(to, nil)
	if err == nil {
		err = fill(to)
	}
	if err == nil {
		err = syncPath(to)
	}
	if err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	f, err := fileOf(w.part, name)
	if err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	w.files = append(w.files, f)
	return nil
}

// Finish completes the manifest, which it returns, and gives the folder its name.
func (w *Writer) Finish(m Manifest) (Manifest, error) {
	m.Format, m.Files = format, w.files
	if err := m.write(w.part); err != nil {
		return m, fmt.Errorf("finish a backup: %w", err)
	}
	if err := syncPath(w.part); err != nil {
		return m, fmt.Errorf("finish a backup: %w", err)
	}
	if err := os.Remove(w.folder); err != nil && !errors.Is(err, fs.ErrNotExist) { // refuses what is not empty
		return m, fmt.Errorf("finish a backup: %w", err)
	}
	if err := rename(w.part, w.folder); err != nil {
		return m, fmt.Errorf("finish a backup: %w", err)
	}
	return m, nil
}

// Discard removes what was written.
func (w *Writer) Discard() error { return os.RemoveAll(w.part) }

// writeNew writes a file that is not there yet, for its owner alone, to stable storage.
func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // below folders that the operator names
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// rename gives a file another name and returns once that is on stable storage.
func rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncPath(filepath.Dir(to))
}

// syncPath brings a file or the names in a folder to stable storage.
func syncPath(path string) error {
	mode := os.O_RDWR
	if info, err := os.Stat(path); err != nil {
		return err
	} else if info.IsDir() {
		if runtime.GOOS == "windows" { // a folder cannot be synchronized there
			return nil
		}
		mode = os.O_RDONLY
	}
	f, err := os.OpenFile(path, mode, 0) //nolint:gosec // below folders that the operator names
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

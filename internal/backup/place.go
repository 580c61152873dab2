package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// ErrOccupied says that something lies where a backup is to go.
var ErrOccupied = errors.New("data lies there already")

// A Target is where a file of a backup belongs, whether or not the backup has it.
type Target struct {
	Name string // as in a manifest
	Path string
}

// A Placement puts the files of a backup in their places, and can take that back.
type Placement struct {
	Aside []string // where what lay there is now

	suffix string
	moved  [][2]string // from, to; in order
}

// beside are what SQLite keeps beside a file. A log that is left there would be played
// into whatever file comes to lie beside it.
var beside = []string{"", "-wal", "-shm", "-journal"}

// Occupied returns [ErrOccupied] when something lies in a target's place, naming it.
func Occupied(targets []Target) error {
	for _, t := range targets {
		for _, end := range beside {
			if there, err := exists(t.Path + end); err != nil || there {
				return errors.Join(err, fmt.Errorf("%s: %w: give --replace to move it aside", t.Path+end, ErrOccupied))
			}
		}
	}
	return nil
}

// Place copies the files of a verified backup, moves aside what lies in their places,
// under its name and the suffix, and puts the copies there. After an error everything
// lies where it lay. It returns [ErrInUse] when a process has one of the files open.
func Place(ctx context.Context, folder string, m Manifest, targets []Target, suffix string) (*Placement, error) {
	p := &Placement{suffix: suffix}
	for _, t := range targets {
		if there, err := exists(t.Path); err != nil {
			return nil, fmt.Errorf("restore %s: %w", t.Name, err)
		} else if there {
			if err := closeFile(ctx, t.Path); err != nil {
				return nil, fmt.Errorf("restore %s: %w", t.Name, err)
			}
		}
	}
	defer sweep(targets)
	for _, t := range targets {
		if err := stage(folder, m, t); err != nil {
			return nil, fmt.Errorf("restore %s: %w", t.Name, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, t := range targets {
		if err := p.put(m, t); err != nil {
			return nil, errors.Join(fmt.Errorf("restore %s: %w", t.Name, err), p.Undo())
		}
	}
	return p, nil
}

const staged = ".restoring"

// stage copies a file of a backup beside its place.
func stage(folder string, m Manifest, t Target) error {
	i := slices.IndexFunc(m.Files, func(f File) bool { return f.Name == t.Name })
	if i < 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(t.Path), 0o700); err != nil {
		return err
	}
	if err := os.Remove(t.Path + staged); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	in, err := os.Open(filepath.Join(folder, t.Name)) //nolint:gosec // the operator names the folder, the manifest a known file
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read
	out, err := os.OpenFile(t.Path+staged, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	found, err := sumOf(t.Name, io.TeeReader(in, out))
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	if found != m.Files[i] {
		return fmt.Errorf("%w: %s changed while it was copied", ErrDamaged, t.Name)
	}
	return nil
}

// put moves aside what lies in a place, and the copy there.
func (p *Placement) put(m Manifest, t Target) error {
	for _, end := range beside {
		if err := p.SetAside(t.Path + end); err != nil {
			return err
		}
	}
	if !m.Holds(t.Name) {
		return nil
	}
	return p.move(t.Path+staged, t.Path)
}

// SetAside moves a file aside, where there is one.
func (p *Placement) SetAside(path string) error {
	there, err := exists(path)
	if err != nil || !there {
		return err
	}
	to := path + p.suffix
	if taken, err := exists(to); err != nil || taken {
		return errors.Join(err, fmt.Errorf("%s: %w", to, fs.ErrExist))
	}
	if err := p.move(path, to); err != nil {
		return err
	}
	p.Aside = append(p.Aside, to)
	return nil
}

// Write writes a text where no file is.
func (p *Placement) Write(path, text string) error {
	if err := os.Remove(path + staged); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeNew(path+staged, []byte(text)); err != nil {
		return err
	}
	return p.move(path+staged, path)
}

func (p *Placement) move(from, to string) error {
	if err := rename(from, to); err != nil {
		return err
	}
	p.moved = append(p.moved, [2]string{from, to})
	return nil
}

// Undo puts everything back where it lay.
func (p *Placement) Undo() error {
	var errs []error
	for _, m := range slices.Backward(p.moved) {
		errs = append(errs, rename(m[1], m[0]))
		if filepath.Ext(m[0]) == staged {
			errs = append(errs, os.Remove(m[0]))
		}
	}
	p.moved, p.Aside = nil, nil
	return errors.Join(errs...)
}

// sweep removes copies that have not come to their places.
func sweep(targets []Target) {
	for _, t := range targets {
		_ = os.Remove(t.Path + staged) // of no use to anybody
	}
}

func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Names of the files of a backup. Each is there when its store was a file, or in
// PostgreSQL for Dump.
const (
	Spool    = "spool.db"
	Records  = "records.db"
	Dump     = "records.dump" // of PostgreSQL, in pg_dump's custom format
	Readings = "readings.db"
)

const (
	manifest = "manifest.json"
	sumFile  = "manifest.json.sha256" // as sha256sum writes it
	format   = 1
)

// ErrDamaged says that a backup is not as it was written. The text names the file.
var ErrDamaged = errors.New("the backup is damaged")

// A Manifest says what a backup holds.
type Manifest struct {
	Format     int       `json:"format"` // 1
	Version    string    `json:"foyer"`  // build that made it
	At         time.Time `json:"at"`     // when it was begun; UTC
	Pilot      string    `json:"pilot"`
	Ring       string    `json:"ring"`                 // id of the keys it is sealed with; no key
	Checkpoint string    `json:"checkpoint,omitempty"` // of the journal, the newest when it was begun; "" for none
	Elsewhere  bool      `json:"readings_elsewhere"`   // readings are in InfluxDB, and not in the backup
	Files      []File    `json:"files"`
}

// A File is one of a backup.
type File struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // in hexadecimal
}

// Holds reports whether a backup has a file of that name.
func (m Manifest) Holds(name string) bool {
	return slices.ContainsFunc(m.Files, func(f File) bool { return f.Name == name })
}

// write writes the manifest, and beside it its checksum.
func (m Manifest) write(folder string) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	b = append(b, '\n')
	return errors.Join(writeNew(filepath.Join(folder, manifest), b), writeNew(filepath.Join(folder, sumFile), sumLine(b)))
}

func sumLine(b []byte) []byte {
	sum := sha256.Sum256(b)
	return []byte(hex.EncodeToString(sum[:]) + "  " + manifest + "\n")
}

// Verify reads the manifest of a folder and every file that it lists. The error is
// [ErrDamaged] when one bit is another.
func Verify(folder string) (Manifest, error) {
	b, err := os.ReadFile(filepath.Join(folder, manifest)) //nolint:gosec // the operator names the folder
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, fmt.Errorf("%s is no backup: there is no %s in it", folder, manifest)
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("read a backup: %w", err)
	}
	sum, err := os.ReadFile(filepath.Join(folder, sumFile)) //nolint:gosec // the operator names the folder
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, fmt.Errorf("read a backup: %w", err)
	}
	if !bytes.Equal(sum, sumLine(b)) {
		return Manifest{}, fmt.Errorf("%w: %s is not what %s says", ErrDamaged, manifest, sumFile)
	}
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return Manifest{}, fmt.Errorf("%w: %s: %w", ErrDamaged, manifest, err)
	}
	if m.Format != format {
		return Manifest{}, fmt.Errorf("%s: format %d: this Foyer reads format %d. Take the one that made it: %s", manifest, m.Format, format, m.Version)
	}
	for _, f := range m.Files {
		if !slices.Contains([]string{Spool, Records, Dump, Readings}, f.Name) {
			return Manifest{}, fmt.Errorf("%s: file %q: no file of a backup has this name", manifest, f.Name)
		}
		found, err := fileOf(folder, f.Name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return Manifest{}, fmt.Errorf("%w: %s is not there", ErrDamaged, f.Name)
		case err != nil:
			return Manifest{}, fmt.Errorf("read a backup: %w", err)
		case found != f:
			return Manifest{}, fmt.Errorf("%w: %s has %d bytes with SHA-256 %s: want %d with %s", ErrDamaged, f.Name, found.Bytes, found.SHA256, f.Bytes, f.SHA256)
		}
	}
	return m, nil
}

// fileOf reads a file to its end.
func fileOf(folder, name string) (File, error) {
	in, err := os.Open(filepath.Join(folder, name)) //nolint:gosec // one of the names above
	if err != nil {
		return File{}, err
	}
	defer in.Close() //nolint:errcheck // it was only read
	return sumOf(name, in)
}

func sumOf(name string, in io.Reader) (File, error) {
	h := sha256.New()
	n, err := io.Copy(h, in)
	return File{Name: name, Bytes: n, SHA256: hex.EncodeToString(h.Sum(nil))}, err
}

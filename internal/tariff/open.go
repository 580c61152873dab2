package tariff

import (
	"errors"
	"io/fs"
	"os"
)

// Open returns the tariffs that come with Foyer and those of a folder, which count
// where both have one. The folder need not be there.
func Open(folder string) (*Book, error) {
	b, err := Shipped()
	if err != nil || folder == "" {
		return b, err
	}
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	own, err := Load(os.DirFS(folder))
	if err != nil {
		return nil, err
	}
	b = b.With(own)
	return b, b.Check()
}

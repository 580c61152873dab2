package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Tariffs say which prices are known besides those that come with Foyer.
type Tariffs struct {
	Folder string `yaml:"folder"` // of an operator's tariff files; relative to the configuration's file
}

// beside takes the folder for one beside the configuration's file. The default
// need not be there.
func (t *Tariffs) beside(file string) error {
	named := t.Folder != Default().Tariffs.Folder
	if t.Folder != "" && !filepath.IsAbs(t.Folder) {
		t.Folder = filepath.Join(filepath.Dir(file), t.Folder)
	}
	if _, err := os.Stat(t.Folder); named && t.Folder != "" && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("tariffs.folder: %s: there is no such folder", t.Folder)
	}
	return nil
}

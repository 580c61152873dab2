package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"foyer/ingest"
	"foyer/ingest/decoder"
)

// Meters say how messages are read.
type Meters struct {
	Templates string             `yaml:"templates"` // folder of an operator's families; relative to the configuration's file
	Assume    ingest.Assumptions `yaml:"assume"`    // what devices do not say themselves
}

// beside takes the folder for one beside the configuration's file. The default
// need not be there.
func (m *Meters) beside(file string) error {
	named := m.Templates != Default().Meters.Templates
	if m.Templates != "" && !filepath.IsAbs(m.Templates) {
		m.Templates = filepath.Join(filepath.Dir(file), m.Templates)
	}
	if _, err := os.Stat(m.Templates); named && m.Templates != "" && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("meters.templates: %s: there is no such folder", m.Templates)
	}
	return nil
}

// Open reads the dialects that come with Foyer and those of the folder, where it
// is there, and holds what is assumed to them.
func (m Meters) Open() (*decoder.Set, ingest.Known, error) {
	set := decoder.Builtin()
	if m.Templates != "" {
		opened, err := decoder.Open(m.Templates)
		switch {
		case err == nil:
			set = opened
		case !errors.Is(err, fs.ErrNotExist):
			return nil, nil, err
		}
	}
	known, err := m.Assume.Open(set)
	if err != nil {
		var f faults
		f.section("meters", err)
		return nil, nil, errors.Join(f...)
	}
	return set, known, nil
}

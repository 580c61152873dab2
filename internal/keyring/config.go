package keyring

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// Config is the keys' section of the configuration.
type Config struct {
	// Master names the file of the master key: 32 random bytes that nobody but the
	// owner may read. The first start makes it.
	Master string `yaml:"master"`

	// URL is where the wrapped keys are kept: sqlite://PATH. Processes that share
	// records share this file too.
	URL string `yaml:"url"`
}

// Defaults returns the section as it is without a configuration: both files beside
// the data.
func Defaults() Config { return Config{Master: "master.key", URL: scheme + "keys.db"} }

const scheme = "sqlite://"

// In returns the section with its relative names below a folder.
func (c Config) In(folder string) Config {
	if !filepath.IsAbs(c.Master) {
		c.Master = filepath.Join(folder, c.Master)
	}
	if path := strings.TrimPrefix(c.URL, scheme); !filepath.IsAbs(path) {
		c.URL = scheme + filepath.Join(folder, path)
	}
	return c
}

// File returns the file of the key store.
func (c Config) File() string { return strings.TrimPrefix(c.URL, scheme) }

// Validate reports every fault of the section.
func (c Config) Validate() error {
	var faults []error
	if c.Master == "" {
		faults = append(faults, errors.New(`master "": want the name of a file`))
	}
	if path, ok := strings.CutPrefix(c.URL, scheme); !ok || path == "" {
		faults = append(faults, fmt.Errorf("url %q: want sqlite://PATH", c.URL))
	}
	return errors.Join(faults...)
}

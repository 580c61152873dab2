package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"foyer/internal/written"

	"github.com/goccy/go-yaml"

	"foyer/alerts"
	"foyer/alerts/channel"
	"foyer/ingest/spool"
	"foyer/internal/journal"
	"foyer/internal/keyring"
	"foyer/internal/secret"
)

// Default returns a configuration that works on one machine with nothing else
// installed: the embedded broker and SQLite files below ./data, on loopback.
func Default() Config {
	return Config{
		Listen: "127.0.0.1:8080",
		Data:   "data",
		Pilot: Pilot{
			ID: "town", Name: "Notre ville", Zone: "Europe/Paris", Address: "1 place de la Mairie",
			Contact:  Contact{Name: "Nadia", Phone: "05 55 00 00 00", Hours: "du lundi au vendredi, de 9 h à 17 h"},
			CaseLoad: "assigned",
		},
		Broker:   DefaultBroker(),
		Meters:   Meters{Templates: "meters.d"},
		Spool:    spool.Defaults(),
		Series:   Series{URL: "sqlite://readings.db", Database: "foyer"},
		Records:  Records{URL: secret.New("sqlite://records.db")},
		Keys:     keyring.Defaults(),
		Tariffs:  Tariffs{Folder: "tariffs.d"},
		Jobs:     Jobs{Rollup: "*/10 * * * *"},
		Alerts:   alerts.DefaultRules(),
		Channels: channel.DefaultConfig(),
		Journal:  journal.DefaultConfig(),
		Log:      Log{Level: "info", Format: "text"},
	}
}

// Load reads a file over the defaults. An unknown key fails with its line and
// column; every other fault of the file is reported together.
func Load(path string) (Config, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	c, err := Parse(b)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	if err := c.Meters.beside(path); err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	if err := c.Tariffs.beside(path); err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Parse reads a configuration over the defaults, as [Load] does.
func Parse(b []byte) (Config, error) {
	c := Default()
	if err := written.Decode(b, &c); err != nil {
		return Config{}, errors.New(strings.TrimSpace(yaml.FormatError(err, false, false)))
	}
	if err := c.Validate(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// YAML writes the configuration; secrets print as "<secret>" or as their file.
func (c Config) YAML() ([]byte, error) {
	b, err := yaml.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	return b, nil
}

// Path returns where a file named in the configuration is: relative names are
// below Data.
func (c Config) Path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.Data, name)
}

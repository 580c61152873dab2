package spool

import (
	"errors"
	"fmt"
)

// Config is the spool's section of the configuration.
type Config struct {
	// Path names the file, created when absent.
	Path string `yaml:"path"`

	// MaxBytes bounds what waits in the file. Beyond it nothing is acknowledged,
	// and meters send again later.
	MaxBytes int64 `yaml:"max_bytes"`

	// MinFreeBytes is left free on the disk: with less nothing is acknowledged, so
	// that what is there can still be let go of.
	MinFreeBytes int64 `yaml:"min_free_bytes"`

	// QuarantineBytes bounds the messages that wait for a person, beside MaxBytes.
	// Beyond it the oldest of the kind that takes the most room make room.
	QuarantineBytes int64 `yaml:"quarantine_bytes"`

	// QuarantineDays is how long such a message waits; less where the charter keeps
	// readings for fewer days.
	QuarantineDays int `yaml:"quarantine_days"`
}

// Defaults returns the section as it is without a configuration: 2 GiB at most,
// 64 MiB left free, and 256 MiB of messages in quarantine for 90 days.
func Defaults() Config {
	return Config{
		Path: "spool.db", MaxBytes: 2 << 30, MinFreeBytes: 64 << 20, QuarantineBytes: 256 << 20, QuarantineDays: 90,
	}
}

// Validate reports every fault of the section.
func (c Config) Validate() error {
	var faults []error
	if c.Path == "" {
		faults = append(faults, errors.New(`path "": want the name of a file`))
	}
	if c.MaxBytes < 1<<20 {
		faults = append(faults, fmt.Errorf("max_bytes %d: want at least 1048576", c.MaxBytes))
	}
	if c.MinFreeBytes < 0 {
		faults = append(faults, fmt.Errorf("min_free_bytes %d: want 0 or more", c.MinFreeBytes))
	}
	if c.QuarantineBytes < 1<<20 {
		faults = append(faults, fmt.Errorf("quarantine_bytes %d: want at least 1048576", c.QuarantineBytes))
	}
	if c.QuarantineDays < 1 {
		faults = append(faults, fmt.Errorf("quarantine_days %d: want at least 1", c.QuarantineDays))
	}
	return errors.Join(faults...)
}

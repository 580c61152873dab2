package journal

import (
	"errors"
	"fmt"
)

// Config is the journal's section of the configuration: names of files below the data
// folder, or absolute ones.
type Config struct {
	Key        string `yaml:"key"`        // private key that signs checkpoints; the first start makes it
	Checkpoint string `yaml:"checkpoint"` // the newest checkpoint, outside the records: what was signed cannot be taken back
}

// DefaultConfig returns the section as it is without a configuration.
func DefaultConfig() Config { return Config{Key: "journal.key", Checkpoint: "journal.checkpoint"} }

// Validate reports every fault of the section.
func (c Config) Validate() error {
	var faults []error
	for _, f := range []struct{ name, value string }{{"key", c.Key}, {"checkpoint", c.Checkpoint}} {
		if f.value == "" {
			faults = append(faults, fmt.Errorf(`%s: "": want the name of a file`, f.name))
		}
	}
	return errors.Join(faults...)
}

package household

import (
	"time"

	"foyer/internal/energy"
)

// A MeterConflict says where a meter contradicted itself, and not by what values.
type MeterConflict struct {
	Meter    energy.MeterID
	Gateway  string
	Register energy.Register
	At       time.Time // of both values
	Seen     time.Time // when the second one came, world clock
}

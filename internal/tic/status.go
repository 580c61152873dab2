package tic

import (
	"fmt"
	"strconv"
)

// A Status is the register STGE of the standard mode.
//
// Source: a public parser; Enedis-NOI-CPT_54E itself was not seen.
type Status struct {
	DryContactOpen bool
	Cutoff         int // breaking device: 0 closed, 1 over-power, 2 over-voltage, 3 load shedding, 4 order, 5 and 6 overheating
	OverReference  bool
	Producer       bool
	DegradedClock  bool
	StandardMode   bool
	TempoToday     int // 0 none, 1 blue, 2 white, 3 red
	TempoTomorrow  int
}

// CutoffOpen reports whether the breaking device is open: no power reaches the home.
func (s Status) CutoffOpen() bool { return s.Cutoff != 0 }

// ParseStatus reads the eight hexadecimal digits of the register.
func ParseStatus(text string) (Status, error) {
	const digits = 8
	n, err := strconv.ParseInt(text, 16, 64)
	if err != nil || n < 0 || len(text) != digits {
		return Status{}, fmt.Errorf("STGE %q: want eight hexadecimal digits: %w", text, ErrNotTIC)
	}
	field := func(first, bits int) int { return int(n>>first) & (1<<bits - 1) }
	bit := func(i int) bool { return field(i, 1) == 1 }
	return Status{
		DryContactOpen: bit(0), Cutoff: field(1, 3), OverReference: bit(7), Producer: bit(8),
		DegradedClock: bit(16), StandardMode: bit(17), TempoToday: field(24, 2), TempoTomorrow: field(26, 2),
	}, nil
}

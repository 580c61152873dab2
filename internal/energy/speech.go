package energy

import (
	"slices"
	"time"
)

// A Speech is when the registers of a meter spoke, at 8 bytes a reading. The zero Speech
// has heard nothing.
type Speech struct {
	by map[Register][]int64 // UTC milliseconds
}

// Hear adds readings, in any order.
func (s *Speech) Hear(rs []Reading) {
	if s.by == nil {
		s.by = map[Register][]int64{}
	}
	for i := range rs {
		s.by[rs[i].Register] = append(s.by[rs[i].Register], rs[i].At.UnixMilli())
	}
}

// Messages returns when the meter spoke, by its register with the most readings: of
// those equal, the first by name. Registers of one message share its instant; those that
// come in messages of their own each keep the meter's cadence.
func (s *Speech) Messages() []time.Time {
	var most Register
	for r, at := range s.by {
		if n := len(s.by[most]); len(at) > n || len(at) == n && r < most {
			most = r
		}
	}
	at := slices.Clone(s.by[most])
	slices.Sort(at)
	at = slices.Compact(at)
	instants := make([]time.Time, len(at))
	for i, ms := range at {
		instants[i] = time.UnixMilli(ms).UTC()
	}
	return instants
}

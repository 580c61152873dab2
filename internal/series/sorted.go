package series

import (
	"maps"
	"slices"

	"foyer/internal/energy"
)

// sorted joins what stands in order of time by register, in order of register.
func sorted(of map[energy.Register][]energy.Reading) []energy.Reading {
	var n int
	for _, rs := range of {
		n += len(rs)
	}
	all := make([]energy.Reading, 0, n)
	for _, register := range slices.Sorted(maps.Keys(of)) {
		all = append(all, of[register]...)
	}
	return all
}

func reading(meter energy.MeterID, register energy.Register, at, value int64, arrival bool) energy.Reading {
	source := energy.DeviceTime
	if arrival {
		source = energy.ArrivalTime
	}
	return energy.Reading{Meter: meter, Register: register, At: instant(at), Value: value, Source: source}
}

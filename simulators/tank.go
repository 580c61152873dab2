package simulators

// A tank is an electric water heater that a contactor lets run off-peak only.
type tank struct {
	full    int64 // heat between cold and hot, mWh
	element int64 // power of its element, W
	standby int64 // heat lost through its walls, mWh in a step; it warms the home
}

func newTank(persons int64) tank {
	return tank{full: (5_000 + 1_700*persons) * 1000, element: 1_200 + 400*min(persons, 3), standby: 55 * 1000 / perHour}
}

// heat returns the energy the element takes during one step for a tank that lacks
// mWh of being full; allowed says whether the contactor is closed.
func (k tank) heat(lacks int64, allowed bool) int64 {
	if !allowed {
		return 0
	}
	return min(lacks, k.element*1000/perHour)
}

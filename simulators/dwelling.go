package simulators

// Energy flows are whole milliwatt-hours in a step, so sums are exact. A watt kept
// up for a step is 1000/12 mWh, hence the twelfths below.
const (
	step    = 5 * minute // length of a step of the physics, ms
	perHour = hour / step
)

// A dwelling is what the walls and the heater of a home are like.
type dwelling struct {
	loss     int64 // heat lost for each degree of difference to outside, W/K
	mass     int64 // heat that warms the home by one degree, Wh/K
	window   int64 // heat of the sun at its fullest, W
	heater   int64 // power limit of the heater, W
	electric bool  // the heater runs on electricity
	comfort  int64 // set-point while somebody is up, m°C
	eco      int64 // set-point at night and while nobody is in, m°C
	held     int64 // set-point of a family that holds back, m°C
}

// newDwelling draws a home of area m². Poor walls lose twice as much and keep less.
func newDwelling(d dice, area int64, poor bool) dwelling {
	perArea, mass := d.between(115, 145, 1), d.between(55, 75, 2) // hundredths of W/K, Wh/K for each m²
	if poor {
		perArea, mass = d.between(240, 270, 1), d.between(32, 40, 2)
	}
	w := dwelling{
		loss:    area * perArea / 100,
		mass:    area * mass,
		window:  area * d.between(12, 18, 3),
		comfort: 19_000 + 100*d.between(0, 8, 4),
		eco:     17_000,
		held:    14_200,
	}
	w.heater = w.loss * 26 // enough for 26 degrees of difference
	return w
}

// warmth is the heat a home holds above 0 °C, mWh.
type warmth int64

// at returns the temperature of the home, m°C.
func (q warmth) at(w *dwelling) int64 { return floorDiv(int64(q), w.mass) }

// lose returns the heat that leaves during one step, mWh; below zero it comes in.
// On a hot day the windows are open as long as that cools.
func (w *dwelling) lose(inside, outside int64) int64 {
	loss := w.loss
	if inside > 24_000 && outside < inside {
		loss *= 4
	}
	return roundDiv(loss*(inside-outside), perHour)
}

// warm returns the heat the heater gives during one step, mWh: what brings the home
// to target, within the limit of its power.
func (w *dwelling) warm(q warmth, target, lost, gains int64) int64 {
	need := target*w.mass - int64(q) + lost - gains
	return min(max(need, 0), w.heater*1000/perHour)
}

package decoder

import "foyer/internal/energy"

// A span is what a quantity can be at all, in thousandths of its base unit. What
// a given home can draw is judged later, by who knows its contract.
type span struct{ min, max int64 }

const billion = 1_000_000_000

var limits = map[energy.Quantity]span{
	energy.EnergyImport:        {0, billion * 1_000_000}, // 10⁹ kWh
	energy.EnergyExport:        {0, billion * 1_000_000},
	energy.GasEnergy:           {0, billion * 1_000_000},
	energy.HeatEnergy:          {0, billion * 1_000_000},
	energy.Power:               {-billion, billion}, // 1 MW either way
	energy.PowerExport:         {0, billion},
	energy.ApparentPower:       {0, billion},
	energy.ApparentPowerExport: {0, billion},
	energy.GasVolume:           {0, billion * 10_000}, // 10⁷ m³
	energy.WaterVolume:         {0, billion * 10_000},
	energy.HeatCostAllocator:   {0, billion},
	energy.Temperature:         {-40_000, 60_000}, // of a room or of the weather
	energy.Humidity:            {0, 100_000},
	energy.PulseCount:          {0, billion * 1_000_000},
}

// Numbers that stand for no value, compared with the number as sent: the least
// and the greatest of the integers senders use inside. The others they use, such
// as -8388608 W, 327.67 °C or 999 %, lie beyond the limits anyway.
var (
	noInstant = numbers("-32768", "65535")
	noCounter = numbers("4294967295", "4294967.295")
)

func numbers(texts ...string) []number {
	var ns []number
	for _, t := range texts {
		n, is := readNumber([]byte(t))
		if is != isNumber {
			panic("decoder: sentinel " + t)
		}
		ns = append(ns, n)
	}
	return ns
}

func oneOf(n number, list []number) bool {
	for _, m := range list {
		if n.is(m) {
			return true
		}
	}
	return false
}

// noValue reports whether n stands for no value of q.
func noValue(q energy.Quantity, n number) bool {
	if q.Cumulative() {
		return oneOf(n, noCounter)
	}
	return oneOf(n, noInstant)
}

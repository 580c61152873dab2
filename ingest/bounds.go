package ingest

import "foyer/internal/energy"

// One base unit in the thousandths that readings count.
const unit = 1000

// The largest index a register can show: 10^9 kWh or m3.
const maxIndex = 1_000_000_000 * 1000 * unit

// plausible reports whether a register of a meter can show a value at all. It is
// the last sieve: decoders know the sentinels of their devices. maxPower is
// [Meter.MaxPower]; twice that is beyond any meter's own limit.
func plausible(q energy.Quantity, value, maxPower int64) bool {
	switch q {
	case energy.EnergyImport, energy.EnergyExport, energy.GasVolume, energy.WaterVolume, energy.GasEnergy,
		energy.HeatEnergy, energy.HeatCostAllocator, energy.PulseCount:
		return value >= 0 && value <= maxIndex
	case energy.Power, energy.PowerExport, energy.ApparentPower, energy.ApparentPowerExport:
		limit := int64(1_000_000 * unit) // a megawatt is no home
		if maxPower > 0 {
			limit = 2 * maxPower
		}
		return value >= -limit && value <= limit
	case energy.Temperature:
		return value >= -90*unit && value <= 150*unit
	case energy.Humidity:
		return value >= 0 && value <= 100*unit
	default:
		return false
	}
}

package energy

// A Quantity is what a register measures.
//
// The set and its spelling are those of the payload corpus, so that a decoder,
// the series store and the command line speak of one thing in one word.
type Quantity string

// The quantities Foyer stores. Each has a base unit, see [Quantity.Base].
const (
	EnergyImport        Quantity = "energy_import"
	EnergyExport        Quantity = "energy_export"
	Power               Quantity = "power"
	PowerExport         Quantity = "power_export"
	ApparentPower       Quantity = "apparent_power"
	ApparentPowerExport Quantity = "apparent_power_export"
	GasVolume           Quantity = "gas_volume"
	WaterVolume         Quantity = "water_volume"
	GasEnergy           Quantity = "gas_energy"
	HeatEnergy          Quantity = "heat_energy"
	HeatCostAllocator   Quantity = "hca"
	Temperature         Quantity = "temperature"
	Humidity            Quantity = "humidity"
	PulseCount          Quantity = "pulse_count"
)

// A unitOf says how a quantity is stored and how it is shown.
type unitOf struct {
	base       string // unit whose thousandths a Reading counts
	shown      string // unit of the payload corpus and of `foyer decode`
	exponent   int    // one shown unit is 10^exponent base units
	cumulative bool
}

var quantities = map[Quantity]unitOf{
	EnergyImport:        {"Wh", "kWh", 3, true},
	EnergyExport:        {"Wh", "kWh", 3, true},
	Power:               {"W", "W", 0, false},
	PowerExport:         {"W", "W", 0, false},
	ApparentPower:       {"VA", "VA", 0, false},
	ApparentPowerExport: {"VA", "VA", 0, false},
	GasVolume:           {"l", "m3", 3, true},
	WaterVolume:         {"l", "m3", 3, true},
	GasEnergy:           {"Wh", "kWh", 3, true},
	HeatEnergy:          {"Wh", "kWh", 3, true},
	HeatCostAllocator:   {"hca", "hca", 0, true},
	Temperature:         {"degC", "degC", 0, false},
	Humidity:            {"%", "%", 0, false},
	PulseCount:          {"pulse", "pulse", 0, true},
}

// Known reports whether q is one of the quantities above.
func (q Quantity) Known() bool { _, ok := quantities[q]; return ok }

// Base returns the unit whose thousandths a [Reading] of q counts: "Wh", "W",
// "VA", "l" (litre), "degC", "%", "pulse" or "hca"; "" when q is unknown.
func (q Quantity) Base() string { return quantities[q].base }

// Shown returns the unit in which q is printed: "kWh", "m3" or the base unit.
func (q Quantity) Shown() string { return quantities[q].shown }

// ShownExponent returns e such that one shown unit is 10^e base units.
func (q Quantity) ShownExponent() int { return quantities[q].exponent }

// Cumulative reports whether q is a counter that only rises in normal use.
func (q Quantity) Cumulative() bool { return quantities[q].cumulative }

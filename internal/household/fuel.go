package household

import "slices"

// A Fuel is an energy that a home pays for.
type Fuel string

// The fuels of a home: those that meters count, and those that are brought.
const (
	FuelElectricity Fuel = "electricity"
	FuelGas         Fuel = "gas"
	FuelHeat        Fuel = "heat" // of a network, or in the rent
	FuelOil         Fuel = "oil"
	FuelLPG         Fuel = "lpg"
	FuelWood        Fuel = "wood" // logs and pellets
)

// Fuels lists every fuel, in the order of a bill.
var Fuels = []Fuel{FuelElectricity, FuelGas, FuelHeat, FuelOil, FuelLPG, FuelWood}

// Known reports whether f is one of [Fuels].
func (f Fuel) Known() bool { return slices.Contains(Fuels, f) }

// Delivered reports whether f is brought: it has a bill for each delivery and no
// tariff.
func (f Fuel) Delivered() bool { return f == FuelOil || f == FuelLPG || f == FuelWood }

package tariff

import (
	"slices"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Fuel is what a tariff sells through a meter.
type Fuel = household.Fuel

// The fuels that meters count. What is delivered has no tariff: see [Delivery].
const (
	Electricity = household.FuelElectricity
	Gas         = household.FuelGas
	Heat        = household.FuelHeat
)

// Metered lists the fuels that meters count, in the order of a bill.
var Metered = []Fuel{Electricity, Gas, Heat}

// quantities are what registers of a fuel count, preferred first: a gas meter that
// shows energy needs no calorific value.
var quantities = map[Fuel][]energy.Quantity{
	Electricity: {energy.EnergyImport},
	Gas:         {energy.GasEnergy, energy.GasVolume},
	Heat:        {energy.HeatEnergy},
}

// FuelOf returns the fuel of which a register counts what is used; false for any
// other register.
func FuelOf(r energy.Register) (Fuel, bool) {
	for _, f := range Metered {
		if slices.Contains(quantities[f], r.Quantity()) {
			return f, true
		}
	}
	return "", false
}

// billed returns the totals of the quantity that a fuel is billed by.
func billed(f Fuel, totals []energy.Total) []energy.Total {
	if f == "" {
		f = Electricity
	}
	for _, q := range quantities[f] {
		var of []energy.Total
		for _, t := range totals {
			if t.Register.Quantity() == q {
				of = append(of, t)
			}
		}
		if len(of) > 0 {
			return of
		}
	}
	return nil
}

// Of returns the contracts for a fuel: that of the tariff, or where the tariff is
// not known what the contract says, electricity when it says nothing.
func (b *Book) Of(contracts []household.Contract, fuel Fuel) []household.Contract {
	var of []household.Contract
	for _, c := range contracts {
		if b.Fuel(c) == fuel {
			of = append(of, c)
		}
	}
	return of
}

// Fuel returns what a contract is for, as [Book.Of] takes it.
func (b *Book) Fuel(c household.Contract) Fuel {
	if t, ok := b.tariffs[c.Tariff]; ok && t.Fuel != "" {
		return t.Fuel
	}
	if c.Fuel != "" {
		return c.Fuel
	}
	return Electricity
}

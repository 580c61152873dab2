package tariff

import (
	"foyer/internal/energy"
	"foyer/internal/household"
)

// A Fuel is what a tariff sells through a meter.
type Fuel string

// The fuels that meters count. What is delivered has no tariff: see [Delivery].
const (
	Electricity Fuel = "electricity"
	Gas         Fuel = "gas"
	Heat        Fuel = "heat"
)

// quantities are what registers of a fuel count, preferred first: a gas meter that
// shows energy needs no calorific value.
var quantities = map[Fuel][]energy.Quantity{
	Electricity: {energy.EnergyImport},
	Gas:         {energy.GasEnergy, energy.GasVolume},
	Heat:        {energy.HeatEnergy},
}

// of returns the totals of the quantity that a fuel is billed by.
func (f Fuel) of(totals []energy.Total) []energy.Total {
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

// Of returns the contracts for a fuel. One of a tariff that is not known is taken
// for one of electricity.
func (b *Book) Of(contracts []household.Contract, fuel Fuel) []household.Contract {
	var of []household.Contract
	for _, c := range contracts {
		sold := Electricity
		if t, ok := b.tariffs[c.Tariff]; ok && t.Fuel != "" {
			sold = t.Fuel
		}
		if sold == fuel {
			of = append(of, c)
		}
	}
	return of
}

package decoder

import "foyer/internal/energy"

// A unit is how a sender counts a quantity.
type unit struct {
	base  string // base unit of the quantities it can count, see energy.Quantity.Base
	scale scale  // to thousandths of base
}

// units are the spellings templates use, and the senders that print a unit.
// 1 kWh = 3.6 MJ; a watt-minute is 1/60 Wh; degrees Fahrenheit are (F-32)×5/9.
var units = map[string]unit{
	"Wh":    {"Wh", scale{exp: 3}},
	"kWh":   {"Wh", scale{exp: 6}},
	"MWh":   {"Wh", scale{exp: 9}},
	"mWh":   {"Wh", scale{exp: 0}},
	"Wmin":  {"Wh", scale{num: 1, den: 60, exp: 3}},
	"J":     {"Wh", scale{num: 1, den: 3600, exp: 3}},
	"kJ":    {"Wh", scale{num: 1, den: 3600, exp: 6}},
	"MJ":    {"Wh", scale{num: 1, den: 3600, exp: 9}},
	"GJ":    {"Wh", scale{num: 1, den: 3600, exp: 12}},
	"W":     {"W", scale{exp: 3}},
	"kW":    {"W", scale{exp: 6}},
	"mW":    {"W", scale{exp: 0}},
	"VA":    {"VA", scale{exp: 3}},
	"kVA":   {"VA", scale{exp: 6}},
	"l":     {"l", scale{exp: 3}},
	"L":     {"l", scale{exp: 3}},
	"dm3":   {"l", scale{exp: 3}},
	"m3":    {"l", scale{exp: 6}},
	"m³":    {"l", scale{exp: 6}},
	"degC":  {"degC", scale{exp: 3}},
	"°C":    {"degC", scale{exp: 3}},
	"degF":  {"degC", scale{num: 5, den: 9, exp: 3, offset: -32}},
	"°F":    {"degC", scale{num: 5, den: 9, exp: 3, offset: -32}},
	"%":     {"%", scale{exp: 3}},
	"pulse": {"pulse", scale{exp: 3}},
	"hca":   {"hca", scale{exp: 3}},
}

// unitFor returns the unit named name; ok is false when it cannot count q.
func unitFor(q energy.Quantity, name string) (u unit, ok bool) {
	u, ok = units[name]
	return u, ok && u.base == q.Base()
}

package household

import (
	"time"

	"foyer/internal/energy"
)

// A FamilyID is the random opaque name of a family: "f" and 16 characters of [a-z2-7].
type FamilyID string

// A Family is a household that takes part in the pilot.
type Family struct {
	ID       FamilyID
	Pilot    string // id of the town's pilot
	Label    string // what caseworkers call it, "Foyer 07"; shown only through the Gate
	Language string // BCP 47, "fr" by default
	Since    time.Time
}

// A Dwelling is the home of a family from one day to another.
type Dwelling struct {
	Family         FamilyID
	From           energy.Day
	To             energy.Day // first day no longer in force; zero while open
	Persons14      int        // persons aged 14 or more
	PersonsUnder14 int
	AreaM2         int  // floor area, 0 when unknown
	HeatedInRent   bool // heating is paid in the rent
	Fragile        bool // someone is over 65, under 5 or ill, as the family declared
	Heating        string
}

// Units returns the INSEE consumption units of the home in tenths: 10 for one
// adult, 5 more for each other person of 14 or more, 3 for each younger one.
// A home of minors only counts its oldest as the first adult.
//
// Source: INSEE, "unité de consommation" (OECD-modified scale).
func (d Dwelling) Units() int {
	adults, children := d.Persons14, d.PersonsUnder14
	if adults == 0 && children > 0 {
		adults, children = 1, children-1
	}
	if adults == 0 {
		return 0
	}
	return 10 + 5*(adults-1) + 3*children
}

// A Contract is an energy contract of a family from one day to another: one for
// each fuel, or for each meter of it.
type Contract struct {
	Family     FamilyID
	Fuel       Fuel           // electricity when ""
	Meter      energy.MeterID // "" when one meter counts the fuel
	Tariff     string         // id of a tariff, "fr-bleu-base"; "" for a fuel that is delivered
	PowerKVA   int            // subscribed power; 0 where there is none
	From       energy.Day
	To         energy.Day // first day no longer in force; zero while open
	OffPeak    string     // off-peak hours of this meter, "22:00-06:00"; "" for a single price
	Instalment int64      // monthly instalment in cents, 0 when the family pays each bill
	Settles    string     // "05-31": last day of a settlement year; "" for the eve of the anniversary of From
}

// An Income is what a family lives on, for twelve months.
type Income struct {
	Family     FamilyID
	From       energy.Day
	Disposable int64 // cents for 12 months; may be zero or negative
	Aid        int64 // energy aid paid in the period, cents
}

package household

import (
	"time"

	"foyer/internal/energy"
)

// An Attachment says from when to when a meter's readings are a family's.
type Attachment struct {
	Meter    energy.MeterID
	Role     Role
	From, To time.Time // UTC; To is not included, and far away while open
	MaxPower int64     // thousandths of W the meter can carry; 0 when unknown
}

// A Residence is where a family lives, as far as that says which day it is there and what
// weather it has.
type Residence struct {
	Family FamilyID
	Pilot  string // whose climate the home has
	Zone   *time.Location
}

// A Home is what the figures of a family are computed from, readings apart.
type Home struct {
	Family      FamilyID
	Pilot       string // whose climate the home has
	Zone        *time.Location
	Dwellings   []Dwelling // oldest first, as all of the following
	Contracts   []Contract
	Incomes     []Income
	Attachments []Attachment
	Changes     []Change // of its meters while they were the family's, in the order they were said
	Works       []Works  // done to it, in the order they were said
	Money       []Entry  // dated amounts that hold
	Answers     []Answer // that hold
	Stamp       string   // another one when any of the above changed
}

// DwellingOn returns the home of the family on a day; nil when it is not known.
func (h *Home) DwellingOn(day energy.Day) *Dwelling {
	for i := len(h.Dwellings) - 1; i >= 0; i-- {
		if d := &h.Dwellings[i]; !day.Before(d.From) && (d.To == energy.Day{} || day.Before(d.To)) {
			return d
		}
	}
	return nil
}

// IncomeOn returns what the family lives on, on a day; nil when it is not known.
func (h *Home) IncomeOn(day energy.Day) *Income {
	for i := len(h.Incomes) - 1; i >= 0; i-- {
		if !day.Before(h.Incomes[i].From) {
			return &h.Incomes[i]
		}
	}
	return nil
}

// A Station is an outdoor meter: the climate of a pilot.
type Station struct {
	Meter energy.MeterID
	Pilot string
	Zone  *time.Location
}

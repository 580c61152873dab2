package simulators

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Situation is what a family goes through. It changes what its home does or what
// it agreed to; the rest of a home does not depend on it.
type Situation string

// The situations of a home.
const (
	Normal      Situation = "normal"      // as most
	Drift       Situation = "drift"       // something runs at night since some days
	Budget      Situation = "budget"      // the month costs more than the budget
	Cold        Situation = "cold"        // holds back heating: below 16 °C for days
	Silent      Situation = "silent"      // the meter stops talking an hour after the start
	New         Situation = "new"         // no reading before two days after the start
	Stopped     Situation = "stopped"     // agreed to, then stopped
	Partial     Situation = "partial"     // agreed to some purposes only
	Instalments Situation = "instalments" // pays the same each month
)

// The contracts a home can have.
const (
	Base        = "base" // one price
	PeakOffPeak = "hphc" // heures pleines, heures creuses
)

// What a family can agree to: each purpose, half-hours and questions, in a box of its own.
var consents = []string{"family_view", "hourly", "cooperative_summary", "alert", "survey", "evaluation", "open_statistics", "research"}

// A Home is one home of a scenario, and what its family would tell at enrolment.
// What is left out is drawn from the seed.
type Home struct {
	Gateway   string    `yaml:"gateway"`   // client id, user name and mount; "gw-01" for the first
	Dialect   string    `yaml:"dialect"`   // how its meter speaks, see [Dialects]
	Contract  string    `yaml:"contract"`  // Base or PeakOffPeak
	Situation Situation `yaml:"situation"` // Normal by default
	Start     string    `yaml:"start"`     // instead of the scenario's
	Days      int       `yaml:"days"`      // instead of the scenario's
	Onset     int       `yaml:"onset"`     // local days before Start when the situation began; 6 by default
	History   int       `yaml:"history"`   // days before Start that Past knows; 400 by default, -1 for none
	Precision int       `yaml:"precision"` // decimals of kWh a ZLinky sends, 2 or 3; 3 by default
	Plug      bool      `yaml:"plug"`      // has a plug that measures the fridge
	Works     Works     `yaml:"works"`     // what changed at the home once
	Faults    []Fault   `yaml:"faults"`

	Label      string   `yaml:"label"`      // "Foyer 01"
	Language   string   `yaml:"language"`   // BCP 47, "fr" by default
	OffPeak    string   `yaml:"off_peak"`   // off-peak hours, "22:00-06:00" by default
	PowerKVA   int      `yaml:"power_kva"`  // subscribed power
	Budget     int64    `yaml:"budget"`     // what the family means to spend a month, cents; 0 for none
	Instalment int64    `yaml:"instalment"` // monthly instalment, cents; 0 when each bill is paid
	Income     int64    `yaml:"income"`     // disposable income of 12 months, cents
	Aid        int64    `yaml:"aid"`        // energy aid of 12 months, cents
	Persons14  int      `yaml:"persons_14"` // persons of 14 or more
	Under14    int      `yaml:"under_14"`   // younger ones
	Area       int      `yaml:"area_m2"`    // floor area
	Heating    string   `yaml:"heating"`    // "electric" or "gas"
	Insulation string   `yaml:"insulation"` // "fair" or "poor"
	Fragile    bool     `yaml:"fragile"`    // somebody is over 65, under 5 or ill
	Consents   []string `yaml:"consents"`   // what the family agrees to; by default what brings help, and most of the rest
	Withdrawn  bool     `yaml:"withdrawn"`  // agreed to Consents, and stopped since

	From    time.Time `yaml:"-"` // Start as Open understood it
	To      time.Time `yaml:"-"` // the last instant published; zero when it never ends
	Since   time.Time `yaml:"-"` // start of what Past knows
	Devices []Device  `yaml:"-"` // the electricity meter first
}

// complete fills in what the i-th home of s leaves out and returns its mistakes.
func (h *Home) complete(i int, s *Scenario) (errs []error) {
	d := dice(s.Seed).child(int64(i) + 1)
	fill(&h.Gateway, fmt.Sprintf("gw-%02d", i+1))
	fill(&h.Dialect, timed()[d.below(int64(len(timed())), 1)])
	fill(&h.Situation, Normal)
	fill(&h.Start, s.Start)
	fill(&h.Days, s.Days)
	fill(&h.Onset, 6)
	fill(&h.History, 400)
	h.History = max(h.History, 0)
	fill(&h.Precision, 3)
	fill(&h.Label, fmt.Sprintf("Foyer %02d", i+1))
	fill(&h.Language, "fr")
	fill(&h.OffPeak, "22:00-06:00")
	if h.Persons14+h.Under14 == 0 {
		h.Persons14, h.Under14 = int(d.between(1, 2, 2)), int(d.between(0, 2, 3))
	}
	fill(&h.Area, 38+14*min(h.Persons14+h.Under14, 4)+int(d.between(0, 15, 4)))
	fill(&h.Income, 100_000*(d.between(80, 130, 5)+35*int64(h.Persons14+h.Under14-1))/10)
	h.settle(d)

	note := func(bad bool, field string, value any, why string) {
		if bad {
			errs = append(errs, mistake(fmt.Sprintf("homes[%d].%s", i, field), value, why))
		}
	}
	speaks, known := dialects[h.Dialect]
	known = known && speaks.role == Electricity
	note(!known, "dialect", h.Dialect, fmt.Sprintf("want one of %v", Dialects()))
	if known {
		fill(&h.Contract, speaks.contracts[0])
		note(!slices.Contains(speaks.contracts, h.Contract), "contract", h.Contract, fmt.Sprintf("%s tells apart %v", h.Dialect, speaks.contracts))
	}
	_, ok := situations[h.Situation]
	note(!ok, "situation", h.Situation, "unknown")
	note(outside(h.Days, 0, 36_500), "days", h.Days, "want 0 to 36500")
	note(outside(h.Onset, 0, 400), "onset", h.Onset, "want 0 to 400")
	note(outside(h.History, 0, 4_000), "history", h.History, "want -1 to 4000")
	note(outside(h.PowerKVA, 1, 36), "power_kva", h.PowerKVA, "want 1 to 36")
	note(outside(h.Persons14, 0, 20), "persons_14", h.Persons14, "want 0 to 20")
	note(outside(h.Under14, 0, 20), "under_14", h.Under14, "want 0 to 20")
	note(outside(h.Area, 9, 1_000), "area_m2", h.Area, "want 9 to 1000")
	note(outside(h.Works.Days, 0, 4_000), "works.days", h.Works.Days, "want 0 to 4000")
	note(outside(h.Works.Took, 0, 400), "works.took", h.Works.Took, "want 0 to 400")
	note(outside(h.Works.Insulation, 0, 90), "works.insulation", h.Works.Insulation, "want 0 to 90 percent")
	note(outside(h.Works.Colder, 0, 15_000), "works.colder", h.Works.Colder, "want 0 to 15000 thousandths of °C")
	note(!named(h.Gateway), "gateway", h.Gateway, "want 1 to 64 of a-z, 0-9 and -")
	note(h.Precision != 2 && h.Precision != 3, "precision", h.Precision, "want 2 or 3")
	note(h.Heating != "electric" && h.Heating != "gas", "heating", h.Heating, "want electric or gas")
	note(h.Insulation != "fair" && h.Insulation != "poor", "insulation", h.Insulation, "want fair or poor")
	_, err := parseWindow(h.OffPeak)
	note(err != nil, "off_peak", h.OffPeak, "want two times at whole five minutes, as 22:00-06:00")
	for _, c := range h.Consents {
		note(!slices.Contains(consents, c), "consents", c, fmt.Sprintf("want some of %v", consents))
	}
	for j := range h.Faults {
		for _, err := range h.Faults[j].complete() {
			errs = append(errs, fmt.Errorf("homes[%d].faults[%d].%w", i, j, err))
		}
	}
	return errs
}

// named reports whether s can be a gateway's client id, user name and topic level.
func named(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// house builds the home. from is the instant it starts publishing.
func (h *Home) house(d dice, from time.Time) house {
	persons := int64(h.Persons14 + h.Under14)
	b := house{
		walls:     newDwelling(d.child(1), int64(h.Area), h.Insulation == "poor"),
		tank:      newTank(persons),
		people:    newOccupants(d.child(2), persons),
		plug:      h.Plug,
		holdsBack: forever,
		leaks:     forever,
		renewed:   forever,
	}
	b.walls.electric = h.Heating == "electric"
	b.offPeak, _ = parseWindow(h.OffPeak) // complete has read it
	situations[h.Situation].change(&b, from.AddDate(0, 0, -h.Onset).UnixMilli())
	b.after = b.walls
	if h.Works != (Works{}) {
		b.renewed = from.AddDate(0, 0, -h.Works.Days).UnixMilli()
		h.Works.change(&b.after)
	}
	return b
}

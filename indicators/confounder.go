package indicators

import (
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// What takes a flag back, in the order in which it is named as the reason.
const (
	byAbsence   = "absence"
	byOtherFuel = "other_fuel"
	byWorks     = "works"
	byOccupants = "new_occupants"
)

// confounderValues is the section "confounders" of a country file.
type confounderValues struct {
	Away decimal.Decimal `yaml:"away_share"` // of the days of a period, from which on it says nothing of heating
}

// confounders returns what else explains how little was used in the period, of what the
// family said and of what was seen. Works and new occupants count from a day on.
func (in Input) confounders(since energy.Day) (all []string) {
	v := inForce[confounderValues](anywhere, "confounders", in.To.Add(-1)).Values
	away, days := 0, in.To.Sub(in.From)
	for d := in.From; d.Before(in.To); d = d.Add(1) {
		if in.Absent[d] || in.heldOn("away", d) == "yes" {
			away++
		}
	}
	if away > 0 && decimal.NewFromInt(int64(away)).GreaterThanOrEqual(v.Away.Mul(decimal.NewFromInt(int64(days)))) {
		all = append(all, byAbsence)
	}
	if in.otherFuel() {
		all = append(all, byOtherFuel)
	}
	within := func(d energy.Day) bool { return !d.Before(since) && d.Before(in.To) }
	worked := slices.ContainsFunc(in.Projects, func(p household.Project) bool { return p.From.Before(in.To) && since.Before(p.To) })
	if worked || slices.ContainsFunc(in.Answers, func(a household.Answer) bool { return a.Question == "works" && within(a.Day) }) {
		all = append(all, byWorks)
	}
	if slices.ContainsFunc(in.Changed, within) || slices.ContainsFunc(in.Answers, func(a household.Answer) bool { return a.Question == "new_occupants" && within(a.Day) }) {
		all = append(all, byOccupants)
	}
	return all
}

// heldOn returns what holds of a question on a day; "" where nothing was said by then.
func (in Input) heldOn(question string, day energy.Day) string {
	for _, a := range slices.Backward(in.Answers) {
		if a.Question == question && !day.Before(a.Day) {
			return a.Answer
		}
	}
	return ""
}

// otherFuel reports whether the home is heated by more than its main fuel: the family
// says so, or it pays for a delivered fuel.
func (in Input) otherFuel() bool {
	if in.heldOn("other_heating", in.From) == "yes" {
		return true
	}
	said := func(a household.Answer) bool {
		return a.Question == "other_heating" && a.Answer == "yes" && !a.Day.Before(in.From) && a.Day.Before(in.To)
	}
	if slices.ContainsFunc(in.Answers, said) {
		return true
	}
	return slices.ContainsFunc(in.Days, func(d Day) bool {
		return !d.Day.Before(in.From) && slices.ContainsFunc(d.Parts, func(p Part) bool { return p.Fuel.Delivered() })
	})
}

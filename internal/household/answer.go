package household

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"foyer/internal/energy"
)

// An Answer is what a family said on a day, which holds until it says otherwise.
type Answer struct {
	Family   FamilyID
	Question string // one of [Questions]
	Answer   string
	Day      energy.Day
}

// A Question is something a family can be asked.
type Question struct {
	ID      string
	About   string   // in English, for operators
	Choices []string // of which one is the answer; empty: an amount of at least 0
	Several bool     // more than one choice may be the answer, joined by "+"
	Event   bool     // about the day it is dated, not about the time from then on
}

// Questions are all that can be asked. The first three are those of EU-SILC (HS021,
// HH050) and of ONPE.
var Questions = []Question{
	{ID: "arrears", About: "late with a utility bill within twelve months", Choices: []string{"once", "more", "never"}},
	{ID: "unable_warm", About: "cannot keep the home warm", Choices: []string{"yes", "no"}},
	{ID: "felt_cold", About: "felt cold last winter, and why", Several: true, Choices: []string{
		"no", "poor_insulation", "insufficient_heating", "insufficient_equipment", "insufficient_heating_equipment", "heating_failure",
		"heating_breakdown", "cost_restriction", "supply_cut", "supply_cut_unpaid", "exceptional_cold", "start_of_season", "other",
	}},
	{ID: "housing_cost", About: "EUR for twelve months, energy left out"},
	{ID: "heating_need", About: "kWh of heat that the rating of the home says it needs in a year"},
	{ID: "energy_class", About: "energy class of the home", Choices: []string{"A", "B", "C", "D", "E", "F", "G"}},
	{ID: "other_heating", About: "heats with another fuel too", Choices: []string{"yes", "no"}},
	{ID: "works", About: "works on the home ended", Choices: []string{"done"}, Event: true},
	{ID: "new_occupants", About: "people came to live in the home or left it", Choices: []string{"done"}, Event: true},
}

// amount is what an amount looks like: at least 0, with two decimals at most.
var amount = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,2})?$`)

// ErrAnswer refuses what is no answer to a question.
var ErrAnswer = errors.New("no such answer")

// Check returns an error that wraps [ErrAnswer] and says what can be answered.
func (a Answer) Check() error {
	i := slices.IndexFunc(Questions, func(q Question) bool { return q.ID == a.Question })
	if i < 0 {
		ids := make([]string, len(Questions))
		for n, q := range Questions {
			ids[n] = q.ID
		}
		return fmt.Errorf("question %q: %w: want one of %s", a.Question, ErrAnswer, strings.Join(ids, ", "))
	}
	q := Questions[i]
	if len(q.Choices) == 0 {
		if !amount.MatchString(a.Answer) {
			return fmt.Errorf("%s: answer %q: %w: want an amount of at least 0, 1234.50", q.ID, a.Answer, ErrAnswer)
		}
		return nil
	}
	given := strings.Split(a.Answer, "+")
	wrong := slices.ContainsFunc(given, func(c string) bool { return !slices.Contains(q.Choices, c) })
	if wrong || len(given) > 1 && (!q.Several || slices.Contains(given, "no")) {
		return fmt.Errorf("%s: answer %q: %w: want one of %s", q.ID, a.Answer, ErrAnswer, strings.Join(q.Choices, ", "))
	}
	return nil
}

// Choices returns the choices of an answer to a question that may have several.
func (a Answer) Choices() []string { return strings.Split(a.Answer, "+") }

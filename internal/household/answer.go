package household

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"foyer/internal/energy"
)

// An Answer is what a family said on a day, which holds until it says otherwise.
// Answers are only ever added; of several to one question on one day the last one holds.
type Answer struct {
	Family   FamilyID
	Question string // one of [Questions]
	Answer   string // "" takes back what was said of that day
	Day      energy.Day
	By       string // who wrote it down; "" for the family itself
	Said     time.Time
}

// A Spoken is what somebody may see of what a family said.
type Spoken struct {
	Agreed  bool // the family agreed that who asks sees its answers
	Family  Family
	Answers []Answer // that hold, in order of day and question
}

// A Question is something a family can be asked.
type Question struct {
	ID      string
	About   string   // in English, for operators
	Choices []string // of which one is the answer; empty: an amount of at least 0
	Several bool     // more than one choice may be the answer, joined by "+"
	Event   bool     // about the day it is dated, not about the time from then on
	Staff   bool     // nobody asks a family, who would have to look it up
}

// Questions are all that can be asked. The first three are those of EU-SILC (HS021,
// HH050) and of ONPE.
var Questions = []Question{
	{ID: "arrears", About: "late with a utility bill within twelve months", Choices: []string{"once", "more", "never"}},
	{ID: "unable_warm", About: "cannot keep the home warm", Choices: []string{"yes", "no"}},
	{ID: "felt_cold", About: "felt cold last winter, and why", Several: true, Choices: []string{
		"no", "poor_insulation", "insufficient_heating", "insufficient_equipment", "heating_failure",
		"cost_restriction", "supply_cut_unpaid", "exceptional_cold", "start_of_season", "other",
	}},
	{ID: "other_heating", About: "heats with another fuel too", Choices: []string{"yes", "no"}},
	{ID: "away", About: "nobody lives in the home from that day on", Choices: []string{"yes", "no"}},
	{ID: "works", About: "works on the home ended", Choices: []string{"done"}, Event: true},
	{ID: "new_occupants", About: "people came to live in the home or left it", Choices: []string{"done"}, Event: true},
	{ID: "housing_cost", About: "EUR for twelve months, energy left out"},
	{ID: "heating_need", About: "kWh of heat that the rating of the home says it needs in a year", Staff: true},
	{ID: "energy_class", About: "energy class of the home", Choices: []string{"A", "B", "C", "D", "E", "F", "G"}, Staff: true},
}

// Declined is the answer of who would rather not say. From its day on nothing is known,
// and nobody has to ask again.
const Declined = "declined"

// Declinable reports whether a family can decline a question: one that asks how things
// are, not what happened on a day.
func (q Question) Declinable() bool { return !q.Event && !q.Staff }

// amount is what an amount looks like: at least 0, with two decimals at most.
var amount = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,2})?$`)

// MaxAnswers is how many answers are taken at once: each question once a day for months.
const MaxAnswers = 1000

// ErrAnswer refuses what is no answer to a question.
var ErrAnswer = errors.New("no such answer")

// QuestionOf returns a question by its id; false when there is none.
func QuestionOf(id string) (Question, bool) {
	i := slices.IndexFunc(Questions, func(q Question) bool { return q.ID == id })
	if i < 0 {
		return Question{}, false
	}
	return Questions[i], true
}

// Check returns an error that wraps [ErrAnswer] and says what can be answered.
func (a Answer) Check() error {
	q, ok := QuestionOf(a.Question)
	if !ok {
		ids := make([]string, len(Questions))
		for n, q := range Questions {
			ids[n] = q.ID
		}
		return fmt.Errorf("question %q: %w: want one of %s", a.Question, ErrAnswer, strings.Join(ids, ", "))
	}
	if a.Answer == "" || a.Answer == Declined && q.Declinable() {
		return nil
	}
	if len(q.Choices) == 0 {
		if !amount.MatchString(a.Answer) {
			return fmt.Errorf("%s: answer %q: %w: want an amount of at least 0, 1234.50", q.ID, a.Answer, ErrAnswer)
		}
		return nil
	}
	given := a.Choices()
	wrong := slices.ContainsFunc(given, func(c string) bool { return !slices.Contains(q.Choices, c) })
	if wrong || len(given) > 1 && (!q.Several || slices.Contains(given, "no")) {
		return fmt.Errorf("%s: answer %q: %w: want one of %s", q.ID, a.Answer, ErrAnswer, strings.Join(q.Choices, ", "))
	}
	return nil
}

// CheckAnswers returns everything that is wrong with answers of which none is of a day
// after today, where the families live. What it returns wraps [ErrAnswer].
func CheckAnswers(answers []Answer, today energy.Day) error {
	if len(answers) > MaxAnswers {
		return fmt.Errorf("%d answers: %w: want at most %d at once", len(answers), ErrAnswer, MaxAnswers)
	}
	var faults []error
	for _, a := range answers {
		switch {
		case a.Day == (energy.Day{}):
			faults = append(faults, fmt.Errorf("%s: day: %w: it is missing", a.Question, ErrAnswer))
		case today.Before(a.Day):
			faults = append(faults, fmt.Errorf("%s: day %s: %w: it has not begun", a.Question, a.Day, ErrAnswer))
		case len(a.By) > 200:
			faults = append(faults, fmt.Errorf("by: %w: want at most 200 characters", ErrAnswer))
		}
		if err := a.Check(); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// Choices returns the choices of an answer to a question that may have several.
func (a Answer) Choices() []string { return strings.Split(a.Answer, "+") }

// Holding returns the answers that hold, in order of day and question, of all that
// were given in the order in which they were said: the last one of each question and
// day, unless it takes that back.
func Holding(all []Answer) []Answer {
	type key struct {
		question string
		day      energy.Day
	}
	last := map[key]int{}
	for i, a := range all {
		last[key{a.Question, a.Day}] = i
	}
	var hold []Answer
	for i, a := range all {
		if last[key{a.Question, a.Day}] == i && a.Answer != "" {
			hold = append(hold, a)
		}
	}
	slices.SortStableFunc(hold, func(a, b Answer) int {
		if n := a.Day.Sub(b.Day); n != 0 {
			return n
		}
		return strings.Compare(a.Question, b.Question)
	})
	return hold
}

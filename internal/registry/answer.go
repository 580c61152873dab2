package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// An Answers store keeps what families answered. It is only ever added to.
type Answers interface {
	// AddAnswers keeps all or none.
	AddAnswers(ctx context.Context, answers []household.Answer) error
	// Answers returns all of a family in the order in which they were said.
	Answers(ctx context.Context, family household.FamilyID) ([]household.Answer, error)
}

// maxAnswers is how many answers are taken at once: each question once a day for months.
const maxAnswers = 1000

// Answer writes down what families answered, all or none; an answer of "" takes back
// what was said of that day. today is the running day of the families: nobody answers
// for a day that has not begun. Errors wrap [household.ErrAnswer] and [ErrUnknown].
func (r *Registry) Answer(ctx context.Context, answers []household.Answer, today energy.Day) error {
	if len(answers) > maxAnswers {
		return fmt.Errorf("%d answers: %w: want at most %d at once", len(answers), household.ErrAnswer, maxAnswers)
	}
	fresh := slices.Clone(answers)
	var faults []error
	for i := range fresh {
		a := &fresh[i]
		switch {
		case a.Day == (energy.Day{}):
			faults = append(faults, fmt.Errorf("%s: day: %w: it is missing", a.Question, household.ErrAnswer))
		case today.Before(a.Day):
			faults = append(faults, fmt.Errorf("%s: day %s: %w: it has not begun", a.Question, a.Day, household.ErrAnswer))
		case len(a.By) > 200:
			faults = append(faults, fmt.Errorf("by: %w: want at most 200 characters", household.ErrAnswer))
		}
		if err := a.Check(); err != nil {
			faults = append(faults, err)
		}
		a.Said = r.world()
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	known := map[household.FamilyID]bool{}
	for _, a := range fresh {
		if !known[a.Family] {
			if err := r.exists(ctx, a.Family); err != nil {
				return err
			}
			known[a.Family] = true
		}
	}
	return r.store.AddAnswers(ctx, fresh)
}

// Answers returns everything a family answered, what was taken back too. It is for
// operators.
func (r *Registry) Answers(ctx context.Context, family household.FamilyID) ([]household.Answer, error) {
	return r.store.Answers(ctx, family)
}

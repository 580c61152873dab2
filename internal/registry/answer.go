package registry

import (
	"context"
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

// Answer writes down what families answered, all or none; an answer of "" takes back
// what was said of that day. today is the running day of the families: nobody answers
// for a day that has not begun. Errors wrap [household.ErrAnswer] and [ErrUnknown].
func (r *Registry) Answer(ctx context.Context, answers []household.Answer, today energy.Day) error {
	if err := household.CheckAnswers(answers, today); err != nil {
		return err
	}
	fresh := slices.Clone(answers)
	for i := range fresh {
		fresh[i].Said = r.world()
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

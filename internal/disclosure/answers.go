package disclosure

import (
	"context"
	"fmt"
	"time"

	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// An Answers store reads and keeps what families say when they are asked, each call in
// one transaction that writes the access down.
type Answers interface {
	Spoken(ctx context.Context, a consent.Access, family household.FamilyID) (household.Spoken, error)
	// KeepAnswers keeps answers of one family, all or none; false, and none, where the family
	// did not agree that who asks sees answers of those days.
	KeepAnswers(ctx context.Context, a consent.Access, family household.FamilyID, answers []household.Answer) (bool, error)
}

// A Telling is what a family said when it was asked.
type Telling struct {
	household.Spoken
	Today energy.Day
	At    time.Time
	Zone  *time.Location
}

// Answers returns what a family said. A family asks for its own, and is told too that
// it did not agree to be asked; a caseworker reads for [consent.CooperativeSummary], and
// gets [ErrWithheld] unless the family agreed that it sees its answers.
func (g *Gate) Answers(ctx context.Context, aud Audience, id household.FamilyID) (Telling, error) {
	t, err := g.telling(ctx, aud, id)
	return t, g.metrics.count(viewAnswers, err)
}

func (g *Gate) telling(ctx context.Context, aud Audience, id household.FamilyID) (Telling, error) {
	access, err := answering(aud, id, viewAnswers)
	if err != nil {
		return Telling{}, err
	}
	today, zone, err := g.today(aud)
	if err != nil {
		return Telling{}, err
	}
	told, err := g.store.Spoken(ctx, access, named(id))
	if err == nil && !told.Agreed && aud.Family() == "" {
		err = ErrWithheld
	}
	return Telling{told, today, g.now(), zone}, err
}

// Answer keeps what a family says of itself, or what it said to a caseworker, who is
// named beside it; an answer of "" takes back what was said of that day. All of it is
// kept or none. Errors are [ErrWithheld] where the family did not agree, and wrap
// [household.ErrAnswer].
func (g *Gate) Answer(ctx context.Context, aud Audience, id household.FamilyID, answers []household.Answer) error {
	return g.metrics.count(viewAnswer, g.answer(ctx, aud, id, answers))
}

func (g *Gate) answer(ctx context.Context, aud Audience, id household.FamilyID, answers []household.Answer) error {
	access, err := answering(aud, id, viewAnswer)
	if err != nil {
		return err
	}
	today, _, err := g.today(aud)
	if err != nil {
		return err
	}
	fresh := make([]household.Answer, len(answers))
	for i, a := range answers {
		if q, _ := household.QuestionOf(a.Question); q.Staff && aud.Family() != "" && a.Answer != "" {
			return fmt.Errorf("question %q: %w: the cooperative looks it up", a.Question, household.ErrAnswer)
		}
		fresh[i] = household.Answer{Family: named(id), Question: a.Question, Answer: a.Answer, Day: a.Day, By: aud.Name(), Said: g.now()}
	}
	if err := household.CheckAnswers(fresh, today); err != nil {
		return err
	}
	kept, err := g.store.KeepAnswers(ctx, access, named(id), fresh)
	if err == nil && !kept {
		err = ErrWithheld
	}
	return err
}

// answering returns the access of a family to its own answers, and of a caseworker to
// those of a family; [ErrWithheld] for anybody else.
func answering(aud Audience, id household.FamilyID, view string) (consent.Access, error) {
	a := consent.Access{Reader: aud.reader, Purpose: consent.CooperativeSummary, View: view}
	switch {
	case aud.Family() != "" && id == aud.Family():
		a.Purpose = consent.FamilyView
	case aud.CaseLoad() == "":
		return a, ErrWithheld
	}
	return a, nil
}

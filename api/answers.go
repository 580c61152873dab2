package api

import (
	"context"
	"errors"

	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/text"
)

// GetMyAnswers answers GET /api/v1/me/answers.
func (s *Server) GetMyAnswers(ctx context.Context, r GetMyAnswersRequestObject) (GetMyAnswersResponseObject, error) {
	out, err := s.answers(ctx, r.Params.AcceptLanguage)
	return GetMyAnswers200JSONResponse{out}, err
}

// SayMyAnswers answers POST /api/v1/me/answers.
func (s *Server) SayMyAnswers(ctx context.Context, r SayMyAnswersRequestObject) (SayMyAnswersResponseObject, error) {
	aud := callerOf(ctx).audience
	now, err := s.Gate.Answers(ctx, aud, aud.Family())
	if err != nil {
		return nil, err
	}
	said := make([]household.Answer, len(r.Body.Answers))
	for i, a := range r.Body.Answers {
		said[i] = household.Answer{Question: a.Question, Answer: a.Answer, Day: now.Today}
		if a.Day != nil {
			said[i].Day = energy.Day{Year: a.Day.Year(), Month: a.Day.Month(), Date: a.Day.Day()}
		}
	}
	if err := s.Gate.Answer(ctx, aud, aud.Family(), said); err != nil {
		if errors.Is(err, household.ErrAnswer) {
			return nil, invalid("/body/answers", err.Error())
		}
		return nil, err
	}
	out, err := s.answers(ctx, r.Params.AcceptLanguage)
	return SayMyAnswers200JSONResponse{out}, err
}

// answers returns what the family that asks can be asked, and what it said.
func (s *Server) answers(ctx context.Context, wish *string) (AnswersJSONResponse, error) {
	aud := callerOf(ctx).audience
	t, err := s.Gate.Answers(ctx, aud, aud.Family())
	if err != nil {
		return AnswersJSONResponse{}, err
	}
	return answersOf(t, s.own(aud.Language(), wish))
}

func answersOf(t disclosure.Telling, l *text.Language) (AnswersJSONResponse, error) {
	out := AnswersJSONResponse{Body: Answers{Agreed: t.Agreed, Questions: []Question{}, Answers: []Answer{}}}
	out.Headers.ContentLocation = new("/api/v1/me/answers")
	if !t.Agreed {
		return out, nil
	}
	for _, q := range household.Questions {
		if q.Staff {
			continue
		}
		one, err := questionOf(q, l)
		if err != nil {
			return out, err
		}
		out.Body.Questions = append(out.Body.Questions, one)
	}
	for _, a := range t.Answers {
		out.Body.Answers = append(out.Body.Answers, Answer{Question: a.Question, Answer: a.Answer, Day: date(a.Day), SaidBy: a.By, SaidAt: a.Said.UTC()})
	}
	return out, nil
}

func questionOf(q household.Question, l *text.Language) (Question, error) {
	asked, err := l.T("question." + q.ID)
	out := Question{Id: q.ID, Text: asked, Several: q.Several, Event: q.Event, Declinable: q.Declinable(), Choices: []QuestionChoice{}}
	for _, c := range q.Choices {
		said, wrong := l.T("question." + q.ID + "." + c)
		out.Choices = append(out.Choices, QuestionChoice{Answer: c, Text: said})
		err = errors.Join(err, wrong)
	}
	return out, err
}

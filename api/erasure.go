package api

import (
	"context"
	"errors"

	"foyer/internal/household"
	"foyer/internal/registry"
)

// AskMyErasure answers POST /api/v1/me/erasure.
func (s *Server) AskMyErasure(ctx context.Context, r AskMyErasureRequestObject) (AskMyErasureResponseObject, error) {
	out, err := s.askErasure(ctx, callerOf(ctx).audience.Family(), r.Params.AcceptLanguage)
	return AskMyErasure201JSONResponse{out}, err
}

// AskErasure answers POST /api/v1/households/{id}/erasure.
func (s *Server) AskErasure(ctx context.Context, r AskErasureRequestObject) (AskErasureResponseObject, error) {
	out, err := s.askErasure(ctx, household.FamilyID(r.Id), r.Params.AcceptLanguage)
	return AskErasure201JSONResponse{out}, err
}

// askErasure asks for a family of the pilot of who asks to be erased.
func (s *Server) askErasure(ctx context.Context, family household.FamilyID, wish *string) (ErasureAskedJSONResponse, error) {
	aud := callerOf(ctx).audience
	l := s.own(aud.Language(), wish)
	goes, stays, err := l.Erasure()
	if err != nil {
		return ErasureAskedJSONResponse{}, err
	}
	code, until, err := s.Registry.AskErasure(ctx, family, aud.Pilot())
	return ErasureAskedJSONResponse{Code: code, Until: until.UTC(), Language: l.Tag, Goes: goes, Stays: stays}, erasureError(err)
}

// ConfirmMyErasure answers POST /api/v1/me/erasure/confirm.
func (s *Server) ConfirmMyErasure(ctx context.Context, r ConfirmMyErasureRequestObject) (ConfirmMyErasureResponseObject, error) {
	err := s.Registry.ConfirmErasure(ctx, callerOf(ctx).audience.Family(), r.Body.Code, registry.Form{})
	return ConfirmMyErasure204Response{}, erasureError(err)
}

// ConfirmErasure answers POST /api/v1/households/{id}/erasure/confirm.
func (s *Server) ConfirmErasure(ctx context.Context, r ConfirmErasureRequestObject) (ConfirmErasureResponseObject, error) {
	aud := callerOf(ctx).audience
	err := s.Registry.ConfirmErasure(ctx, household.FamilyID(r.Id), r.Body.Code, registry.Form{Pilot: aud.Pilot(), By: aud.Subject()})
	return ConfirmErasure204Response{}, erasureError(err)
}

// ReadErasure answers POST /api/v1/erasure.
func (s *Server) ReadErasure(ctx context.Context, r ReadErasureRequestObject) (ReadErasureResponseObject, error) {
	e, err := s.Registry.Erasure(ctx, r.Body.Code)
	if err != nil {
		return nil, erasureError(err)
	}
	out := ReadErasure200JSONResponse{
		State: Asked, Until: instant(e.Until), ConfirmedAt: instant(e.Confirmed), ErasedAt: instant(e.Erased), Certificate: some(e.Certificate),
	}
	switch {
	case !e.Erased.IsZero():
		out.State = Erased
	case !e.Confirmed.IsZero():
		out.State = Confirmed
	}
	return out, nil
}

// erasureError answers who names a family or a code that there is not.
func erasureError(err error) error {
	if errors.Is(err, registry.ErrUnknown) {
		return failure{kind: kindNotFound}
	}
	return err
}

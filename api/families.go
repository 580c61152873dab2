package api

import (
	"context"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// ListFamilies answers GET /api/v1/families.
func (s *Server) ListFamilies(ctx context.Context, r ListFamiliesRequestObject) (ListFamiliesResponseObject, error) {
	aud := callerOf(ctx).audience
	var list []disclosure.Summary
	var err error
	if r.Params.AsOf != nil {
		list, err = s.Gate.FamiliesAsOf(ctx, aud, *r.Params.AsOf)
	} else {
		list, err = s.Gate.Families(ctx, aud)
	}
	if err != nil {
		return nil, err
	}
	out := ListFamilies200JSONResponse{Items: []Family{}, NextCursor: next("")}
	for _, one := range list {
		out.Items = append(out.Items, family(one))
	}
	return out, nil
}

// GetFamily answers GET /api/v1/families/{id}.
func (s *Server) GetFamily(ctx context.Context, r GetFamilyRequestObject) (GetFamilyResponseObject, error) {
	aud, id := callerOf(ctx).audience, household.FamilyID(r.Id)
	var one disclosure.Summary
	var err error
	if r.Params.AsOf != nil {
		one, err = s.Gate.FamilyAsOf(ctx, aud, id, *r.Params.AsOf)
	} else {
		one, err = s.Gate.Family(ctx, aud, id)
	}
	if err != nil {
		return nil, err
	}
	return GetFamily200JSONResponse(family(one)), nil
}

// GetFamilyUsage answers GET /api/v1/families/{id}/usage.
func (s *Server) GetFamilyUsage(ctx context.Context, r GetFamilyUsageRequestObject) (GetFamilyUsageResponseObject, error) {
	by := "month"
	if r.Params.By != nil {
		by = string(*r.Params.By)
	}
	u, err := s.usage(ctx, household.FamilyID(r.Id), by, r.Params.From, r.Params.To)
	if err != nil {
		return nil, err
	}
	return GetFamilyUsage200JSONResponse{UsageJSONResponse(u)}, nil
}

// GetMyUsage answers GET /api/v1/me/usage.
func (s *Server) GetMyUsage(ctx context.Context, r GetMyUsageRequestObject) (GetMyUsageResponseObject, error) {
	by := "day"
	if r.Params.By != nil {
		by = string(*r.Params.By)
	}
	u, err := s.usage(ctx, callerOf(ctx).audience.Family(), by, r.Params.From, r.Params.To)
	if err != nil {
		return nil, err
	}
	return GetMyUsage200JSONResponse{UsageJSONResponse(u)}, nil
}

// usage asks for a period; what is missing of it ends tomorrow and is as long as
// fits its parts.
func (s *Server) usage(ctx context.Context, id household.FamilyID, by string, from, to *openapi_types.Date) (Usage, error) {
	q := disclosure.UsageQuery{By: by, To: energy.DayOf(s.World(), s.Zone).Add(1)}
	if to != nil {
		q.To = energy.DayOf(to.Time, time.UTC)
	}
	switch {
	case from != nil:
		q.From = energy.DayOf(from.Time, time.UTC)
	case by == "slot":
		q.From = q.To.Add(-1)
	case by == "year":
		q.From = energy.Day{Year: q.To.Year - 10, Month: time.January, Date: 1}
	case by == "month":
		q.From = energy.DayOf(time.Date(q.To.Year-1, q.To.Month, 1, 0, 0, 0, 0, time.UTC), time.UTC)
	default:
		q.From = q.To.Add(-30)
	}
	u, err := s.Gate.Usage(ctx, callerOf(ctx).audience, id, q)
	if err != nil {
		return Usage{}, err
	}
	kept, err := s.Gate.Kept(ctx)
	if err != nil {
		return Usage{}, err
	}
	out := usage(u, q)
	first := kept.Days
	if by == "slot" {
		first = kept.HalfHours
	}
	if !kept.At.IsZero() && q.From.Before(first) {
		out.KeptFrom = new(date(first))
	}
	return out, nil
}

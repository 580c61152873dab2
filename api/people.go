package api

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"

	"foyer/internal/household"
)

// ListHouseholds answers GET /api/v1/households.
func (s *Server) ListHouseholds(ctx context.Context, r ListHouseholdsRequestObject) (ListHouseholdsResponseObject, error) {
	limit, cursor, again := paging(r.Params.Limit, r.Params.Cursor)
	page, err := s.Gate.Households(ctx, callerOf(ctx).audience, limit, cursor)
	if err != nil {
		return nil, err
	}
	out := ListHouseholds200JSONResponse{Body: HouseholdList{Items: []Household{}, NextCursor: next(page.Next)}}
	for _, h := range page.Households {
		one := Household{
			Id: string(h.Family.ID), Label: h.Family.Label, Language: h.Family.Language, Since: h.Family.Since.UTC(),
			Phones: h.Phones, CaseLoad: []Helper{},
		}
		for _, x := range h.CaseLoad {
			one.CaseLoad = append(one.CaseLoad, Helper{Id: x.ID, Staff: Person{Id: x.Staff, Name: x.StaffName}, From: x.From.UTC()})
		}
		out.Body.Items = append(out.Body.Items, one)
	}
	if page.Next != "" {
		out.Headers.Link = new(onward("/api/v1/households", again, page.Next))
	}
	return out, nil
}

// paging reads what a list asks of its page, and how to ask for the next one.
func paging(limit *int, cursor *string) (int, string, url.Values) {
	n, at, again := 0, "", url.Values{}
	if limit != nil {
		n = *limit
		again.Set("limit", strconv.Itoa(n))
	}
	if cursor != nil {
		at = *cursor
	}
	return n, at, again
}

// DisconnectPhones answers POST /api/v1/households/{id}/disconnect.
func (s *Server) DisconnectPhones(ctx context.Context, r DisconnectPhonesRequestObject) (DisconnectPhonesResponseObject, error) {
	if err := s.Gate.Disconnect(ctx, callerOf(ctx).audience, household.FamilyID(r.Id)); err != nil {
		return nil, err
	}
	return DisconnectPhones204Response{}, nil
}

// ListStaff answers GET /api/v1/staff.
func (s *Server) ListStaff(ctx context.Context, _ ListStaffRequestObject) (ListStaffResponseObject, error) {
	all, err := s.Accounts.Colleagues(ctx, callerOf(ctx).audience.Pilot())
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b household.Staff) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	out := ListStaff200JSONResponse{Items: []StaffMember{}, NextCursor: next("")}
	for _, one := range all {
		out.Items = append(out.Items, StaffMember{Id: one.ID, Name: one.Name, Role: StaffMemberRole(one.Role), SecondFactor: one.SecondFactor})
	}
	return out, nil
}

// ListCaseLoads answers GET /api/v1/case-load.
func (s *Server) ListCaseLoads(ctx context.Context, r ListCaseLoadsRequestObject) (ListCaseLoadsResponseObject, error) {
	limit, cursor, again := paging(r.Params.Limit, r.Params.Cursor)
	page, err := s.Gate.CaseLoads(ctx, callerOf(ctx).audience, limit, cursor)
	if err != nil {
		return nil, err
	}
	out := ListCaseLoads200JSONResponse{Body: AssignmentList{Items: []Assignment{}, NextCursor: next(page.Next)}}
	for _, x := range page.Assignments {
		out.Body.Items = append(out.Body.Items, assignment(x))
	}
	if page.Next != "" {
		out.Headers.Link = new(onward("/api/v1/case-load", again, page.Next))
	}
	return out, nil
}

// AssignFamily answers POST /api/v1/case-load.
func (s *Server) AssignFamily(ctx context.Context, r AssignFamilyRequestObject) (AssignFamilyResponseObject, error) {
	x, fresh, err := s.Gate.Assign(ctx, callerOf(ctx).audience, household.FamilyID(r.Body.Family), r.Body.Staff)
	if err != nil {
		return nil, err
	}
	where := "/api/v1/case-load/" + url.PathEscape(x.ID)
	if !fresh {
		return AssignFamily200JSONResponse{Body: assignment(x), Headers: AssignFamily200ResponseHeaders{ContentLocation: &where}}, nil
	}
	return AssignFamily201JSONResponse{Body: assignment(x), Headers: AssignFamily201ResponseHeaders{Location: &where}}, nil
}

// GetAssignment answers GET /api/v1/case-load/{id}.
func (s *Server) GetAssignment(ctx context.Context, r GetAssignmentRequestObject) (GetAssignmentResponseObject, error) {
	x, err := s.Gate.Assignment(ctx, callerOf(ctx).audience, r.Id)
	if err != nil {
		return nil, err
	}
	return GetAssignment200JSONResponse{AssignmentJSONResponse(assignment(x))}, nil
}

// EndAssignment answers POST /api/v1/case-load/{id}/end.
func (s *Server) EndAssignment(ctx context.Context, r EndAssignmentRequestObject) (EndAssignmentResponseObject, error) {
	x, err := s.Gate.EndAssignment(ctx, callerOf(ctx).audience, r.Id)
	if err != nil {
		return nil, err
	}
	return EndAssignment200JSONResponse{AssignmentJSONResponse(assignment(x))}, nil
}

func assignment(x household.Assignment) Assignment {
	return Assignment{
		Id: x.ID, Family: NamedFamily{Id: string(x.Family), Label: x.Label}, Staff: Person{Id: x.Staff, Name: x.StaffName},
		From: x.From.UTC(), To: instant(x.To), By: some(x.By), EndedBy: some(x.EndedBy),
	}
}

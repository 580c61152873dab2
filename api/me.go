package api

import (
	"context"

	"foyer/internal/permission"
)

// GetMe answers GET /api/v1/me.
func (s *Server) GetMe(ctx context.Context, _ GetMeRequestObject) (GetMeResponseObject, error) {
	aud := callerOf(ctx).audience
	out := GetMe200JSONResponse{
		Id: aud.Subject(), Role: MeRole(aud.Role()), Name: some(aud.Name()), Pilot: aud.Pilot(),
		Scopes: []string{}, Permissions: []Permission{},
	}
	for _, scope := range aud.Scopes() {
		out.Scopes = append(out.Scopes, string(scope))
	}
	for _, rule := range permission.Table {
		if reach := rule.For(aud.Role(), aud.Scopes()); reach != permission.Denied && !rule.Open() {
			out.Permissions = append(out.Permissions, Permission{Route: rule.Route, Reach: Reach(reach)})
		}
	}
	return out, nil
}

package api

import "context"

// ListConflicts answers GET /api/v1/conflicts.
func (s *Server) ListConflicts(ctx context.Context, _ ListConflictsRequestObject) (ListConflictsResponseObject, error) {
	all, err := s.Gate.Conflicts(ctx, callerOf(ctx).audience)
	if err != nil {
		return nil, err
	}
	out := ListConflicts200JSONResponse{Items: []Conflict{}}
	for _, c := range all {
		out.Items = append(out.Items, Conflict{
			Meter: string(c.Meter), Gateway: c.Gateway, Register: string(c.Register), At: c.At, SeenAt: c.Seen,
		})
	}
	return out, nil
}

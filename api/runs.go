package api

import (
	"context"
	"net/url"
	"strconv"

	"foyer/internal/disclosure"
)

// ListRuns answers GET /api/v1/runs.
func (s *Server) ListRuns(ctx context.Context, r ListRunsRequestObject) (ListRunsResponseObject, error) {
	var q disclosure.RunQuery
	again := url.Values{}
	if r.Params.Job != nil {
		q.Job = string(*r.Params.Job)
		again.Set("job", q.Job)
	}
	if r.Params.Limit != nil {
		q.Limit = *r.Params.Limit
		again.Set("limit", strconv.Itoa(q.Limit))
	}
	if r.Params.Cursor != nil {
		q.Cursor = *r.Params.Cursor
	}
	page, err := s.Gate.Runs(ctx, callerOf(ctx).audience, q)
	if err != nil {
		return nil, err
	}
	out := ListRuns200JSONResponse{Body: RunList{Items: []Run{}, NextCursor: next(page.Next)}}
	for _, one := range page.Runs {
		out.Body.Items = append(out.Body.Items, Run{
			Id: one.ID, Job: Job(one.Job), StartedAt: one.Started.UTC(), EndedAt: instant(one.Finished),
			Done: one.Done, Failed: one.Failed, Error: some(RunError(one.Fault)),
		})
	}
	if page.Next != "" {
		out.Headers.Link = new(onward("/api/v1/runs", again, page.Next))
	}
	return out, nil
}

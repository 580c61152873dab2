package api

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/text"
)

// ListAlerts answers GET /api/v1/alerts.
func (s *Server) ListAlerts(ctx context.Context, r ListAlertsRequestObject) (ListAlertsResponseObject, error) {
	q := disclosure.AlertQuery{}
	if r.Params.Limit != nil {
		q.Limit = *r.Params.Limit
	}
	if r.Params.Cursor != nil {
		q.Cursor = *r.Params.Cursor
	}
	if r.Params.State != nil {
		q.States = []household.AlertState{}
		for _, state := range *r.Params.State {
			q.States = append(q.States, household.AlertState(state))
		}
	}
	page, err := s.Gate.Alerts(ctx, callerOf(ctx).audience, q)
	if err != nil {
		return nil, err
	}
	out := ListAlerts200JSONResponse{Body: AlertList{Items: []Alert{}, NextCursor: next(page.Next)}}
	for _, a := range page.Alerts {
		one, err := alert(a, s.language(r.Params.AcceptLanguage), s.now())
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, one)
	}
	if page.Next != "" {
		out.Headers.Link = new(link(r.Params, page.Next))
	}
	return out, nil
}

// link leads to the next page, RFC 8288.
func link(p ListAlertsParams, cursor string) string {
	q := url.Values{}
	if p.Limit != nil {
		q.Set("limit", strconv.Itoa(*p.Limit))
	}
	if p.State != nil {
		var states []string
		for _, s := range *p.State {
			states = append(states, string(s))
		}
		q.Set("state", strings.Join(states, ","))
	}
	return onward("/api/v1/alerts", q, cursor)
}

// onward leads to the page of a list at a cursor, asked for as this one was.
func onward(path string, q url.Values, cursor string) string {
	q.Set("cursor", cursor)
	return "<" + path + "?" + q.Encode() + `>; rel="next"`
}

// GetAlert answers GET /api/v1/alerts/{id}.
func (s *Server) GetAlert(ctx context.Context, r GetAlertRequestObject) (GetAlertResponseObject, error) {
	a, err := s.Gate.Alert(ctx, callerOf(ctx).audience, r.Id)
	if err != nil {
		return nil, err
	}
	out, err := s.alert(a, r.Params.AcceptLanguage)
	return GetAlert200JSONResponse{out}, err
}

// AcknowledgeAlert answers POST /api/v1/alerts/{id}/acknowledge.
func (s *Server) AcknowledgeAlert(ctx context.Context, r AcknowledgeAlertRequestObject) (AcknowledgeAlertResponseObject, error) {
	version, err := ifMatch(r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	a, err := s.Gate.Acknowledge(ctx, callerOf(ctx).audience, r.Id, version)
	if err != nil {
		return nil, err
	}
	out, err := s.alert(a, r.Params.AcceptLanguage)
	return AcknowledgeAlert200JSONResponse{out}, err
}

// ResolveAlert answers POST /api/v1/alerts/{id}/resolve.
func (s *Server) ResolveAlert(ctx context.Context, r ResolveAlertRequestObject) (ResolveAlertResponseObject, error) {
	version, err := ifMatch(r.Params.IfMatch)
	if err != nil {
		return nil, err
	}
	note := ""
	if r.Body.Note != nil {
		note = *r.Body.Note
	}
	a, err := s.Gate.Resolve(ctx, callerOf(ctx).audience, r.Id, version, string(r.Body.Outcome), note)
	if err != nil {
		return nil, err
	}
	out, err := s.alert(a, r.Params.AcceptLanguage)
	return ResolveAlert200JSONResponse{out}, err
}

// ifMatch reads the version a change is meant for. Only one strong tag of ours
// reads; "*" would let two people overwrite each other.
func ifMatch(header *string) (int64, error) {
	if header == nil {
		return 0, failure{kind: kindConditional}
	}
	number, ok := strings.CutPrefix(strings.TrimSpace(*header), `"`)
	number, closed := strings.CutSuffix(number, `"`)
	version, err := strconv.ParseInt(number, 10, 64)
	if !ok || !closed || err != nil {
		return 0, invalid("/header/if-match", `send the ETag of the alert, "3"`)
	}
	return version, nil
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

func (s *Server) alert(a disclosure.Alert, wish *string) (AlertJSONResponse, error) {
	body, err := alert(a, s.language(wish), s.now())
	if err != nil {
		return AlertJSONResponse{}, err
	}
	return AlertJSONResponse{Body: body, Headers: AlertResponseHeaders{ETag: new(etag(a.Version))}}, nil
}

func (s *Server) language(wish *string) *text.Language {
	if wish == nil {
		return s.Texts.In("")
	}
	return s.Texts.In(*wish)
}

// now is the world's present where the console is.
func (s *Server) now() time.Time { return s.World().In(s.Zone) }

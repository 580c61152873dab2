package api

import (
	"context"
	"net/url"
	"strconv"

	"foyer/internal/disclosure"
	"foyer/internal/energy"
	"foyer/internal/household"
)

// ListLedger answers GET /api/v1/ledger.
func (s *Server) ListLedger(ctx context.Context, r ListLedgerRequestObject) (ListLedgerResponseObject, error) {
	p := r.Params
	again := onwardQuery(p.Meter, p.Gateway, p.Limit)
	q := disclosure.LedgerQuery{Meter: energy.MeterID(given(p.Meter)), Gateway: given(p.Gateway), Limit: given(p.Limit), Cursor: given(p.Cursor)}
	if p.Day != nil {
		q.Day = energy.Day{Year: p.Day.Year(), Month: p.Day.Month(), Date: p.Day.Day()}
		again.Set("day", q.Day.String())
	}
	page, err := s.Gate.Ledger(ctx, callerOf(ctx).audience, q)
	if err != nil {
		return nil, err
	}
	out := LedgerList{Items: []LedgerDay{}, NextCursor: next(page.Next)}
	for _, l := range page.Days {
		out.Items = append(out.Items, ledgerDay(l))
	}
	tag, err := strongTag(out)
	if err != nil {
		return nil, err
	}
	if p.IfNoneMatch != nil && matches(*p.IfNoneMatch, tag) {
		return ListLedger304Response{Headers: NotModifiedResponseHeaders{ETag: &tag}}, nil
	}
	headers := ListLedger200ResponseHeaders{ETag: &tag}
	if page.Next != "" {
		headers.Link = new(onward("/api/v1/ledger", again, page.Next))
	}
	return ListLedger200JSONResponse{Body: out, Headers: headers}, nil
}

func ledgerDay(l household.LedgerDay) LedgerDay {
	t := l.Tally
	d := LedgerDay{
		Day: date(l.Day), Gateway: some(l.Gateway), Meter: some(string(l.Meter)), Received: t.Received(),
		Counts: LedgerCounts{
			Stored: t[energy.FateStored], Late: t[energy.FateLate], Duplicate: t[energy.FateDuplicate], Repeated: t[energy.FateRepeated],
			Conflict: t[energy.FateConflict], Second: t[energy.FateSecond], Held: t[energy.FateHeld], Expired: t[energy.FateExpired],
			Stopped: t[energy.FateStopped], Ignored: t[energy.FateIgnored], Ageless: t[energy.FateAgeless], Rejected: t[energy.FateRejected],
			Quarantined: t[energy.FateQuarantined], Uncounted: t[energy.FateUncounted],
		},
	}
	if l.Looked {
		d.Heard = new(l.Heard)
	}
	if l.Every > 0 {
		d.Expected, d.Missing, d.EveryS = new(l.Heard+l.Missing), new(l.Missing), new(l.Every.Seconds())
	}
	return d
}

// ListGaps answers GET /api/v1/gaps.
func (s *Server) ListGaps(ctx context.Context, r ListGapsRequestObject) (ListGapsResponseObject, error) {
	p := r.Params
	page, err := s.Gate.Gaps(ctx, callerOf(ctx).audience, disclosure.GapQuery{
		Meter: energy.MeterID(given(p.Meter)), Gateway: given(p.Gateway), Limit: given(p.Limit), Cursor: given(p.Cursor),
	})
	if err != nil {
		return nil, err
	}
	out := GapList{Items: []Gap{}, NextCursor: next(page.Next)}
	for _, g := range page.Gaps {
		out.Items = append(out.Items, Gap{
			Meter: string(g.Meter), Gateway: g.Gateway, From: g.From.UTC(), To: instant(g.To), Missing: g.Missing, EveryS: g.Every.Seconds(),
		})
	}
	tag, err := strongTag(out)
	if err != nil {
		return nil, err
	}
	if p.IfNoneMatch != nil && matches(*p.IfNoneMatch, tag) {
		return ListGaps304Response{Headers: NotModifiedResponseHeaders{ETag: &tag}}, nil
	}
	headers := ListGaps200ResponseHeaders{ETag: &tag}
	if page.Next != "" {
		headers.Link = new(onward("/api/v1/gaps", onwardQuery(p.Meter, p.Gateway, p.Limit), page.Next))
	}
	return ListGaps200JSONResponse{Body: out, Headers: headers}, nil
}

// onwardQuery repeats for the next page what a list of meters was asked for.
func onwardQuery(meter, gateway *string, limit *int) url.Values {
	again := url.Values{}
	if meter != nil {
		again.Set("meter", *meter)
	}
	if gateway != nil {
		again.Set("gateway", *gateway)
	}
	if limit != nil {
		again.Set("limit", strconv.Itoa(*limit))
	}
	return again
}

// given returns what a parameter says, the zero value when it is absent.
func given[T any](v *T) (none T) {
	if v == nil {
		return none
	}
	return *v
}

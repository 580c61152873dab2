package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"foyer/internal/charter"
	"foyer/internal/energy"
)

// GetCharter answers GET /api/v1/charter.
func (s *Server) GetCharter(ctx context.Context, r GetCharterRequestObject) (GetCharterResponseObject, error) {
	book, err := s.Gate.Charter(ctx)
	if err != nil {
		return nil, err
	}
	kept, err := s.Gate.Kept(ctx)
	if err != nil {
		return nil, err
	}
	now := book.At(s.Now())
	out := Charter{Parameters: []CharterParameter{}, Alerts: []CharterRule{}, Changes: []CharterChange{}}
	for _, p := range charter.Parameters {
		x := now.Get(p.Name)
		one := CharterParameter{
			Name: p.Name, Value: x.Value, Unit: some(CharterParameterUnit(p.Unit)), Default: p.Default, Since: instant(x.From), By: some(x.By), Why: some(x.Why),
		}
		if first, removed := kept.Kept(p.Name); removed && first != (energy.Day{}) {
			one.KeptFrom, one.RemovedAt = new(date(first)), instant(kept.At)
		}
		out.Parameters = append(out.Parameters, one)
	}
	for _, x := range now.Rules() {
		_, rule, _ := strings.Cut(x.Name, ".")
		out.Alerts = append(out.Alerts, CharterRule{Rule: rule, Thresholds: x.Value, Since: x.From.UTC()})
	}
	for _, x := range slices.Backward(book) {
		out.Changes = append(out.Changes, CharterChange{Name: x.Name, Value: x.Value, From: x.From.UTC(), SaidAt: x.At.UTC(), By: x.By, Why: x.Why})
	}
	tag, err := strongTag(out)
	if err != nil {
		return nil, err
	}
	if r.Params.IfNoneMatch != nil && matches(*r.Params.IfNoneMatch, tag) {
		return GetCharter304Response{Headers: GetCharter304ResponseHeaders{ETag: &tag}}, nil
	}
	return GetCharter200JSONResponse{Body: out, Headers: GetCharter200ResponseHeaders{ETag: &tag}}, nil
}

// strongTag returns the ETag of an answer: a digest of what it says.
func strongTag(body any) (string, error) {
	b, err := json.Marshal(body)
	sum := sha256.Sum256(b)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, err
}

// matches reports whether an If-None-Match names a tag.
//
// Source: RFC 9110, section 13.1.2: a list compared weakly, or "*".
func matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == tag {
			return true
		}
	}
	return false
}

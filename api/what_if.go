package api

import (
	"context"

	"foyer/internal/disclosure"
)

// GetMyWhatIf answers GET /api/v1/me/what-if.
func (s *Server) GetMyWhatIf(ctx context.Context, r GetMyWhatIfRequestObject) (GetMyWhatIfResponseObject, error) {
	aud := callerOf(ctx).audience
	var w disclosure.WhatIf
	var err error
	if r.Params.AsOf != nil {
		w, err = s.Gate.WhatIfAsOf(ctx, aud, *r.Params.AsOf)
	} else {
		w, err = s.Gate.WhatIf(ctx, aud)
	}
	if err != nil {
		return nil, err
	}
	out := WhatIf{Family: string(w.Family), From: date(w.From), To: date(w.To), Tariffs: []OtherTariff{}}
	for _, y := range w.Tariffs {
		out.Tariffs = append(out.Tariffs, otherTariff(y))
	}
	tag, err := strongTag(out)
	if err != nil {
		return nil, err
	}
	if r.Params.IfNoneMatch != nil && matches(*r.Params.IfNoneMatch, tag) {
		return GetMyWhatIf304Response{Headers: NotModifiedResponseHeaders{ETag: &tag}}, nil
	}
	return GetMyWhatIf200JSONResponse{Body: out, Headers: GetMyWhatIf200ResponseHeaders{ETag: &tag}}, nil
}

func otherTariff(y disclosure.OtherYear) OtherTariff {
	out := OtherTariff{
		Fuel: Fuel(y.Fuel), Own: y.Own, Tariff: y.Tariff, Coverage: DayCoverage{KnownDays: y.Known, ElapsedDays: y.Of},
		OwnCostEur: cents(y.OwnCost), CostEur: cents(y.Cost), Estimated: y.Estimated, Lacks: []OtherTariffLacks{},
	}
	if y.Cost != nil && y.OwnCost != nil {
		out.DifferenceEur = new((*y.Cost - *y.OwnCost).String())
	}
	for _, l := range y.Lacks {
		out.Lacks = append(out.Lacks, OtherTariffLacks(l))
	}
	return out
}

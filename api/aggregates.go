package api

import (
	"context"

	"foyer/internal/household"
)

// GetAggregates answers GET /api/v1/aggregates.
func (s *Server) GetAggregates(ctx context.Context, r GetAggregatesRequestObject) (GetAggregatesResponseObject, error) {
	t, err := s.Gate.Aggregates(ctx, callerOf(ctx).audience, given(r.Params.Year))
	if err != nil {
		return nil, err
	}
	out := Aggregates{Year: t.Year, Withheld: t.Withheld, Figures: []AggregateFigure{}}
	if !t.Withheld {
		out.CountedAt, out.Homes = instant(t.At), &t.Homes
	}
	for _, f := range t.Figures {
		out.Figures = append(out.Figures, aggregateFigure(f))
	}
	tag, err := strongTag(out)
	if err != nil {
		return nil, err
	}
	if p := r.Params.IfNoneMatch; p != nil && matches(*p, tag) {
		return GetAggregates304Response{Headers: NotModifiedResponseHeaders{ETag: &tag}}, nil
	}
	return GetAggregates200JSONResponse{Body: out, Headers: GetAggregates200ResponseHeaders{ETag: &tag}}, nil
}

func aggregateFigure(f household.SeenFigure) AggregateFigure {
	one := AggregateFigure{Figure: f.Figure, Part: AggregateFigurePart(f.Part), Withheld: f.Withheld}
	if f.Withheld {
		return one
	}
	one.Homes, one.SeenPercent, one.Estimated = &f.Known, &f.Seen, &f.Estimated
	one.Flagged, one.FlaggedPercent, one.Value = f.Flagged, f.Percent, some(f.Value)
	if f.Value != "" {
		one.Unit = &f.Unit
	}
	return one
}

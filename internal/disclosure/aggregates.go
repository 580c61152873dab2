package disclosure

import (
	"context"
	"errors"
	"strconv"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
)

// ErrYear refuses a year that is not over.
var ErrYear = errors.New("year is not over")

// An Aggregates store reads what the homes of a pilot come to together, and writes the
// access down for each that is counted, in one transaction.
type Aggregates interface {
	Aggregates(ctx context.Context, a consent.Access, year int) (household.AggregateSheet, error)
}

// Together is what the homes of a pilot come to together over a calendar year. Every count
// is rounded to 5.
type Together struct {
	Year     int
	Last     int       // newest year that can be asked for
	At       time.Time // world clock, when it was counted; zero when nothing of it may be seen
	Homes    int       // that are counted
	Figures  []household.SeenFigure
	Withheld bool // nothing of it may be seen: it was not counted, of too few homes, or one of them left
}

// Aggregates returns what the homes of the reader's pilot come to together over a year that
// is over, the last one for 0. It returns [ErrWithheld] to who may not see any, and [ErrYear]
// for one that is not over. Nobody can tell why a year or a figure is withheld.
func (g *Gate) Aggregates(ctx context.Context, aud Audience, year int) (Together, error) {
	t, err := g.aggregates(ctx, aud, year)
	return t, g.metrics.count(viewAggregates, err)
}

func (g *Gate) aggregates(ctx context.Context, aud Audience, year int) (Together, error) {
	if !aud.May("GET /api/v1/aggregates") {
		return Together{}, ErrWithheld
	}
	today, _, err := g.today(aud)
	if err != nil {
		return Together{}, err
	}
	last := today.Year - 1
	if year == 0 {
		year = last
	}
	if year > last {
		return Together{}, ErrYear
	}
	// Everybody may see the total: so it was asked.
	reader := aud.reader
	reader.Recipient = consent.ToPublic
	a := consent.Access{Reader: reader, Purpose: consent.OpenStatistics, View: viewAggregates + "_" + strconv.Itoa(year)}
	s, err := g.store.Aggregates(ctx, a, year)
	if err != nil {
		return Together{}, err
	}
	return Together{Year: year, Last: last, At: s.At, Homes: s.Homes, Figures: s.Figures, Withheld: len(s.Figures) == 0}, nil
}

// Package scorecard adds up points that people agreed on, so that the family that
// needs a call most comes first, says why, and audits whether groups are treated
// alike. Nothing in it is learned from data.
//
// A score is a reason to call, never a decision; it knows no family.
package scorecard

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// ErrCard refuses a card that does not give points to every value.
var ErrCard = errors.New("the card does not give points to every value")

// A Card lists what counts, and how much.
type Card []Characteristic

// A Characteristic gives points to a feature by the bin that its value is in.
type Characteristic struct {
	Code    string // of the reason, "TEE"
	Feature string
	Bins    []Bin           // from the lowest on; the last has no end
	Missing decimal.Decimal // points when the feature is not known
}

// A Bin holds the values below its end, which is not included.
type Bin struct {
	End    *decimal.Decimal // nil: no end
	Points decimal.Decimal
}

// A Band is a range of scores, from a score on.
type Band struct {
	Name string
	From decimal.Decimal
}

// lowest is the band of a score that reaches no other.
const lowest = "low"

// A Contribution is what a characteristic added.
type Contribution struct {
	Code    string
	Points  decimal.Decimal
	Missing bool // the feature was not known
}

// A Score is a sum of points and where it comes from.
type Score struct {
	Points        decimal.Decimal
	Band          string
	Reasons       []string       // the codes that added most, at most three, none that added nothing
	Contributions []Contribution // the largest first, equal ones by code
}

// mostReasons is how many a person reads.
const mostReasons = 3

// Validate reports a characteristic without a code, a feature or a bin for every value,
// and one that is there twice.
func (c Card) Validate() error {
	seen := map[string]bool{}
	for _, ch := range c {
		if ch.Code == "" || ch.Feature == "" || seen[ch.Code] {
			return fmt.Errorf("code %q, feature %q: want both, and each code once: %w", ch.Code, ch.Feature, ErrCard)
		}
		seen[ch.Code] = true
		last := len(ch.Bins) - 1
		for i, b := range ch.Bins {
			if (b.End == nil) != (i == last) || i > 0 && i < last && !b.End.GreaterThan(*ch.Bins[i-1].End) {
				return fmt.Errorf("%s, bin %d: want ends that rise, and none for the last: %w", ch.Code, i+1, ErrCard)
			}
		}
		if last < 0 {
			return fmt.Errorf("%s: no bin: %w", ch.Code, ErrCard)
		}
	}
	return nil
}

// Score adds up the points of features; one that is not there is not known. The
// error is that of [Card.Validate].
func (c Card) Score(features map[string]decimal.Decimal, bands []Band) (Score, error) {
	if err := c.Validate(); err != nil {
		return Score{}, err
	}
	s := Score{Band: lowest, Reasons: []string{}, Contributions: []Contribution{}}
	for _, ch := range c {
		value, known := features[ch.Feature]
		points := ch.Missing
		if known {
			points = ch.points(value)
		}
		s.Points = s.Points.Add(points)
		s.Contributions = append(s.Contributions, Contribution{ch.Code, points, !known})
	}
	slices.SortFunc(s.Contributions, func(a, b Contribution) int {
		return cmp.Or(b.Points.Cmp(a.Points), strings.Compare(a.Code, b.Code))
	})
	for _, added := range s.Contributions {
		if len(s.Reasons) < mostReasons && added.Points.IsPositive() {
			s.Reasons = append(s.Reasons, added.Code)
		}
	}
	bands = slices.SortedFunc(slices.Values(bands), func(a, b Band) int { return a.From.Cmp(b.From) })
	for _, b := range bands {
		if s.Points.GreaterThanOrEqual(b.From) {
			s.Band = b.Name
		}
	}
	return s, nil
}

func (ch Characteristic) points(value decimal.Decimal) decimal.Decimal {
	for _, b := range ch.Bins[:len(ch.Bins)-1] {
		if value.LessThan(*b.End) {
			return b.Points
		}
	}
	return ch.Bins[len(ch.Bins)-1].Points
}

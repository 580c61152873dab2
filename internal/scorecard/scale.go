package scorecard

import (
	"errors"
	"math"
)

// ErrScale refuses odds that are not above 0.
var ErrScale = errors.New("want odds above 0")

// A Scale turns odds into points: so many points more each time the odds double.
type Scale struct{ Factor, Offset float64 }

// NewScale returns the scale that gives a score to reference odds, and double more
// points each time the odds double.
//
// Source: Siddiqi, Credit Risk Scorecards; factor = PDO/ln 2.
func NewScale(score, odds, double float64) (Scale, error) {
	if odds <= 0 {
		return Scale{}, ErrScale
	}
	factor := double / math.Ln2
	return Scale{factor, score - factor*math.Log(odds)}, nil
}

// Points returns the score of odds.
func (s Scale) Points(odds float64) (float64, error) {
	if odds <= 0 {
		return 0, ErrScale
	}
	return s.Offset + s.Factor*math.Log(odds), nil
}

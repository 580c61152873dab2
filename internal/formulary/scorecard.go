package formulary

import (
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"

	"foyer/internal/formula"
	"foyer/internal/scorecard"
)

type scoreInputs struct {
	Card []struct {
		Code    string      `json:"code"`
		Field   string      `json:"field"`
		Bins    [][]*number `json:"bins"` // end, not included, null for the last; points
		Missing *number     `json:"missing"`
	} `json:"card"`
	Features map[string]*number `json:"features"`
	Bands    map[string]*number `json:"bands"`
}

type scoreResult struct {
	Score         *number        `json:"score"`
	Band          *string        `json:"band"`
	Reasons       []string       `json:"reasons"`
	Contributions []contribution `json:"contributions"`
	Reason        string         `json:"reason,omitempty"` // why there is no score
}

type contribution struct {
	Code   string `json:"code"`
	Points number `json:"points"`
	Basis  string `json:"basis"`
}

type scaleInputs struct {
	Odds      *float64 `json:"odds"`
	Score     *float64 `json:"reference_score"`
	Reference *float64 `json:"reference_odds"`
	Double    *float64 `json:"pdo"`
}

type scaleResult struct {
	Factor *float64 `json:"factor"`
	Offset *float64 `json:"offset"`
	Score  *float64 `json:"score"`
}

type groupsInputs struct {
	Confusion map[string]struct {
		TP *int64 `json:"tp"`
		FP *int64 `json:"fp"`
		FN *int64 `json:"fn"`
		TN *int64 `json:"tn"`
	} `json:"confusion"`
	Smallest *int64 `json:"min_group"`
}

type groupsResult struct {
	Selected    map[string]*number `json:"selection_rate"`
	Impact      *number            `json:"disparate_impact"`
	Passes      *bool              `json:"four_fifths_pass"`
	Found       map[string]*number `json:"tpr"`
	FoundGap    *number            `json:"equal_opportunity_difference"`
	Alarmed     map[string]*number `json:"fpr"`
	AlarmGap    *number            `json:"fpr_difference"`
	PValue      *float64           `json:"p_value"`
	NotReported []string           `json:"not_reported,omitempty"`
	Reason      string             `json:"reason,omitempty"`
}

func init() {
	calculate("points_scorecard", "Foyer: points by bin that people agreed on, explicit points for what is not known, the three largest as reasons", func(in scoreInputs) scoreResult {
		s, err := score(in)
		if err != nil {
			return scoreResult{Reason: err.Error()}
		}
		r := scoreResult{Score: formula.Of(s.Points), Band: &s.Band, Reasons: s.Reasons, Contributions: []contribution{}}
		for _, c := range s.Contributions {
			basis := "value"
			if c.Missing {
				basis = "missing"
			}
			r.Contributions = append(r.Contributions, contribution{c.Code, number{Decimal: c.Points}, basis})
		}
		return r
	})
	calculate("scorecard_scaling", "Siddiqi: factor = PDO/ln 2, offset = score - factor ln odds", func(in scaleInputs) scaleResult {
		if in.Odds == nil || in.Score == nil || in.Reference == nil || in.Double == nil {
			return scaleResult{}
		}
		s, err := scorecard.NewScale(*in.Score, *in.Reference, *in.Double)
		if err != nil {
			return scaleResult{}
		}
		r := scaleResult{Factor: formula.Known(s.Factor), Offset: formula.Known(s.Offset)}
		if points, err := s.Points(*in.Odds); err == nil {
			r.Score = formula.Known(points)
		}
		return r
	})
	calculate("group_fairness",
		"Four-fifths rule; Hardt et al. 2016; two-proportion z test between the groups selected least and most. Nothing is said of a group under 11 homes, where min_group says nothing else", fairness)
}

func score(in scoreInputs) (scorecard.Score, error) {
	var card scorecard.Card
	for _, c := range in.Card {
		if c.Missing == nil {
			return scorecard.Score{}, fmt.Errorf("%s: want points for missing: %w", c.Code, scorecard.ErrCard)
		}
		ch := scorecard.Characteristic{Code: c.Code, Feature: c.Field, Missing: c.Missing.Decimal}
		for _, b := range c.Bins {
			if len(b) != 2 || b[1] == nil {
				return scorecard.Score{}, fmt.Errorf("%s: want an end and points for each bin: %w", c.Code, scorecard.ErrCard)
			}
			bin := scorecard.Bin{Points: b[1].Decimal}
			if b[0] != nil {
				bin.End = &b[0].Decimal
			}
			ch.Bins = append(ch.Bins, bin)
		}
		card = append(card, ch)
	}
	features := map[string]decimal.Decimal{}
	for name, value := range in.Features {
		if value != nil {
			features[name] = value.Decimal
		}
	}
	var bands []scorecard.Band
	for name, from := range in.Bands {
		if from == nil {
			return scorecard.Score{}, fmt.Errorf("band %s: want the score it begins at: %w", name, scorecard.ErrCard)
		}
		bands = append(bands, scorecard.Band{Name: name, From: from.Decimal})
	}
	return card.Score(features, bands)
}

func fairness(in groupsInputs) groupsResult {
	groups := map[string]scorecard.Outcome{}
	for name, c := range in.Confusion {
		if c.TP == nil || c.FP == nil || c.FN == nil || c.TN == nil {
			return groupsResult{Reason: name + ": want tp, fp, fn and tn"}
		}
		groups[name] = scorecard.Outcome{Right: *c.TP, Wrong: *c.FP, Missed: *c.FN, RightlyNot: *c.TN}
	}
	smallest := int64(scorecard.SmallestGroup)
	if in.Smallest != nil {
		smallest = *in.Smallest
	}
	f, err := scorecard.Audit(groups, smallest)
	if err != nil {
		return groupsResult{Reason: err.Error()}
	}
	return groupsResult{
		Selected: rates(f.Selected), Impact: fraction(f.Impact), Passes: f.Passes, Found: rates(f.Found), FoundGap: fraction(f.FoundGap),
		Alarmed: rates(f.Alarmed), AlarmGap: fraction(f.AlarmGap), PValue: f.PValue, NotReported: f.TooFew,
	}
}

func rates(of map[string]*big.Rat) map[string]*number {
	all := map[string]*number{}
	for name, r := range of {
		all[name] = fraction(r)
	}
	return all
}

// fraction writes a fraction to sixteen decimals; nil for nil.
func fraction(r *big.Rat) *number {
	if r == nil {
		return nil
	}
	return formula.Of(decimal.NewFromBigRat(r, 16))
}

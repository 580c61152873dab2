package jobs

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// What was computed of each day that other indicators read.
const (
	absence  = "absence"
	coldness = "cold_day"
)

// A lived holds what was computed of days: the results of this pass, and those that
// were kept before. No reading is read again for it.
type lived struct {
	fresh  []household.Result // of this pass
	absent map[energy.Day]bool
	warm   map[energy.Day]decimal.Decimal
}

// live remembers a result of this pass that others read.
func (s *study) live(r household.Result) {
	if r.Indicator == absence || r.Indicator == coldness {
		s.lived.fresh = append(s.lived.fresh, r)
	}
}

// recall finds out what was computed of the days of [from, to).
func (s *study) recall(ctx context.Context, from, to energy.Day) error {
	if !from.Before(to) {
		return nil
	}
	rows, err := s.planner.store.Newest(ctx, s.home.Family, []string{absence, coldness}, from, to)
	if err != nil {
		return err
	}
	s.lived.absent, s.lived.warm = map[energy.Day]bool{}, map[energy.Day]decimal.Decimal{}
	for _, r := range append(rows, s.lived.fresh...) {
		if r.Indicator == absence {
			delete(s.lived.absent, r.From)
			if r.Value != "" {
				s.lived.absent[r.From] = r.Value != "0"
			}
			continue
		}
		delete(s.lived.warm, r.From)
		var day household.ColdDay
		if r.Value == "" || json.Unmarshal(r.Detail, &day) != nil || day.Mean == nil {
			continue
		}
		if mean, err := decimal.NewFromString(*day.Mean); err == nil {
			s.lived.warm[r.From] = mean
		}
	}
	return nil
}

// told returns the answers of the family that hold before a day.
func (s *study) told(to energy.Day) []household.Answer {
	return slices.DeleteFunc(slices.Clone(s.home.Answers), func(a household.Answer) bool { return !a.Day.Before(to) })
}

// changes returns the days in (from, to) from which on the home, or how many live there,
// is another than before.
func (s *study) changes(from, to energy.Day) (days []energy.Day) {
	for i, d := range s.home.Dwellings {
		if i == 0 || !from.Before(d.From) || !d.From.Before(to) {
			continue
		}
		b := s.home.Dwellings[i-1]
		if b.Persons14 != d.Persons14 || b.PersonsUnder14 != d.PersonsUnder14 || b.AreaM2 != d.AreaM2 {
			days = append(days, d.From)
		}
	}
	return days
}

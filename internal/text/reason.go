package text

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Reason returns the sentence of an alert: the text of a key with its numbers.
//
// The end of a number's name says what it is, and how it is written at now:
//
//	_eur  exact euros              "6,42 €"
//	_c    exact degrees Celsius    "15,8 °C"
//	_h    exact hours              "61 h"
//	_min  exact minutes            "10 min", "24 h" from two hours on
//	_at   instant, UTC milliseconds "hier à 14 h"
//	_day  civil date, 2026-11-25   "mercredi 25 novembre"
//
// Another value that is a number is written as one, the rest stands as it is.
func (l *Language) Reason(key string, args map[string]string, now time.Time) (string, error) {
	pairs := make([]any, 0, 2*len(args))
	for name, value := range args {
		s, err := l.argument(name, value, now)
		if err != nil {
			return "", fmt.Errorf("reason %s: %w", key, err)
		}
		pairs = append(pairs, name, s)
	}
	return l.T(key, pairs...)
}

func (l *Language) argument(name, value string, now time.Time) (string, error) {
	_, unit, _ := cutLast(name, "_")
	switch unit {
	case "eur":
		return l.Fixed(value, 2) + Unbreakable + "€", nil
	case "c":
		return l.Number(value, 1) + Unbreakable + "°C", nil
	case "h":
		return l.Number(value, 0) + Unbreakable + "h", nil
	case "min":
		return l.minutes(value), nil
	case "at":
		ms, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return "", fmt.Errorf("instant %s: %w", name, err)
		}
		return l.When(time.UnixMilli(ms), now)
	case "day":
		t, err := time.ParseInLocation(time.DateOnly, value, now.Location())
		if err != nil {
			return "", fmt.Errorf("date %s: %w", name, err)
		}
		return l.DayMonth(t)
	}
	return l.Number(value, 2), nil
}

// minutes writes exact minutes, in whole hours from two hours on.
func (l *Language) minutes(exact string) string {
	d, err := decimal.NewFromString(exact)
	if err != nil || d.LessThan(decimal.NewFromInt(120)) {
		return l.Number(exact, 0) + Unbreakable + "min"
	}
	return l.decimal(d.Div(decimal.NewFromInt(60)), 0) + Unbreakable + "h"
}

// cutLast cuts s at the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

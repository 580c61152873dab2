package consent

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Limits are what a narrowing leaves of what holds. A zero field limits nothing.
type Limits struct {
	// What is narrowed; the rest stays as it is.
	Purpose   Purpose
	Recipient Recipient
	Category  Category

	// What may stay of it.
	Recipients []Recipient
	Categories []Category
	Finest     Granularity
	DataFrom   time.Time
	DataTo     time.Time
	Expires    time.Time
}

// of returns what limits leave of a grant; false for nothing.
func (l Limits) of(g Grant) (Grant, bool) {
	if l.Purpose != "" && l.Purpose != g.Scope.Purpose ||
		l.Recipient != "" && l.Recipient != g.Scope.Recipient ||
		l.Category != "" && l.Category != g.Scope.Category {
		return g, true
	}
	if l.Recipients != nil && !slices.Contains(l.Recipients, g.Scope.Recipient) ||
		l.Categories != nil && !slices.Contains(l.Categories, g.Scope.Category) {
		return g, false
	}
	if l.Finest != 0 && g.Scope.Granularity > l.Finest {
		g.Scope.Granularity = l.Finest
	}
	if l.DataFrom.After(g.DataFrom) {
		g.DataFrom = l.DataFrom
	}
	if !l.DataTo.IsZero() && l.DataTo.Before(g.DataTo) {
		g.DataTo = l.DataTo
	}
	if !l.Expires.IsZero() && l.Expires.Before(g.Expires) {
		g.Expires = l.Expires
	}
	return g, g.DataFrom.Before(g.DataTo)
}

// Validate reports limits that limit nothing, are made of unknown words or leave
// no data.
func (l Limits) Validate() error {
	switch {
	case l.Recipients == nil && l.Categories == nil && l.Finest == 0 && l.DataFrom.IsZero() && l.DataTo.IsZero() && l.Expires.IsZero():
		return errors.New("a narrowing says what may stay: recipients, categories, a granularity, a period or an end")
	case l.Purpose != "" && !slices.Contains(Purposes, l.Purpose):
		return fmt.Errorf("unknown purpose %q", l.Purpose)
	case l.Finest < 0 || l.Finest > HalfHourly:
		return fmt.Errorf("unknown %s", l.Finest)
	case !l.DataTo.IsZero() && !l.DataFrom.Before(l.DataTo):
		return errors.New("the data that may stay ends before it begins")
	}
	for _, r := range append([]Recipient{l.Recipient}, l.Recipients...) {
		if r != "" && !slices.Contains(Recipients, r) {
			return fmt.Errorf("unknown recipient %q", r)
		}
	}
	for _, c := range append([]Category{l.Category}, l.Categories...) {
		if c != "" && !slices.Contains(Categories, c) {
			return fmt.Errorf("unknown category %q", c)
		}
	}
	return nil
}

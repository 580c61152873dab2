package disclosure

import (
	"slices"
	"strings"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Page returns m with at most limit amounts and bills, 1 to 200, 50 for 0: those of the
// newest days after a cursor, a bill before the amounts of its month. The accounts stand on
// every page. next is "" at the end. It returns [ErrCursor] for a cursor nobody gave out.
func (m Money) Page(limit int, cursor string) (page Money, next string, err error) {
	after, err := parseMoneyCursor(cursor)
	if err != nil {
		return Money{}, "", err
	}
	var keys []string
	for _, e := range m.Amounts {
		keys = append(keys, keyOfAmount(e))
	}
	for _, b := range m.Bills {
		keys = append(keys, keyOfBill(b))
	}
	keys = slices.DeleteFunc(keys, func(k string) bool { return after != "" && k >= after })
	slices.SortFunc(keys, func(a, b string) int { return strings.Compare(b, a) })
	last := ""
	if limit = pageOf(limit); len(keys) > limit {
		last = keys[limit-1]
		next = cursorAt("money", last)
	}
	wanted := func(k string) bool { return (after == "" || k < after) && k >= last }
	page = m
	page.Amounts, page.Bills = nil, nil
	for _, e := range m.Amounts {
		if wanted(keyOfAmount(e)) {
			page.Amounts = append(page.Amounts, e)
		}
	}
	for _, b := range m.Bills {
		if wanted(keyOfBill(b)) {
			page.Bills = append(page.Bills, b)
		}
	}
	return page, next, nil
}

// The order of a page: keys of later days are greater, of a bill greater than those of
// the days of its month.
func keyOfAmount(e household.Told) string { return e.Day.String() + e.ID }
func keyOfBill(b Bill) string             { return b.Month + "-~~" }

// parseMoneyCursor returns the key after which a page begins, "" for the first.
func parseMoneyCursor(s string) (string, error) {
	key, err := idAt("money", s)
	if err != nil || key == "" {
		return "", err
	}
	if len(key) < len("2006-01-02") {
		return "", ErrCursor
	}
	day := key[:len("2006-01-02")]
	if _, err := energy.ParseDay(strings.Replace(day, "~~", "01", 1)); err != nil {
		return "", ErrCursor
	}
	return key, nil
}

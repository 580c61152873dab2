package disclosure

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// pageOf returns how many items a page has that was asked for with a limit.
func pageOf(limit int) int {
	if limit <= 0 {
		return 50
	}
	return min(limit, 200)
}

// cursorAt names the item of a list after which a page begins, by what orders the list.
func cursorAt(list string, item ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(list + "\x00" + strings.Join(item, "\x00")))
}

// itemAt returns the n parts of an item of [cursorAt], and [ErrCursor] for what it gave
// out for no item of that list.
func itemAt(list, cursor string, n int) ([]string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	parts := strings.Split(string(raw), "\x00")
	if err != nil || len(parts) != n+1 || parts[0] != list {
		return nil, ErrCursor
	}
	return parts[1:], nil
}

// numberAt is [itemAt] for a list in order of numbers from 1 on.
func numberAt(list, cursor string) (int64, error) {
	parts, err := itemAt(list, cursor, 1)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || n < 1 {
		return 0, ErrCursor
	}
	return n, nil
}

// idAt is [itemAt] for a list in order of ids; "" for the first page.
func idAt(list, cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	parts, err := itemAt(list, cursor, 1)
	if err != nil || parts[0] == "" {
		return "", ErrCursor
	}
	return parts[0], nil
}

func decimalOf(n int64) string { return strconv.FormatInt(n, 10) }

package pages

import (
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// whole reads a number without decimals.
func whole(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// dial keeps what a phone can dial: "05 55 00 00 00" becomes "0555000000".
func dial(printed string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, printed)
}

package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// visible returns s with everything but printable characters as escapes of Go, so
// that nothing a device sent moves a terminal's cursor, colours it or turns its text
// around. A backslash is doubled.
func visible(s string) string {
	q := strconv.Quote(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// brief cuts a text that is too long for a table.
func brief(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// A visibleJSON passes JSON on, with what is not printable in its texts written as
// escapes, which mean the same. Each Write is whole characters.
type visibleJSON struct{ io.Writer }

// Write writes b.
func (w visibleJSON) Write(b []byte) (int, error) {
	var out strings.Builder
	for _, r := range string(b) {
		switch {
		case r == '\n' || strconv.IsPrint(r):
			out.WriteRune(r)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	if _, err := io.WriteString(w.Writer, out.String()); err != nil {
		return 0, err
	}
	return len(b), nil
}

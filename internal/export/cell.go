package export

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"

	"foyer/internal/household"
)

// decades is the first instant of the year 9999, from which on an end is none.
const decades = 253370764800000

// cell writes one cell as text; "" for nothing.
func cell(kind household.CellKind, v any) (string, error) {
	n, counts := v.(int64)
	switch kind {
	case household.Thousand, household.Seconds:
		if counts {
			return decimal.New(n, -3).StringFixed(3), nil
		}
	case household.Euros:
		if counts {
			return decimal.New(n, -2).StringFixed(2), nil
		}
	case household.Integer:
		if counts {
			return strconv.FormatInt(n, 10), nil
		}
	case household.Truth:
		if counts {
			return strconv.FormatBool(n != 0), nil
		}
	case household.Instant:
		if !counts || n <= 0 || n >= decades {
			return "", nil
		}
		return time.UnixMilli(n).UTC().Format("2006-01-02T15:04:05.000Z07:00"), nil
	case household.Word, household.Exact, household.Document, household.Said:
		if s, ok := v.(string); ok {
			return s, nil
		}
	}
	if v == nil {
		return "", nil
	}
	return "", fmt.Errorf("a cell of kind %s holds a %T", kind, v)
}

// value writes one cell as JSON.
func value(kind household.CellKind, v any) (json.RawMessage, error) {
	s, err := cell(kind, v)
	if err != nil {
		return nil, err
	}
	n, counts := v.(int64)
	switch {
	case kind == household.Truth && counts:
		return json.RawMessage(s), nil
	case kind == household.Integer && counts:
		return json.Marshal(n)
	case kind == household.Document && json.Valid([]byte(s)):
		return json.RawMessage(s), nil
	case s == "" && (v == nil || kind != household.Word):
		return json.RawMessage("null"), nil
	}
	return json.Marshal(s)
}

// plain is a number that a spreadsheet reads as one: it is safe whatever its sign.
var plain = regexp.MustCompile(`^-?[0-9]{1,18}([.][0-9]{1,18})?$`)

// dangerous begin a formula in a spreadsheet, the full-width forms in some.
const dangerous = "=+-@|%＝＋－＠"

// Cell returns a cell of CSV that no spreadsheet executes, in quotes. Control characters
// become spaces; what would begin a formula, blanks and marks that are not seen before
// it left out of account, begins with an apostrophe. Numbers stay numbers.
//
// Source: OWASP ASVS 5.0.0, 1.2.10; RFC 4180.
func Cell(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	seen := strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == '"' || r == '\''
	})
	if !plain.MatchString(s) && seen != "" && strings.ContainsRune(dangerous, []rune(seen)[0]) {
		s = "'" + s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

package simulators

import (
	"strconv"
	"time"

	"foyer/internal/energy"
)

// A Value is what one register shows.
type Value struct {
	Register energy.Register
	Value    int64 // thousandths of the base unit, rounded as the device rounds
	Exact    int64 // the same before the device rounds it
}

// round returns v rounded half away from zero to a multiple of digit, as toFixed
// and printf do.
func round(v, digit int64) int64 { return roundDiv(v, digit) * digit }

// floor returns v cut off to a multiple of digit, as an index counts.
func floor(v, digit int64) int64 { return floorDiv(v, digit) * digit }

var powers = [...]int64{1, 10, 100, 1_000, 10_000, 100_000, 1_000_000}

// appendDecimal writes v·10^-scale with a fixed number of decimals, cutting off
// what is beyond them.
func appendDecimal(b []byte, v int64, scale, decimals int) []byte {
	if v < 0 {
		b, v = append(b, '-'), -v
	}
	v /= powers[scale-decimals]
	b = strconv.AppendInt(b, v/powers[decimals], 10)
	if decimals == 0 {
		return b
	}
	b = append(b, '.')
	return appendPadded(b, v%powers[decimals], decimals)
}

// appendNumber writes v·10^-scale as JavaScript prints a number: no zeros at the end.
func appendNumber(b []byte, v int64, scale int) []byte {
	b = appendDecimal(b, v, scale, scale)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	return b
}

// appendPadded writes v with zeros in front up to width digits.
func appendPadded(b []byte, v int64, width int) []byte {
	for p := width - 1; p > 0 && v < powers[p]; p-- {
		b = append(b, '0')
	}
	return strconv.AppendInt(b, v, 10)
}

// appendInt writes key and then v.
func appendInt(b []byte, key string, v int64) []byte {
	return strconv.AppendInt(append(b, key...), v, 10)
}

// appendLocal writes instant ms in zone as "2026-11-25T17:28:45", without its zone.
func appendLocal(b []byte, ms int64, zone *time.Location) []byte {
	return time.UnixMilli(ms).In(zone).AppendFormat(b, "2006-01-02T15:04:05")
}

// appendISO writes instant ms as "2026-11-25T16:28:45.123Z".
func appendISO(b []byte, ms int64) []byte {
	return time.UnixMilli(ms).UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
}

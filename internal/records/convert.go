package records

import "time"

// millis returns t as the tables keep it: UTC milliseconds; 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// instant returns the time kept as ms; the zero time for 0.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// always ends what has no end: 10000-01-01.
const always = 253402300800000

// flag returns a truth as the tables keep it.
func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

package series

import (
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	"foyer/internal/energy"
)

// Rejected is the error of a Write that kept everything but some readings, which
// the store will never take: another try is of no use, a person has to look.
type Rejected struct {
	Readings []energy.Reading // what was not written

	// Reason is the store's, in its own words. It may name a meter, so it is
	// for the quarantine and not for a log.
	Reason string
}

// Error counts the readings and names none.
func (r *Rejected) Error() string {
	return fmt.Sprintf("the series store rejects %d readings", len(r.Readings))
}

// RejectedReadings returns what was not written.
func (r *Rejected) RejectedReadings() []energy.Reading { return r.Readings }

// add joins readings rejected for one reason; the first reason stands.
func (r *Rejected) add(reason string, rs ...energy.Reading) {
	if len(rs) > 0 && r.Reason == "" {
		r.Reason = reason
	}
	r.Readings = append(r.Readings, rs...)
}

// err returns r, or nil when nothing was rejected.
func (r *Rejected) err() error {
	if len(r.Readings) == 0 {
		return nil
	}
	return r
}

// maxInstant is the last millisecond of a reading, in April 2262: InfluxDB counts
// nanoseconds since 1970 in 64 bits.
const maxInstant = 9_223_372_036_000

const maxName = 64

// sift returns the readings any store takes and adds the others to rejected. It
// returns rs itself when all are fit.
func sift(rs []energy.Reading, rejected *Rejected) []energy.Reading {
	for i, r := range rs {
		if fits(r) == "" {
			continue
		}
		fit := append([]energy.Reading(nil), rs[:i]...)
		for _, r := range rs[i:] {
			if reason := fits(r); reason != "" {
				rejected.add(reason, r)
			} else {
				fit = append(fit, r)
			}
		}
		return fit
	}
	return rs
}

// fits returns why no store can take r, or "".
func fits(r energy.Reading) string {
	switch ms := r.At.UnixMilli(); {
	case !validMeter(r.Meter):
		return "a meter id is 1 to 64 characters of a-z, 0-9 and -"
	case !validRegister(r.Register):
		return "a register is a known quantity and a name of at most 64 printable characters without a backslash"
	case ms < 0 || ms > maxInstant:
		return "the instant is before 1970 or after 2262"
	case r.Source != energy.DeviceTime && r.Source != energy.ArrivalTime:
		return "the source of the instant is neither device nor arrival"
	}
	return ""
}

func validMeter(m energy.MeterID) bool { return energy.ValidID(string(m), maxName) }

func validRegister(r energy.Register) bool {
	if !r.Quantity().Known() || len(r.Name()) > maxName || !utf8.ValidString(string(r)) {
		return false
	}
	for _, c := range r {
		if c == '\\' || !unicode.IsPrint(c) {
			return false
		}
	}
	return true
}

// span returns [from, to) in milliseconds, cut to what a store can hold.
func span(from, to time.Time) (int64, int64) {
	return min(max(from.UnixMilli(), 0), maxInstant+1), min(max(to.UnixMilli(), 0), maxInstant+1)
}

// instant returns the time of a number of milliseconds.
func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

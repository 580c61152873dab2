package tariff

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The periods of a tariff with two prices.
const (
	Peak    = "hp" // heures pleines
	OffPeak = "hc" // heures creuses
)

// Hours are the off-peak hours of one meter, in minutes of local civil time. They
// are set for each meter and change: a contract carries them. The zero value has none.
type Hours struct{ windows []window }

// A window runs from one minute of the day to another, not over midnight.
type window struct{ from, to int }

const minutes = 24 * 60

var windowForm = regexp.MustCompile(`^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$`)

// ParseHours reads "22:00-06:00" or "12:30-14:30,22:30-04:30". A window may run
// over midnight; two may not overlap. "" has no hours.
func ParseHours(text string) (Hours, error) {
	var h Hours
	if text == "" {
		return h, nil
	}
	var taken [minutes]bool
	for part := range strings.SplitSeq(text, ",") {
		m := windowForm.FindStringSubmatch(strings.TrimSpace(part))
		if m == nil {
			return Hours{}, fmt.Errorf("off-peak hours %q: want windows like 22:00-06:00, split by commas", text)
		}
		from, err1 := minute(m[1], m[2])
		to, err2 := minute(m[3], m[4])
		if err := errors.Join(err1, err2); err != nil || from%minutes == to%minutes {
			return Hours{}, fmt.Errorf("off-peak hours %q: window %q has no such times", text, part)
		}
		for m := from % minutes; m != to%minutes; m = (m + 1) % minutes {
			if taken[m] {
				return Hours{}, fmt.Errorf("off-peak hours %q: windows overlap", text)
			}
			taken[m] = true
		}
	}
	open := false
	for m, off := range taken {
		switch {
		case off && open:
			h.windows[len(h.windows)-1].to = m + 1
		case off:
			h.windows = append(h.windows, window{m, m + 1})
		}
		open = off
	}
	return h, nil
}

func minute(hour, min string) (int, error) {
	h, err1 := strconv.Atoi(hour)
	m, err2 := strconv.Atoi(min)
	if err1 != nil || err2 != nil || m > 59 || h*60+m > minutes {
		return 0, errors.New("no such time")
	}
	return h*60 + m, nil
}

// None reports whether there are no off-peak hours.
func (h Hours) None() bool { return len(h.windows) == 0 }

// at reports whether a minute of the day is off-peak, and until which minute that
// holds at least.
func (h Hours) at(m int) (in bool, until int) {
	until = minutes
	for _, w := range h.windows {
		switch {
		case m < w.from:
			until = min(until, w.from)
		case m < w.to:
			return true, w.to
		}
	}
	return false, until
}

package simulators

import (
	"fmt"
	"strings"
	"time"
)

// A window is a span of minutes of the local day; it may pass midnight. Its zero
// value is empty.
type window struct{ from, to int64 }

// parseWindow reads "22:00-06:00".
func parseWindow(s string) (window, error) {
	a, b, _ := strings.Cut(s, "-")
	from, err := time.Parse("15:04", a)
	if err != nil {
		return window{}, fmt.Errorf("read the start of %q: %w", s, err)
	}
	to, err := time.Parse("15:04", b)
	if err != nil {
		return window{}, fmt.Errorf("read the end of %q: %w", s, err)
	}
	w := window{int64(from.Hour()*60 + from.Minute()), int64(to.Hour()*60 + to.Minute())}
	if w.from%5 != 0 || w.to%5 != 0 || w.from == w.to {
		return window{}, fmt.Errorf("%q: want two different times at whole five minutes", s)
	}
	return w, nil
}

// daily reports whether the window holds anything.
func (w window) daily() bool { return w.from != w.to }

// holds reports whether a minute of the day is inside.
func (w window) holds(clock int64) bool {
	if w.from <= w.to {
		return clock >= w.from && clock < w.to
	}
	return clock >= w.from || clock < w.to
}

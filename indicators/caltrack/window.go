package caltrack

import "time"

// Baseline returns the periods of the year that ends where the works begin. Bills
// are taken whole: up to the last that ends before the works, from the one that
// begins nearest to a year before that. The periods are in order of time.
//
// Source: CalTRACK 2.0, 3.1.3; the whole bills as OpenEEmeter takes them.
func Baseline(ps []Period, end time.Time, s Settings) []Period {
	from := end.AddDate(0, 0, -s.Days)
	if s.Overshoot {
		starts := boundaries(ps)
		i := len(starts)
		for i > 0 && starts[i-1].After(end) {
			i--
		}
		if i == 0 {
			return nil
		}
		end = starts[i-1]
		from = nearest(starts[:i], end.AddDate(0, 0, -s.Days))
	}
	return between(ps, from, end)
}

// Reporting returns the periods of the year, or of what there is of it, that begins
// where the works are over. Bills are taken whole, as in [Baseline].
//
// Source: CalTRACK 2.0, 1.4.4 and 3.5.
func Reporting(ps []Period, start time.Time, s Settings) []Period {
	to := start.AddDate(0, 0, s.Days)
	if s.Overshoot {
		starts := boundaries(ps)
		i := 0
		for i < len(starts) && starts[i].Before(start) {
			i++
		}
		if i == len(starts) {
			return nil
		}
		start = starts[i]
		to = nearest(starts[i:], start.AddDate(0, 0, s.Days))
	}
	return between(ps, start, to)
}

// boundaries returns where periods begin, and where the last one ends.
func boundaries(ps []Period) []time.Time {
	var all []time.Time
	for _, p := range ps {
		all = append(all, p.From)
	}
	if len(ps) > 0 {
		all = append(all, ps[len(ps)-1].To)
	}
	return all
}

// nearest returns the instant nearest to another, the later of two.
func nearest(ts []time.Time, to time.Time) time.Time {
	best := ts[0]
	for _, t := range ts[1:] {
		if t.Sub(to).Abs() <= best.Sub(to).Abs() {
			best = t
		}
	}
	return best
}

func between(ps []Period, from, to time.Time) []Period {
	var in []Period
	for _, p := range ps {
		if !p.From.Before(from) && !p.To.After(to) {
			in = append(in, p)
		}
	}
	return in
}

package caltrack

import (
	"slices"
	"time"
)

// A Period is one metering period: a local day, or the days of a bill.
type Period struct {
	From, To time.Time
	Days     float64   // its local days; one of 23 or 25 hours counts as one
	Use      float64   // energy of the period, when Known
	Known    bool      // whether Use is
	Temps    []float64 // mean outdoor temperature of each of its days that has one
	Seen     float64   // share of the period for which the temperature is known, 0 to 1
}

// warm reports whether the period has a temperature.
func (p Period) warm() bool { return len(p.Temps) > 0 }

// whole reports whether nothing of the period is missing.
func (p Period) whole() bool { return p.Known && p.warm() && p.Days > 0 }

// heating returns the mean heating degree days of its days with a temperature.
//
// Source: CalTRACK 2.0, 3.3.4.
func (p *Period) heating(balance float64) float64 {
	var sum float64
	for _, t := range p.Temps {
		sum += max(balance-t, 0)
	}
	return sum / float64(len(p.Temps))
}

// cooling returns the mean cooling degree days of its days with a temperature.
//
// Source: CalTRACK 2.0, 3.3.5.
func (p *Period) cooling(balance float64) float64 {
	var sum float64
	for _, t := range p.Temps {
		sum += max(t-balance, 0)
	}
	return sum / float64(len(p.Temps))
}

// Clean returns the periods in order of time, each use as the method counts it: an
// electricity use of 0 is missing, and so is a bill of too few or too many days.
func Clean(ps []Period, s Settings) []Period {
	ps = slices.Clone(ps)
	slices.SortFunc(ps, func(a, b Period) int { return a.From.Compare(b.From) })
	for i, p := range ps {
		most := s.Frequency.longest()
		switch {
		case !p.Known, !finite(p.Use),
			s.ZeroIsMissing && p.Use == 0,
			most > 0 && (p.Days < shortestBill || p.Days > most):
			ps[i].Known, ps[i].Use = false, 0
		}
	}
	return ps
}

// localDays returns how many days of a zone lie between two instants, each counted
// from the time of day of the first: 1 for a local day, whatever its hours.
func localDays(from, to time.Time, zone *time.Location) float64 {
	if !from.Before(to) {
		return 0
	}
	n := max(int(to.Sub(from).Hours()/24)-1, 0)
	for !step(from, n+1, zone).After(to) {
		n++
	}
	last := step(from, n, zone)
	return float64(n) + to.Sub(last).Hours()/step(from, n+1, zone).Sub(last).Hours()
}

// step returns the instant n local days after another.
func step(from time.Time, n int, zone *time.Location) time.Time {
	return from.In(zone).AddDate(0, 0, n)
}

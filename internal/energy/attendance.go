package energy

import "time"

// An Attendance is how many messages of a meter were heard on one local day.
type Attendance struct {
	Day     Day
	Heard   int       // messages that are stored
	Missing int       // messages that should be: known for a regular meter alone
	Last    time.Time // the last message of the day; zero for none
}

// Attend counts the messages of a meter that spoke at instants, in any order, by the
// days of [from, to) on which any was heard or is missing, in order of days, and
// returns the gaps that reach into these. Messages before and after the days help to
// tell the cadence; what is missing after the last of them is missing until now.
func Attend(instants []time.Time, from, to Day, now time.Time, zone *time.Location) (Cadence, []Attendance, []Gap) {
	start, end := from.Start(zone), to.Start(zone)
	if now.After(end) {
		now = end
	}
	days := make([]Attendance, max(0, to.Sub(from)))
	of := func(t time.Time) *Attendance {
		if t.Before(start) || !t.Before(end) {
			return nil
		}
		return &days[DayOf(t, zone).Sub(from)]
	}
	cadence := CadenceOf(instants)
	for _, t := range distinct(instants) {
		if a := of(t); a != nil {
			a.Heard++
			a.Last = t
		}
	}
	var gaps []Gap
	for _, g := range Gaps(instants, cadence, now) {
		reaches, done, first := false, g.before(start), start
		if g.From.After(first) {
			first = g.From
		}
		// Counted, not gone through: what came in a burst without times seems to be of a
		// meter that speaks each few milliseconds.
		for day := DayOf(first, zone); done < g.Missing && day.Before(to); day = day.Add(1) {
			if n := g.before(day.End(zone)); n > done {
				days[day.Sub(from)].Missing += n - done
				reaches, done = true, n
			}
		}
		if reaches {
			gaps = append(gaps, g)
		}
	}
	var attended []Attendance
	for i, a := range days {
		if a.Heard+a.Missing > 0 {
			a.Day = from.Add(i)
			attended = append(attended, a)
		}
	}
	return cadence, attended, gaps
}

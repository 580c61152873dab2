package caltrack

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// A row is one line of a file of periods.
type row struct {
	from    time.Time
	use     float64
	known   bool
	temp    float64
	warm    bool
	with    float64 // hours with a temperature
	without float64
	line    int
}

// ReadPeriods reads metering periods: period_start_utc, value (empty where it is not
// known), and for days temp_mean, hours_with_temp and hours_without_temp. A bill ends
// where the next row begins, so that the last row only closes the one before; a day
// ends with itself. The periods are in order of time; days without a row are missing.
//
// Days that have no column temp_mean, and bills, take their temperatures from hours,
// which are in order of time. Temperatures are converted from one scale to another.
func ReadPeriods(r io.Reader, hours []Hour, from, to Scale, f Frequency, zone *time.Location) ([]Period, error) {
	rows, means, err := readRows(r)
	if err != nil {
		return nil, err
	}
	if len(hours) == 0 && (f != Daily || !means) {
		return nil, errors.New("periods: their temperatures are not known; give the hourly ones with --temperature")
	}
	hours = slices.Clone(hours)
	for i := range hours {
		hours[i].Temp = from.in(to, hours[i].Temp)
	}
	var ps []Period
	for i, r := range rows {
		last := i+1 == len(rows)
		if last && (f != Daily || !r.known) {
			if r.known {
				return nil, fmt.Errorf("periods line %d: the last row closes the bill before it; leave its value empty", r.line)
			}
			break
		}
		p := Period{From: r.from, Use: r.use, Known: r.known}
		if f == Daily {
			p.To = step(r.from, 1, zone)
			if !last && rows[i+1].from.Before(p.To) {
				return nil, fmt.Errorf("periods line %d: begins before the day of the row before is over", rows[i+1].line)
			}
		} else {
			p.To = rows[i+1].from
		}
		p.Days = localDays(p.From, p.To, zone)
		if f == Daily && means {
			p = p.told(r, from, to)
		} else {
			p = p.warmed(hours, zone)
		}
		ps = append(ps, p)
	}
	return ps, nil
}

// told returns the day with the mean temperature that its row gives; one that fewer
// than half of its hours have a part in is none.
//
// Source: CalTRACK 2.0, 2.2.2.3.
func (p Period) told(r row, from, to Scale) Period {
	if !r.warm {
		return p
	}
	p.Seen = 1
	if all := r.with + r.without; all > 0 {
		p.Seen = r.with / all
	}
	if p.Seen >= 0.5 {
		p.Temps = []float64{from.in(to, r.temp)}
	}
	return p
}

// readRows reads the rows in order of time, and whether they have mean temperatures.
func readRows(r io.Reader) ([]row, bool, error) {
	t, err := openTable("periods", r, "period_start_utc", "value")
	if err != nil {
		return nil, false, err
	}
	var rows []row
	for {
		more, err := t.next()
		if err != nil {
			return nil, false, err
		}
		if !more {
			break
		}
		w := row{line: t.line}
		if w.from, err = t.time("period_start_utc"); err != nil {
			return nil, false, err
		}
		var faults [4]error
		w.use, w.known, faults[0] = t.number("value")
		w.temp, w.warm, faults[1] = t.number("temp_mean")
		w.with, _, faults[2] = t.number("hours_with_temp")
		w.without, _, faults[3] = t.number("hours_without_temp")
		if err := errors.Join(faults[:]...); err != nil {
			return nil, false, err
		}
		for _, c := range []string{"hours_with_temp", "hours_without_temp"} {
			if v, _, _ := t.number(c); v < 0 {
				return nil, false, t.fault(c, "want 0 or more")
			}
		}
		rows = append(rows, w)
	}
	slices.SortStableFunc(rows, func(a, b row) int { return a.from.Compare(b.from) })
	for i := 1; i < len(rows); i++ {
		if rows[i].from.Equal(rows[i-1].from) {
			return nil, false, fmt.Errorf("periods line %d: begins with the row of line %d; keep one", max(rows[i].line, rows[i-1].line), min(rows[i].line, rows[i-1].line))
		}
	}
	return rows, t.has("temp_mean"), nil
}

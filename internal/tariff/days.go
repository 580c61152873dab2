package tariff

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"foyer/internal/energy"
)

// DayColumns are the columns of a list of coloured days: both must be there.
var DayColumns = []string{"day", "colour"}

// colourWords are the colours as the grid's operator writes them in French.
var colourWords = map[string]string{"bleu": "blue", "blanc": "white", "rouge": "red"}

// A ColouredDay is the colour of one day, as a list gave it.
type ColouredDay struct {
	Day          energy.Day
	Colour       string
	line, column int
}

// ReadDays reads the colours of days from a list with a header of day and colour,
// separated by commas or semicolons, and returns those that a calendar of b does not
// hold yet, in order. Days are written 2026-01-14 or 14/01/2026, colours as the calendar
// names them or in French, in letters of either size.
//
// All faults are reported together, each with name, line and column: a colour that the
// calendar has not, a day that cannot have its colour, a day that stands twice, a day
// that has another colour already.
func (b *Book) ReadDays(r io.Reader, name, calendar string) ([]ColouredDay, error) {
	k := b.calendars[calendar]
	if k == nil {
		return nil, fmt.Errorf("calendar %q is not known", calendar)
	}
	raw, err := io.ReadAll(io.LimitReader(r, 4<<20))
	if err != nil {
		return nil, err
	}
	text := bytes.TrimPrefix(raw, []byte("\ufeff"))
	list := csv.NewReader(bytes.NewReader(text))
	if head, _, _ := bytes.Cut(text, []byte("\n")); bytes.Contains(head, []byte(";")) {
		list.Comma = ';'
	}
	list.FieldsPerRecord = -1
	l := dayList{name: name, calendar: k, csv: list, lines: map[energy.Day]ColouredDay{}}
	return l.read()
}

// A dayList reads a list of coloured days and collects what is wrong with it.
type dayList struct {
	name     string
	calendar *Calendar
	csv      *csv.Reader
	columns  [2]int // of day and colour
	lines    map[energy.Day]ColouredDay
	fresh    []ColouredDay
	faults   []error
}

func (l *dayList) fault(line, column int, format string, args ...any) {
	l.faults = append(l.faults, fmt.Errorf("%s:%d:%d: %s", l.name, line, column, fmt.Sprintf(format, args...)))
}

func (l *dayList) read() ([]ColouredDay, error) {
	if err := l.header(); err != nil {
		return nil, err
	}
	for {
		row, err := l.csv.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			l.fault(bad.Line, bad.Column, "%v", bad.Err)
			break
		}
		if err != nil {
			return nil, err
		}
		l.row(row)
	}
	slices.SortFunc(l.fresh, func(a, b ColouredDay) int { return a.Day.Compare(b.Day) })
	l.rules()
	return l.fresh, errors.Join(l.faults...)
}

func (l *dayList) header() error {
	row, err := l.csv.Read()
	if err != nil {
		return fmt.Errorf("%s:1:1: want a header of %s", l.name, strings.Join(DayColumns, ", "))
	}
	for i := range row {
		row[i] = strings.ToLower(strings.TrimSpace(row[i]))
	}
	for i, column := range DayColumns {
		if l.columns[i] = slices.Index(row, column); l.columns[i] < 0 {
			l.fault(1, 1, "column %q is missing: want a header of %s", column, strings.Join(DayColumns, ", "))
		}
	}
	return errors.Join(l.faults...)
}

func (l *dayList) row(row []string) {
	line, _ := l.csv.FieldPos(0)
	if len(row) <= max(l.columns[0], l.columns[1]) {
		l.fault(line, 1, "want %s", strings.Join(DayColumns, " and "))
		return
	}
	day, colour := strings.TrimSpace(row[l.columns[0]]), strings.ToLower(strings.TrimSpace(row[l.columns[1]]))
	_, column := l.csv.FieldPos(l.columns[0])
	d, err := energy.ParseDay(day)
	if t, french := time.Parse("02/01/2006", day); err != nil && french == nil {
		d, err = energy.DayOf(t, time.UTC), nil
	}
	if err != nil {
		l.fault(line, column, "day %q: want 2026-01-14 or 14/01/2026", day)
		return
	}
	if first, twice := l.lines[d]; twice {
		l.fault(line, column, "day %s stands in line %d too", d, first.line)
		return
	}
	x := ColouredDay{Day: d, Colour: colour, line: line}
	_, x.column = l.csv.FieldPos(l.columns[1])
	l.lines[d] = x
	if word, ok := colourWords[colour]; ok && !l.calendar.has(colour) {
		x.Colour = word
	}
	switch now, known := l.calendar.Days[d]; {
	case !l.calendar.has(x.Colour):
		l.fault(line, x.column, "colour %q: want one of %s", colour, strings.Join(l.calendar.names(), ", "))
	case known && now != x.Colour:
		l.fault(line, x.column, "colour %q: %s is %s already; correct the file of kind calendar that says so", colour, d, now)
	case !known:
		l.fresh = append(l.fresh, x)
	}
}

// rules reports days of the list that cannot have their colour.
func (l *dayList) rules() {
	days := map[energy.Day]string{}
	for _, x := range l.fresh {
		days[x.Day] = x.Colour
	}
	for _, f := range l.calendar.with(&Calendar{Days: days}).faults() {
		if x, ok := l.lines[f.day]; ok {
			l.fault(x.line, x.column, "%s: %s", f.day, f.text)
		}
	}
}

// CalendarFile returns days as the text of a file of kind calendar, in the format of
// docs/reference/tariffs.md. Days are in order and not empty; source says where their
// colours were found, mark how sure that is.
func CalendarFile(calendar, title, source, mark string, days []ColouredDay) []byte {
	var w bytes.Buffer
	fmt.Fprintf(&w, "kind: calendar\nid: %s\nname: %q\nknown:\n", calendar, title)
	for first := 0; first < len(days); { // one stretch holds at most so many days
		end := first
		for end < len(days) && days[end].Day.Sub(days[first].Day) < longest {
			end++
		}
		part := days[first:end]
		fmt.Fprintf(&w, "  - from: %s\n    until: %s\n    source: %q\n    mark: %s\n    days:\n",
			part[0].Day, part[len(part)-1].Day.Add(1), source, mark)
		var colours []string
		for _, x := range part {
			if !slices.Contains(colours, x.Colour) {
				colours = append(colours, x.Colour)
			}
		}
		for _, colour := range colours {
			fmt.Fprintf(&w, "      %s:\n", colour)
			for _, x := range part {
				if x.Colour == colour {
					fmt.Fprintf(&w, "        - \"%s\"\n", x.Day)
				}
			}
		}
		first = end
	}
	return w.Bytes()
}

package caltrack

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// A table is a file of comma-separated values, read by the names of its columns.
type table struct {
	name    string // of the file, in errors
	rows    *csv.Reader
	columns map[string]int
	cells   []string
	line    int
}

// mostRows bounds how much of a file is read: a century of hours.
const mostRows = 1_000_000

// openTable reads the header, which must have some columns.
func openTable(name string, r io.Reader, need ...string) (*table, error) {
	t := &table{name: name, rows: csv.NewReader(r), columns: map[string]int{}}
	t.rows.ReuseRecord = true
	header, err := t.rows.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: read header: %w", name, err)
	}
	for i, c := range header {
		c = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(c, "\ufeff")))
		if _, twice := t.columns[c]; twice {
			return nil, fmt.Errorf("%s: two columns are called %q", name, c)
		}
		t.columns[c] = i
	}
	for _, c := range need {
		if !t.has(c) {
			return nil, fmt.Errorf("%s: no column %q; it has %s", name, c, strings.Join(header, ", "))
		}
	}
	return t, nil
}

func (t *table) has(column string) bool {
	_, ok := t.columns[column]
	return ok
}

// next moves to the next row; false at the end.
func (t *table) next() (bool, error) {
	cells, err := t.rows.Read()
	switch {
	case errors.Is(err, io.EOF):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("%s: %w", t.name, err)
	}
	t.cells = cells
	t.line, _ = t.rows.FieldPos(0)
	if t.line > mostRows {
		return false, fmt.Errorf("%s: more than %d lines", t.name, mostRows)
	}
	return true, nil
}

// fault says what is wrong with a cell of the row, and what to do.
func (t *table) fault(column, why string) error {
	return fmt.Errorf("%s line %d: %s %q: %s", t.name, t.line, column, t.cell(column), why)
}

func (t *table) cell(column string) string {
	i, ok := t.columns[column]
	if !ok || i >= len(t.cells) {
		return ""
	}
	return strings.TrimSpace(t.cells[i])
}

// time reads an instant, in UTC.
func (t *table) time(column string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, t.cell(column))
	if err != nil {
		return at, t.fault(column, "want an instant like 2022-09-20T00:00:00Z")
	}
	if at = at.UTC(); at.Year() < 1900 || at.Year() > 2200 {
		return at, t.fault(column, "want a year from 1900 to 2200")
	}
	return at, nil
}

// number reads a number; false for an empty cell, or a column that is not there.
func (t *table) number(column string) (float64, bool, error) {
	text := t.cell(column)
	if text == "" {
		return 0, false, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	const most = 1e12
	if err != nil || !finite(v) || v > most || v < -most {
		return 0, false, t.fault(column, "want a number, with a point, or nothing where it is not known")
	}
	return v, true, nil
}

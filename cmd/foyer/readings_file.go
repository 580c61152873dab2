package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"foyer/internal/energy"
)

// pastColumns are the columns of a file of past energy, each with what it holds.
var pastColumns = []struct{ name, holds string }{
	{"meter", "an id of `foyer meter list`, or GATEWAY/SCHEME/DEVICE; else give --meter"},
	{"register", "energy_import/total by default; energy_import/hc and /hp for off-peak and peak hours"},
	{"day", "2026-01-31 or 31/01/2026, of the pilot's zone; or else:"},
	{"from", "the first instant: 2026-01-31T00:30:00+01:00, without the offset the pilot's time, or a day"},
	{"to", "the instant after the last"},
	{"energy_kwh", "with a point or a comma; empty where it is not known"},
	{"energy_wh", "instead of energy_kwh"},
	{"estimated", "yes where it was not measured; no by default"},
}

// A pastRow is one line of a file of past energy.
type pastRow struct {
	line    int
	meter   string // as the file or --meter calls it
	daily   bool   // the column day says of which time, not from and to
	since   string // the cell that says from when
	until   string // and until when; the same of a day
	amount  string // the column that says how much
	written string // its cell
	energy.Interval
}

// A pastFault says what is wrong with a line, and what to do.
type pastFault struct {
	line   int // of the file; the header is line 1
	column string
	value  string
	reason string // "not a day; write 2026-01-31"
	detail string // of this line alone
}

// begin and end name the columns that say from when and until when.
func (r pastRow) begin() string {
	if r.daily {
		return "day"
	}
	return "from"
}

func (r pastRow) end() string {
	if r.daily {
		return "day"
	}
	return "to"
}

// A pastFile is what a file says.
type pastFile struct {
	rows   []pastRow
	faults []pastFault
	empty  int // lines without an amount: gaps
}

// readPast reads past energy, separated by commas or semicolons, with or without a
// byte order mark. Zone is that of days, and of times without an offset. Meter is
// whose energy it is when no column says so. A line with a fault is left out; with
// a fault in the header there are no rows.
func readPast(from io.Reader, zone *time.Location, meter string) (pastFile, error) {
	in := bufio.NewReader(from)
	if mark, err := in.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = in.Discard(3)
	}
	reader := csv.NewReader(in)
	reader.FieldsPerRecord, reader.ReuseRecord = -1, true
	head, _ := in.Peek(in.Size())
	if first, _, _ := bytes.Cut(head, []byte("\n")); bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		reader.Comma = ';'
	}
	var f pastFile
	header, err := reader.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return f, fmt.Errorf("read the header: %w", err)
	}
	r := pastReader{zone: zone, meter: meter, columns: map[string]int{}}
	if f.faults = r.setHeader(header); len(f.faults) > 0 {
		return f, nil
	}
	for {
		cells, err := reader.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return f, nil
		case errors.As(err, &broken):
			f.faults = append(f.faults, pastFault{line: broken.StartLine, reason: broken.Err.Error() + "; see to its quotation marks"})
			continue
		case err != nil:
			return f, fmt.Errorf("read: %w", err)
		}
		line, _ := reader.FieldPos(0)
		row, fault := r.row(line, cells)
		switch {
		case fault != nil:
			f.faults = append(f.faults, *fault)
		case row.written == "":
			f.empty++
		default:
			f.rows = append(f.rows, row)
		}
	}
}

// A pastReader turns cells into rows.
type pastReader struct {
	zone    *time.Location
	meter   string
	width   int
	columns map[string]int
}

// setHeader finds the columns, and what is wrong with them.
func (r *pastReader) setHeader(header []string) []pastFault {
	var faults []pastFault
	fault := func(column, reason string) {
		faults = append(faults, pastFault{line: 1, column: column, reason: reason})
	}
	r.width = len(header)
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		_, twice := r.columns[name]
		known := slices.ContainsFunc(pastColumns, func(c struct{ name, holds string }) bool { return c.name == name })
		switch {
		case !known:
			fault(name, "no such column; `foyer readings import --help` lists them")
		case twice:
			fault(name, "the column is there twice; keep one")
		}
		r.columns[name] = i
	}
	if len(faults) > 0 {
		return faults
	}
	has := func(name string) bool { _, ok := r.columns[name]; return ok }
	if has("meter") == (r.meter != "") {
		if r.meter == "" {
			fault("meter", "the column is missing; add it, or give --meter")
		} else {
			fault("meter", "the file says whose meters these are; leave --meter out")
		}
	}
	if both := has("from") && has("to"); has("day") && (has("from") || has("to")) || !has("day") && !both {
		fault("day", "want either day, or from and to")
	}
	if has("energy_kwh") == has("energy_wh") {
		fault("energy_kwh", "want either energy_kwh or energy_wh")
	}
	return faults
}

// row reads one line. Without an amount only its amount is looked at.
func (r *pastReader) row(line int, cells []string) (pastRow, *pastFault) {
	row := pastRow{line: line, meter: r.meter}
	fault := func(column, value, reason string) (pastRow, *pastFault) {
		return row, &pastFault{line: line, column: column, value: value, reason: reason}
	}
	if len(cells) != r.width {
		return fault("", strings.Join(cells, " "), fmt.Sprintf("%d cells where the header has %d", len(cells), r.width))
	}
	cell := func(name string) string {
		if i, ok := r.columns[name]; ok {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	row.amount = "energy_kwh"
	if _, ok := r.columns["energy_wh"]; ok {
		row.amount = "energy_wh"
	}
	if row.written = cell(row.amount); row.written == "" {
		return row, nil
	}
	var ok bool
	if row.Energy, ok = readEnergy(row.written, row.amount == "energy_kwh"); !ok {
		return fault(row.amount, row.written, "not an amount of energy; write 12.5 or 12,5, and nothing where it is not known")
	}
	row.meter = cmp.Or(cell("meter"), r.meter)
	row.Register = energy.Register(cmp.Or(cell("register"), string(energy.NewRegister(energy.EnergyImport, "total"))))
	if !registerName.MatchString(string(row.Register)) || row.Register.Quantity().Base() != "Wh" {
		return fault("register", string(row.Register), "not a register of energy; write energy_import/total")
	}
	switch strings.ToLower(cell("estimated")) {
	case "", "0", "no", "non", "false":
	case "1", "yes", "oui", "true":
		row.Estimated = true
	default:
		return fault("estimated", cell("estimated"), "write yes or no")
	}
	if _, row.daily = r.columns["day"]; row.daily {
		row.since, row.until = cell("day"), cell("day")
		day, ok := readDay(row.since)
		if !ok {
			return fault("day", row.since, "not a day; write 2026-01-31")
		}
		row.From, row.To = day.Start(r.zone), day.End(r.zone)
		return row, nil
	}
	for _, end := range []struct {
		column string
		at     *time.Time
	}{{"from", &row.From}, {"to", &row.To}} {
		var reason string
		if *end.at, reason = readInstant(cell(end.column), r.zone); reason != "" {
			return fault(end.column, cell(end.column), reason)
		}
	}
	row.since, row.until = cell("from"), cell("to")
	return row, nil
}

var (
	registerName = regexp.MustCompile(`^[a-z_]{1,32}(/[a-z0-9_]{1,32})?$`)
	amount       = regexp.MustCompile(`^[0-9]{1,12}([.,][0-9]{1,30})?$`)
)

package registry

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// Columns are the columns of a list of families. Only "label" must be there;
// amounts are euros with a point or a comma, truths "yes", "no", "oui", "non",
// "1", "0", days "2026-11-25".
var Columns = []string{
	"label", "language", "since", "persons_14", "persons_under_14", "area_m2", "heated_in_rent", "fragile", "heating",
	"tariff", "power_kva", "off_peak", "instalment_eur", "income_eur", "aid_eur",
}

// A Fault is what is wrong with a cell: a catalogue key, "import.number".
type Fault string

// The faults of a cell or of the header.
const (
	FaultMissing   Fault = "import.missing"   // the cell is needed
	FaultNumber    Fault = "import.number"    // not a number
	FaultRange     Fault = "import.range"     // a number out of range
	FaultAmount    Fault = "import.amount"    // not an amount in euros
	FaultTruth     Fault = "import.truth"     // neither yes nor no
	FaultDay       Fault = "import.day"       // not a day
	FaultDuplicate Fault = "import.duplicate" // the label was there before
	FaultColumn    Fault = "import.column"    // nobody knows the column
	FaultRow       Fault = "import.row"       // not the cells of the header
)

// A RowError says which cell is wrong.
type RowError struct {
	Line   int // of the file; the header is line 1
	Column string
	Value  string
	Fault  Fault
}

// Error returns the place and the fault.
func (e RowError) Error() string {
	return fmt.Sprintf("line %d, %s: %q: %s", e.Line, e.Column, e.Value, e.Fault)
}

// ReadFamilies reads a list of families, separated by commas or semicolons, with
// or without a byte order mark. It returns every fault found; with one fault no
// file is of use. zone dates the column "since". Nothing is written.
func ReadFamilies(from io.Reader, zone *time.Location) ([]household.File, []RowError, error) {
	raw, err := io.ReadAll(io.LimitReader(from, 4<<20))
	if err != nil {
		return nil, nil, fmt.Errorf("read families: %w", err)
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	reader := csv.NewReader(bytes.NewReader(raw))
	reader.FieldsPerRecord = -1
	if first, _, _ := bytes.Cut(raw, []byte("\n")); bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		reader.Comma = ';'
	}
	header, err := reader.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("read families: header: %w", err)
	}
	faults := checkHeader(header)
	var files []household.File
	labels := map[string]bool{}
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return files, faults, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read families: %w", err)
		}
		line, _ := reader.FieldPos(0)
		row := row{line: line, cells: map[string]string{}, zone: zone}
		if len(cells) != len(header) {
			row.fault("", strconv.Itoa(len(cells)), FaultRow)
		}
		for i, name := range header {
			if i < len(cells) {
				row.cells[name] = strings.TrimSpace(cells[i])
			}
		}
		f := row.file()
		if f.Family.Label != "" && labels[f.Family.Label] {
			row.fault("label", f.Family.Label, FaultDuplicate)
		}
		labels[f.Family.Label] = true
		files, faults = append(files, f), append(faults, row.faults...)
	}
}

func checkHeader(header []string) []RowError {
	var faults []RowError
	for i, name := range header {
		header[i] = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(Columns, header[i]) {
			faults = append(faults, RowError{1, header[i], name, FaultColumn})
		}
	}
	if !slices.Contains(header, "label") {
		faults = append(faults, RowError{1, "label", "", FaultMissing})
	}
	return faults
}

// A row is one line of the list, being read.
type row struct {
	line   int
	cells  map[string]string
	zone   *time.Location
	faults []RowError
}

func (r *row) fault(column, value string, f Fault) {
	r.faults = append(r.faults, RowError{r.line, column, value, f})
}

// file reads the whole row.
func (r *row) file() household.File {
	f := household.File{Family: household.Family{Label: r.needed("label"), Language: r.cells["language"]}}
	if s := r.cells["since"]; s != "" {
		day, err := energy.ParseDay(s)
		if err != nil {
			r.fault("since", s, FaultDay)
		}
		f.Family.Since = day.Start(r.zone)
	}
	if r.any("persons_14", "persons_under_14", "area_m2") {
		f.Dwellings = []household.Dwelling{{
			Persons14: r.number("persons_14", 0, 30), PersonsUnder14: r.number("persons_under_14", 0, 30),
			AreaM2: r.number("area_m2", 0, 2000), HeatedInRent: r.truth("heated_in_rent"), Fragile: r.truth("fragile"),
			Heating: r.cells["heating"],
		}}
	}
	if r.any("tariff", "power_kva", "instalment_eur") {
		f.Contracts = []household.Contract{{
			Tariff: r.needed("tariff"), PowerKVA: r.number("power_kva", 1, 250), OffPeak: r.cells["off_peak"],
			Instalment: r.cents("instalment_eur", false),
		}}
	}
	if r.any("income_eur") {
		f.Incomes = []household.Income{{Disposable: r.cents("income_eur", true), Aid: r.cents("aid_eur", false)}}
	}
	return f
}

func (r *row) any(columns ...string) bool {
	return slices.ContainsFunc(columns, func(c string) bool { return r.cells[c] != "" })
}

func (r *row) needed(column string) string {
	if r.cells[column] == "" {
		r.fault(column, "", FaultMissing)
	}
	return r.cells[column]
}

func (r *row) number(column string, low, high int) int {
	s := r.cells[column]
	if s == "" && low == 0 {
		return 0
	}
	n, err := strconv.Atoi(s)
	switch {
	case err != nil:
		r.fault(column, s, FaultNumber)
	case n < low || n > high:
		r.fault(column, s, FaultRange)
	}
	return n
}

func (r *row) truth(column string) bool {
	switch s := strings.ToLower(r.cells[column]); s {
	case "", "0", "no", "non":
	case "1", "yes", "oui":
		return true
	default:
		r.fault(column, s, FaultTruth)
	}
	return false
}

// cents reads euros with at most two decimals.
func (r *row) cents(column string, negative bool) int64 {
	s := strings.Map(func(c rune) rune {
		switch c {
		case ' ', '\u00a0', '\u202f':
			return -1
		case ',':
			return '.'
		}
		return c
	}, r.cells[column])
	if s == "" {
		return 0
	}
	whole, part, _ := strings.Cut(s, ".")
	if len(part) > 2 || strings.ContainsAny(part, "+-") || strings.HasPrefix(s, "-") && !negative {
		r.fault(column, s, FaultAmount)
		return 0
	}
	n, err := strconv.ParseInt(whole+part+strings.Repeat("0", 2-len(part)), 10, 64)
	if err != nil || n > 1e11 || n < -1e11 {
		r.fault(column, s, FaultAmount)
		return 0
	}
	return n
}

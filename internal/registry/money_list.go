package registry

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// MoneyColumns are the columns of a list of dated amounts. Label, day, kind and eur
// must be there.
var MoneyColumns = []string{"label", "fuel", "day", "kind", "eur", "quantity", "unit", "source"}

// A MoneyLine is one line of a list of amounts: the entry, and whose it is by label.
type MoneyLine struct {
	Line  int
	Label string
	Entry household.Entry // without family
}

// FaultKind and FaultFuel say that a cell is no kind of amount, and no fuel.
const (
	FaultKind Fault = "import.kind"
	FaultFuel Fault = "import.fuel"
)

// ReadMoney reads a list of dated amounts, separated by commas or semicolons, and
// returns every fault found; with one fault no line is of use. Nothing is written.
func ReadMoney(from io.Reader, by string) ([]MoneyLine, []RowError, error) {
	raw, err := io.ReadAll(io.LimitReader(from, 4<<20))
	if err != nil {
		return nil, nil, fmt.Errorf("read amounts: %w", err)
	}
	text := strings.TrimPrefix(string(raw), "\ufeff")
	reader := csv.NewReader(strings.NewReader(text))
	reader.FieldsPerRecord = -1
	if head, _, _ := strings.Cut(text, "\n"); strings.Count(head, ";") > strings.Count(head, ",") {
		reader.Comma = ';'
	}
	header, err := reader.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("read amounts: header: %w", err)
	}
	var faults []RowError
	for i, name := range header {
		header[i] = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(MoneyColumns, header[i]) {
			faults = append(faults, RowError{1, header[i], name, FaultColumn})
		}
	}
	for _, name := range []string{"label", "day", "kind", "eur"} {
		if !slices.Contains(header, name) {
			faults = append(faults, RowError{1, name, "", FaultMissing})
		}
	}
	if len(faults) > 0 {
		return nil, faults, nil
	}
	var all []MoneyLine
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return all, faults, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read amounts: %w", err)
		}
		line, _ := reader.FieldPos(0)
		r := row{line: line, cells: map[string]string{}}
		if len(cells) != len(header) {
			r.fault("", strconv.Itoa(len(cells)), FaultRow)
		}
		for i, name := range header {
			if i < len(cells) {
				r.cells[name] = strings.TrimSpace(cells[i])
			}
		}
		all = append(all, MoneyLine{line, r.needed("label"), r.entry(by)})
		faults = append(faults, r.faults...)
	}
}

// entry reads the amount of a line.
func (r *row) entry(by string) household.Entry {
	e := household.Entry{
		Fuel: household.Fuel(r.cells["fuel"]), Kind: household.EntryKind(r.needed("kind")), Cents: r.cents("eur", false),
		Unit: r.cells["unit"], Source: r.cells["source"], By: by,
	}
	if r.cells["eur"] == "" {
		r.fault("eur", "", FaultMissing)
	} else if e.Cents == 0 {
		r.fault("eur", r.cells["eur"], FaultRange)
	}
	var err error
	if e.Day, err = energy.ParseDay(r.cells["day"]); err != nil {
		r.fault("day", r.cells["day"], FaultDay)
	}
	if e.Kind != "" && !slices.Contains(household.EntryKinds, e.Kind) {
		r.fault("kind", string(e.Kind), FaultKind)
	}
	if e.Fuel == "" {
		e.Fuel = household.FuelElectricity
	}
	if !e.Fuel.Known() {
		r.fault("fuel", string(e.Fuel), FaultFuel)
	}
	if e.Quantity, err = ParseQuantity(r.cells["quantity"]); err != nil {
		r.fault("quantity", r.cells["quantity"], FaultNumber)
	}
	return e
}

// ParseQuantity reads "1000" or "12,5" as thousandths; 0 for "".
func ParseQuantity(text string) (int64, error) {
	whole, part, _ := strings.Cut(strings.Replace(text, ",", ".", 1), ".")
	if text == "" {
		return 0, nil
	}
	if len(part) > 3 || len(whole) > 9 || strings.Trim(whole+part, "0123456789") != "" || whole+part == "" {
		return 0, fmt.Errorf("%q: want a number with at most three decimals", text)
	}
	var n int64
	for _, c := range whole + part + strings.Repeat("0", 3-len(part)) {
		n = n*10 + int64(c-'0')
	}
	return n, nil
}

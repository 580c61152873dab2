package tariff

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/written"
)

// The following mirror the JSON of a case, key by key.
type fileCase struct {
	Zone      string         `json:"zone"`
	From      string         `json:"from"`
	To        string         `json:"to"`
	Contracts []fileContract `json:"contracts"`
	Usage     []fileUse      `json:"usage"`
	Aids      []fileAid      `json:"aids"`
	Paid      []filePaid     `json:"instalments"`
}

type fileContract struct {
	Tariff   string `json:"tariff"`
	PowerKVA int    `json:"power_kva"`
	OffPeak  string `json:"off_peak"`
	From     string `json:"from"`
	To       string `json:"to"`
}

// A fileUse is what one register counted: in a half-hour, on a day or over days.
type fileUse struct {
	Start     string `json:"start"`
	Day       string `json:"day"`
	From      string `json:"from"`
	To        string `json:"to"`
	Meter     string `json:"meter"`
	Register  string `json:"register"`
	KWh       figure `json:"kwh"`
	M3        figure `json:"m3"`
	Estimated bool   `json:"estimated"`
}

type fileAid struct {
	Day    string  `json:"day"`
	Kind   AidKind `json:"kind"`
	EUR    figure  `json:"eur"`
	Source string  `json:"source"`
}

type filePaid struct {
	Day string `json:"day"`
	EUR figure `json:"eur"`
}

// A figure is a number as it was written, or "" where none was. It is read with what
// it stands for, so that one that is none hides no other fault.
type figure string

// UnmarshalJSON keeps what stands there; a number may stand in quotes.
func (f *figure) UnmarshalJSON(text []byte) error {
	if *f = figure(text); *f == "null" {
		*f = ""
	}
	return nil
}

// maxDigits is more than a plausible number takes.
const maxDigits = 64

// number returns the number; false where it is none.
func (f figure) number() (decimal.Decimal, bool) {
	if len(f) > maxDigits {
		return decimal.Decimal{}, false
	}
	d, err := decimal.NewFromString(strings.TrimSuffix(strings.TrimPrefix(string(f), `"`), `"`))
	return d, err == nil && plausible(d)
}

// short is what an error shows of it.
func (f figure) short() string {
	const most = 40
	if len(f) > most {
		return strings.ToValidUTF8(string(f[:most]), "") + "…"
	}
	return string(f)
}

// ReadCase reads a case from JSON; docs/reference/tariffs.md says its members. All
// faults are reported together, each with its member and its value.
func (b *Book) ReadCase(r io.Reader) (Case, error) {
	text, err := io.ReadAll(bounded(r))
	if err != nil {
		return Case{}, fmt.Errorf("read usage: %w", err)
	}
	var f fileCase
	if err := written.StrictJSON(text, &f); err != nil {
		return Case{}, fmt.Errorf("read usage: %w", err)
	}
	return b.check(f)
}

// columns are the members of a use, as a list names them.
var columns = []string{"start", "day", "from", "to", "meter", "register", "kwh", "m3", "estimated"}

// ReadList reads usage from a list with a header, separated by commas or
// semicolons, under one contract. Days of the bill are from and to; where these are
// zero, those of the list.
func (b *Book) ReadList(r io.Reader, zone *time.Location, c household.Contract, from, to energy.Day) (Case, error) {
	text, err := io.ReadAll(bounded(r))
	if err != nil {
		return Case{}, fmt.Errorf("read usage: %w", err)
	}
	list := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff")))
	if head, _, _ := strings.Cut(string(text), "\n"); strings.Contains(head, ";") {
		list.Comma = ';'
	}
	list.TrimLeadingSpace = true
	rows, err := list.ReadAll()
	if err != nil || len(rows) == 0 {
		return Case{}, errors.Join(errors.New("read usage: want a header and lines"), err)
	}
	f := fileCase{Zone: zone.String()}
	for _, name := range rows[0] {
		if !slices.Contains(columns, name) {
			return Case{}, fmt.Errorf("read usage: column %q: want some of %v", name, columns)
		}
	}
	var faults []error
	for n, row := range rows[1:] {
		u, err := use(rows[0], row)
		if err != nil {
			faults = append(faults, fmt.Errorf("line %d: %w", n+2, err))
		}
		f.Usage = append(f.Usage, u)
	}
	if err := errors.Join(faults...); err != nil {
		return Case{}, err
	}
	c.From, c.To = from, to
	f.Contracts = []fileContract{{Tariff: c.Tariff, PowerKVA: c.PowerKVA, OffPeak: c.OffPeak}}
	if from != (energy.Day{}) {
		f.From = from.String()
	}
	if to != (energy.Day{}) {
		f.To = to.String()
	}
	return b.check(f)
}

// use reads a line of a list.
func use(header, row []string) (u fileUse, err error) {
	amount := func(name, cell string) figure {
		f := figure(strings.Replace(cell, ",", ".", 1))
		if _, ok := f.number(); !ok && cell != "" {
			err = errors.Join(err, fmt.Errorf("%s %q: want a number", name, cell))
		}
		return f
	}
	for i, cell := range row {
		switch header[i] {
		case "start":
			u.Start = cell
		case "day":
			u.Day = cell
		case "from":
			u.From = cell
		case "to":
			u.To = cell
		case "meter":
			u.Meter = cell
		case "register":
			u.Register = cell
		case "kwh":
			u.KWh = amount("kwh", cell)
		case "m3":
			u.M3 = amount("m3", cell)
		case "estimated":
			var bad error
			if u.Estimated, bad = strconv.ParseBool(cell); bad != nil && cell != "" {
				err = errors.Join(err, fmt.Errorf("estimated %q: want true or false", cell))
			}
		}
	}
	return u, err
}

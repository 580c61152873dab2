package weather

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"foyer/internal/energy"
)

// ReadMeteoFrance reads what one station of a file says. The file is one of the
// climatological data of Météo-France, by the hour or by the day, as data.gouv.fr has
// them for each département, packed by gzip or not; station is its number, which may
// be left out when the file has one station alone.
//
// By the hour, T at AAAAMMJJHH, in UTC, holds for an hour. By the day, TM, the mean
// of the hourly temperatures, or else TNTXM, (TN+TX)/2, holds for the UTC day: a
// local day then has parts of two. What the producer doubts (quality 2) is left out.
// The same row twice is one; two that differ are an error.
//
// Source: meteo.data.gouv.fr, "Données climatologiques de base - horaires" and
// "quotidiennes", H_descriptif_champs.csv and Q_descriptif_champs_RR-T-Vent.csv;
// Licence Ouverte 2.0.
func ReadMeteoFrance(r io.Reader, station string) (Series, error) {
	digest := sha256.New()
	in, err := unpacked(bufio.NewReader(io.TeeReader(r, digest)))
	if err != nil {
		return Series{}, err
	}
	rows := csv.NewReader(in)
	rows.Comma, rows.ReuseRecord, rows.LazyQuotes = ';', true, true
	header, err := rows.Read()
	if err != nil {
		return Series{}, fmt.Errorf("read header: %w", err)
	}
	f, err := layoutOf(header)
	if err != nil {
		return Series{}, err
	}
	f.wanted = strings.TrimSpace(station)
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Series{}, fmt.Errorf("read: %w", err)
		}
		line, _ := rows.FieldPos(0)
		if err := f.take(cells); err != nil {
			return Series{}, fmt.Errorf("line %d: %w", line, err)
		}
	}
	return f.series(hex.EncodeToString(digest.Sum(nil)))
}

// mostBytes bounds what a file unpacks to: a département has half of it.
const mostBytes = 4 << 30

// unpacked returns what a file holds, packed by gzip or not.
func unpacked(r *bufio.Reader) (io.Reader, error) {
	const gzipped = "\x1f\x8b"
	if magic, _ := r.Peek(len(gzipped)); string(magic) != gzipped {
		return io.LimitReader(r, mostBytes), nil // what cannot be read is said when it is
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return io.LimitReader(z, mostBytes), nil
}

// A layout is where a file has what, and what of it was read.
type layout struct {
	columns map[string]int
	daily   bool
	wanted  string // station

	number, name string           // of the station read
	others       []string         // stations passed over, some of them
	at           map[int64]int64  // thousandths of degC by second
	measures     map[string]bool  // that were used
	doubted      map[int64]string // what is left out
}

// layoutOf reads the header.
func layoutOf(header []string) (*layout, error) {
	f := &layout{columns: map[string]int{}, at: map[int64]int64{}, measures: map[string]bool{}, doubted: map[int64]string{}}
	for i, c := range header {
		f.columns[strings.ToUpper(strings.TrimSpace(strings.TrimPrefix(c, "\ufeff")))] = i
	}
	has := func(c string) bool { _, ok := f.columns[c]; return ok }
	switch f.daily = has("AAAAMMJJ"); {
	case !has("NUM_POSTE"):
		return nil, errors.New("no column NUM_POSTE: want a file of Météo-France, separated by semicolons")
	case f.daily && !has("TM") && !has("TNTXM"):
		return nil, errors.New("no column TM or TNTXM: of the daily files, take the one of RR, T and Vent")
	case !f.daily && (!has("AAAAMMJJHH") || !has("T")):
		return nil, errors.New("no columns AAAAMMJJHH and T, nor AAAAMMJJ and TM: want an hourly or a daily file")
	}
	return f, nil
}

func (f *layout) cell(cells []string, column string) string {
	i, ok := f.columns[column]
	if !ok || i >= len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[i])
}

// mostStations is how many others a message names.
const mostStations = 5

// take reads a row.
func (f *layout) take(cells []string) error {
	number := f.cell(cells, "NUM_POSTE")
	switch {
	case f.wanted == "" && f.number == "":
	case f.wanted == "" && same(number, f.number), f.wanted != "" && same(number, f.wanted):
	default:
		if len(f.others) < mostStations && !slices.Contains(f.others, number) {
			f.others = append(f.others, number)
		}
		if f.wanted == "" {
			return fmt.Errorf("a second station %q after %q: say which one", number, f.number)
		}
		return nil
	}
	f.number, f.name = number, f.cell(cells, "NOM_USUEL")
	column, form := "AAAAMMJJHH", "2006010215"
	measures := []string{"T"}
	if f.daily {
		column, form = "AAAAMMJJ", "20060102"
		measures = []string{"TM", "TNTXM"}
	}
	at, err := time.Parse(form, f.cell(cells, column))
	if err != nil || at.Year() < 1700 || at.Year() > 2200 {
		return fmt.Errorf("%s %q: want %s", column, f.cell(cells, column), column)
	}
	for _, m := range measures {
		text := f.cell(cells, m)
		if text == "" {
			continue
		}
		if f.cell(cells, "Q"+m) == "2" {
			f.doubted[at.Unix()] = m
			continue
		}
		v, err := thousandths(strings.Replace(text, ",", ".", 1))
		if err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
		if before, twice := f.at[at.Unix()]; twice && before != v {
			return fmt.Errorf("%s: a second row for the same time says otherwise", m)
		}
		f.at[at.Unix()], f.measures[m] = v, true
		delete(f.doubted, at.Unix())
		return nil
	}
	return nil
}

// same reports whether two numbers of stations are; a leading zero may be missing.
func same(a, b string) bool { return strings.TrimLeft(a, "0") == strings.TrimLeft(b, "0") }

// series returns what was read.
func (f *layout) series(digest string) (Series, error) {
	if len(f.at) == 0 {
		if len(f.others) > 0 {
			return Series{}, fmt.Errorf("no temperature of station %q; the file has %s", f.wanted, strings.Join(f.others, ", "))
		}
		return Series{}, errors.New("no temperature in the file")
	}
	s := Series{Source: Source{
		Kind: MeteoFrance, Place: f.number, Name: f.name, Licence: "Licence Ouverte 2.0, Météo-France", Digest: digest, Left: len(f.doubted),
	}}
	var names []string
	for m := range f.measures {
		names = append(names, m)
	}
	slices.Sort(names)
	s.Source.Measure = strings.Join(names, ", ")
	length := time.Hour
	if f.daily {
		length = 24 * time.Hour
	}
	for at, v := range f.at {
		from := time.Unix(at, 0).UTC()
		s.Held = append(s.Held, energy.Held{From: from, To: from.Add(length), Value: v})
	}
	slices.SortFunc(s.Held, func(a, b energy.Held) int { return a.From.Compare(b.From) })
	return s, nil
}

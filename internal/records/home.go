package records

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"foyer/internal/household"
)

// The facts that figures are computed from, one text a fact, in an order of their
// own. They end in AND family = … or in nothing.
const (
	selectHomes       = `SELECT f.id, f.pilot, p.zone FROM family f JOIN pilot p ON p.id = f.pilot ORDER BY f.id`
	selectDwellings   = `SELECT family, from_day, to_day, persons_14, persons_under_14, area_m2, heated_in_rent, fragile, heating FROM dwelling WHERE $1 IN ('', family) ORDER BY family, from_day`
	selectContracts   = `SELECT family, fuel, meter, from_day, to_day, tariff, power_kva, off_peak, instalment, settles FROM contract WHERE $1 IN ('', family) ORDER BY family, from_day, fuel, meter`
	selectIncomes     = `SELECT family, from_day, amounts FROM income WHERE $1 IN ('', family) ORDER BY family, from_day`
	selectAttachments = `SELECT a.family, a.meter, CASE WHEN a.role = '' THEN m.role ELSE a.role END, a.from_at, a.to_at, a.max_power
		FROM attachment a JOIN meter m ON m.id = a.meter WHERE $1 IN ('', a.family) ORDER BY a.family, a.from_at, a.meter`
	// What was said of an instant at which a meter came or went is of both families.
	selectHomeChanges = `SELECT a.family, c.meter, c.kind, c.at, c.register, c.last_value, c.first_value, c.family, c.said_by, c.why, c.said_at, c.id, c.owner
		FROM meter_change c JOIN attachment a ON a.meter = c.meter AND a.from_at <= c.at AND a.to_at >= c.at
		WHERE $1 IN ('', a.family) AND c.kind IN ('replaced', 'kept', 'used', 'unused') ORDER BY a.family, c.id, a.from_at`
)

// Homes returns what the figures of every family are computed from, by id.
func (d *DB) Homes(ctx context.Context) ([]household.Home, error) {
	homes, err := d.homes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read homes: %w", err)
	}
	return homes, nil
}

func (d *DB) homes(ctx context.Context) ([]household.Home, error) {
	rows, err := d.read.QueryContext(ctx, selectHomes)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var homes []household.Home
	zones := map[string]*time.Location{}
	for rows.Next() {
		var h household.Home
		var zone string
		if err := rows.Scan(&h.Family, &h.Pilot, &zone); err != nil {
			return nil, err
		}
		if zones[zone] == nil {
			if zones[zone], err = time.LoadLocation(zone); err != nil {
				return nil, err
			}
		}
		h.Zone = zones[zone]
		homes = append(homes, h)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return homes, d.facts(ctx, d.read, homes, "")
}

// facts fills homes, sorted by family, with what is known of one family or of all.
func (d *DB) facts(ctx context.Context, q querier, homes []household.Home, family household.FamilyID) error {
	each := func(query string, scan func(rowScanner) (household.FamilyID, func(*household.Home), error)) error {
		rows, err := q.QueryContext(ctx, query, family)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			id, add, err := scan(rows)
			if err != nil {
				return err
			}
			i, ok := slices.BinarySearchFunc(homes, id, func(h household.Home, id household.FamilyID) int {
				return strings.Compare(string(h.Family), string(id))
			})
			if ok { // else the family is newer than the list
				add(&homes[i])
			}
		}
		return rows.Err()
	}
	for _, f := range []struct {
		query string
		scan  func(rowScanner) (household.FamilyID, func(*household.Home), error)
	}{
		{selectDwellings, scanDwelling},
		{selectContracts, scanContract},
		{selectIncomes, func(row rowScanner) (household.FamilyID, func(*household.Home), error) {
			x, known, err := d.scanIncome(ctx, row)
			return x.Family, func(h *household.Home) {
				if known {
					h.Incomes = append(h.Incomes, x)
				}
			}, err
		}},
		{selectAttachments, scanAttachment},
		{selectHomeChanges, func(row rowScanner) (household.FamilyID, func(*household.Home), error) {
			var family household.FamilyID
			c, err := d.scanChange(ctx, row, &family)
			return family, func(h *household.Home) { h.Changes = append(h.Changes, c) }, err
		}},
		{selectHeld, func(row rowScanner) (household.FamilyID, func(*household.Home), error) {
			e, err := d.scanEntry(ctx, row)
			return e.Family, func(h *household.Home) { h.Money = append(h.Money, e) }, err
		}},
		{selectWorks, func(row rowScanner) (household.FamilyID, func(*household.Home), error) { return d.scanWorks(ctx, row) }},
		{selectAnswers, func(row rowScanner) (household.FamilyID, func(*household.Home), error) {
			a, err := d.scanAnswer(ctx, row)
			return a.Family, func(h *household.Home) { h.Answers = append(h.Answers, a) }, err
		}},
	} {
		if err := each(f.query, f.scan); err != nil {
			return err
		}
	}
	for i := range homes {
		homes[i].Answers = household.Holding(homes[i].Answers)
		homes[i].Stamp = stampOfHome(&homes[i])
	}
	return nil
}

// stampOfHome returns a digest of what figures are computed from: all homes are in memory
// at once, and what jobs remember of a family holds one more.
func stampOfHome(h *household.Home) string {
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%v|%v|%v|%v|%v|%v|%v", h.Dwellings, h.Contracts, h.Incomes, h.Attachments, h.Changes, h.Money, h.Answers)
	for _, w := range h.Works { // its cost is behind a pointer, and nothing is computed from it
		_, _ = fmt.Fprintf(sum, "|%s %s %s %t", w.Kind, w.From, w.To, w.Undone)
	}
	return stampOf(sum)
}

func scanDwelling(row rowScanner) (household.FamilyID, func(*household.Home), error) {
	var x household.Dwelling
	var from, to string
	err := row.Scan(&x.Family, &from, &to, &x.Persons14, &x.PersonsUnder14, &x.AreaM2, &x.HeatedInRent, &x.Fragile, &x.Heating)
	if err == nil {
		x.From, x.To, err = span(from, to)
	}
	return x.Family, func(h *household.Home) { h.Dwellings = append(h.Dwellings, x) }, err
}

func scanContract(row rowScanner) (household.FamilyID, func(*household.Home), error) {
	var x household.Contract
	var from, to string
	err := row.Scan(&x.Family, &x.Fuel, &x.Meter, &from, &to, &x.Tariff, &x.PowerKVA, &x.OffPeak, &x.Instalment, &x.Settles)
	if err == nil {
		x.From, x.To, err = span(from, to)
	}
	return x.Family, func(h *household.Home) { h.Contracts = append(h.Contracts, x) }, err
}

func scanAttachment(row rowScanner) (household.FamilyID, func(*household.Home), error) {
	var family household.FamilyID
	var x household.Attachment
	var from, to int64
	err := row.Scan(&family, &x.Meter, &x.Role, &from, &to, &x.MaxPower)
	x.From, x.To = instant(from), instant(to)
	return family, func(h *household.Home) { h.Attachments = append(h.Attachments, x) }, err
}

// Stations returns the outdoor meters, each with the pilot whose climate it shows.
func (d *DB) Stations(ctx context.Context) ([]household.Station, error) {
	stations, err := d.stations(ctx)
	if err != nil {
		return nil, fmt.Errorf("read stations: %w", err)
	}
	return stations, nil
}

// An outdoor meter belongs to the pilot of its gateway; where the gateway is not
// registered, to that of the family it was claimed for, or to the only pilot.
const selectStations = `SELECT m.id, p.id, p.zone FROM meter m
	LEFT JOIN gateway g ON g.id = m.gateway
	LEFT JOIN attachment a ON a.meter = m.id AND a.to_at = 253402300800000 LEFT JOIN family f ON f.id = a.family
	JOIN pilot p ON p.id = COALESCE(g.pilot, f.pilot, (SELECT MIN(id) FROM pilot))
	WHERE m.role = 'outdoor' AND m.state = 'claimed' ORDER BY p.id, m.id`

func (d *DB) stations(ctx context.Context) ([]household.Station, error) {
	rows, err := d.read.QueryContext(ctx, selectStations)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.Station
	for rows.Next() {
		var s household.Station
		var zone string
		if err := rows.Scan(&s.Meter, &s.Pilot, &zone); err != nil {
			return nil, err
		}
		if s.Zone, err = time.LoadLocation(zone); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

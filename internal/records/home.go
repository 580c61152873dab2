package records

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"time"

	"foyer/internal/household"
)

// The facts that figures are computed from, one text a fact, in an order of their
// own, of the families from $1 to $2.
const (
	selectResidences  = `SELECT f.id, f.pilot, p.zone FROM family f JOIN pilot p ON p.id = f.pilot ORDER BY f.id`
	selectDwellings   = `SELECT family, from_day, to_day, persons_14, persons_under_14, area_m2, heated_in_rent, fragile, heating FROM dwelling WHERE family BETWEEN $1 AND $2 ORDER BY family, from_day`
	selectContracts   = `SELECT family, fuel, meter, from_day, to_day, tariff, power_kva, off_peak, instalment, settles FROM contract WHERE family BETWEEN $1 AND $2 ORDER BY family, from_day, fuel, meter`
	selectIncomes     = `SELECT family, from_day, amounts FROM income WHERE family BETWEEN $1 AND $2 ORDER BY family, from_day`
	selectAttachments = `SELECT a.family, a.meter, CASE WHEN a.role = '' THEN m.role ELSE a.role END, a.from_at, a.to_at, a.max_power
		FROM attachment a JOIN meter m ON m.id = a.meter WHERE a.family BETWEEN $1 AND $2 ORDER BY a.family, a.from_at, a.meter`
	// What was said of an instant at which a meter came or went is of both families.
	selectHomeChanges = `SELECT a.family, c.meter, c.kind, c.at, c.register, c.last_value, c.first_value, c.family, c.said_by, c.why, c.said_at, c.id, c.owner
		FROM meter_change c JOIN attachment a ON a.meter = c.meter AND a.from_at <= c.at AND a.to_at >= c.at
		WHERE a.family BETWEEN $1 AND $2 AND c.kind IN ('replaced', 'kept', 'used', 'unused') ORDER BY a.family, c.id, a.from_at`
)

// Residences returns where every family lives, by id.
func (d *DB) Residences(ctx context.Context) ([]household.Residence, error) {
	places, err := d.residences(ctx)
	if err != nil {
		return nil, fmt.Errorf("read where families live: %w", err)
	}
	return places, nil
}

func (d *DB) residences(ctx context.Context) ([]household.Residence, error) {
	rows, err := d.read.QueryContext(ctx, selectResidences)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var places []household.Residence
	pilots, zones := map[string]string{}, map[string]*time.Location{} // one of each for all families
	for rows.Next() {
		var p household.Residence
		var zone string
		if err := rows.Scan(&p.Family, &p.Pilot, &zone); err != nil {
			return nil, err
		}
		if zones[p.Pilot] == nil {
			if zones[p.Pilot], err = time.LoadLocation(zone); err != nil {
				return nil, err
			}
			pilots[p.Pilot] = p.Pilot
		}
		p.Pilot, p.Zone = pilots[p.Pilot], zones[p.Pilot]
		places = append(places, p)
	}
	return places, rows.Err()
}

// Homes returns what the figures of families are computed from, in their order, which is
// that of [DB.Residences]. Those between them are passed over, and cost a look.
func (d *DB) Homes(ctx context.Context, places []household.Residence) ([]household.Home, error) {
	homes := make([]household.Home, len(places))
	for i, p := range places {
		homes[i] = household.Home{Family: p.Family, Pilot: p.Pilot, Zone: p.Zone}
	}
	if err := d.facts(ctx, d.read, homes); err != nil {
		return nil, fmt.Errorf("read homes: %w", err)
	}
	return homes, nil
}

// facts fills homes, sorted by family, with what is known of them.
func (d *DB) facts(ctx context.Context, q querier, homes []household.Home) error {
	if len(homes) == 0 {
		return nil
	}
	at := make(map[household.FamilyID]*household.Home, len(homes))
	for i := range homes {
		at[homes[i].Family] = &homes[i]
	}
	first, last := homes[0].Family, homes[len(homes)-1].Family
	each := func(query string, scan func(rowScanner) (household.FamilyID, func(*household.Home), error)) error {
		rows, err := q.QueryContext(ctx, query, first, last)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			id, add, err := scan(rows)
			if err != nil {
				return err
			}
			if home := at[id]; home != nil { // else nobody asked for it, or it is newer than the list
				add(home)
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

// stampOfHome returns a digest of what figures are computed from: what jobs remember of a
// family holds one.
func stampOfHome(h *household.Home) string {
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%v|%v|%v|%v|%v|%v|%v", h.Dwellings, h.Contracts, h.Incomes, h.Attachments, h.Changes, h.Money, h.Answers)
	for _, w := range h.Works { // its cost is behind a pointer, and nothing is computed from it
		_, _ = fmt.Fprintf(sum, "|%s %s %s %t", w.Kind, w.From, w.To, w.Undone)
	}
	return stampOf(sum)
}

// FirstMeter returns when the first family of a pilot had its first meter; false when none
// ever had one.
func (d *DB) FirstMeter(ctx context.Context, pilot string) (time.Time, bool, error) {
	var first sql.NullInt64
	err := d.read.QueryRowContext(ctx, `SELECT MIN(a.from_at) FROM family f JOIN attachment a ON a.family = f.id WHERE f.pilot = $1`, pilot).Scan(&first)
	return instant(first.Int64), first.Valid, wrap("find the first meter of a pilot", err)
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
	WHERE ` + station + ` ORDER BY p.id, m.id`

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

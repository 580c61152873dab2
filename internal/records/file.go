package records

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"foyer/internal/energy"
	"foyer/internal/household"
)

const selectFamily = `SELECT id, pilot, label, language, since FROM family`

func (d *DB) scanFamily(ctx context.Context, row rowScanner) (household.Family, error) {
	var f household.Family
	var since int64
	err := row.Scan(&f.ID, &f.Pilot, &f.Label, &f.Language, &since)
	if err == nil {
		err = d.unseal(ctx, f.ID, labelOf(f.ID), &f.Label)
	}
	f.Since = instant(since)
	return f, err
}

// Families lists the families of a pilot by label; every pilot's for "". It is
// for the registry, never for an answer to somebody.
func (d *DB) Families(ctx context.Context, pilot string) ([]household.Family, error) {
	rows, err := d.read.QueryContext(ctx, selectFamily+` WHERE $1 = '' OR pilot = $1`, pilot)
	if err != nil {
		return nil, fmt.Errorf("list families: %w", err)
	}
	defer rows.Close()
	var all []household.Family
	for rows.Next() {
		f, err := d.scanFamily(ctx, rows)
		if err != nil {
			return nil, fmt.Errorf("list families: %w", err)
		}
		all = append(all, f)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list families: %w", err)
	}
	slices.SortFunc(all, func(a, b household.Family) int {
		return cmp.Or(cmp.Compare(a.Pilot, b.Pilot), cmp.Compare(a.Label, b.Label), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// File returns what the registry holds on a family; false when there is none.
func (d *DB) File(ctx context.Context, id household.FamilyID) (household.File, bool, error) {
	var f household.File
	var err error
	f.Family, err = d.scanFamily(ctx, d.read.QueryRowContext(ctx, selectFamily+` WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return household.File{}, false, nil
	}
	if err == nil {
		f.Dwellings, err = d.dwellings(ctx, id)
	}
	if err == nil {
		f.Contracts, err = d.contracts(ctx, id)
	}
	if err == nil {
		f.Incomes, err = d.incomes(ctx, id)
	}
	if err == nil {
		f.Meters, err = d.Meters(ctx, id, "")
	}
	if err != nil {
		return household.File{}, false, fmt.Errorf("read family: %w", err)
	}
	return f, true, nil
}

// HasFamily reports whether there is a family. It unseals nothing of it.
func (d *DB) HasFamily(ctx context.Context, id household.FamilyID) (known bool, err error) {
	err = d.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM family WHERE id = $1)`, id).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("look for family: %w", err)
	}
	return known, nil
}

func (d *DB) dwellings(ctx context.Context, id household.FamilyID) ([]household.Dwelling, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT from_day, to_day, persons_14, persons_under_14, area_m2, heated_in_rent, fragile, heating
		FROM dwelling WHERE family = $1 ORDER BY from_day`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.Dwelling
	for rows.Next() {
		x := household.Dwelling{Family: id}
		var from, to string
		if err := rows.Scan(&from, &to, &x.Persons14, &x.PersonsUnder14, &x.AreaM2, &x.HeatedInRent, &x.Fragile, &x.Heating); err != nil {
			return nil, err
		}
		if x.From, x.To, err = span(from, to); err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, rows.Err()
}

func (d *DB) contracts(ctx context.Context, id household.FamilyID) ([]household.Contract, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT fuel, meter, from_day, to_day, tariff, power_kva, off_peak, instalment, settles
		FROM contract WHERE family = $1 ORDER BY fuel, meter, from_day`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.Contract
	for rows.Next() {
		x := household.Contract{Family: id}
		var from, to string
		if err := rows.Scan(&x.Fuel, &x.Meter, &from, &to, &x.Tariff, &x.PowerKVA, &x.OffPeak, &x.Instalment, &x.Settles); err != nil {
			return nil, err
		}
		if x.From, x.To, err = span(from, to); err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, rows.Err()
}

func (d *DB) incomes(ctx context.Context, id household.FamilyID) ([]household.Income, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT family, from_day, amounts FROM income WHERE family = $1 ORDER BY from_day`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.Income
	for rows.Next() {
		x, known, err := d.scanIncome(ctx, rows)
		if err != nil {
			return nil, err
		}
		if known {
			all = append(all, x)
		}
	}
	return all, rows.Err()
}

// span reads two days; the second is zero when it has no end.
func span(from, to string) (energy.Day, energy.Day, error) {
	f, err := energy.ParseDay(from)
	if err != nil {
		return energy.Day{}, energy.Day{}, err
	}
	if to == farDay {
		return f, energy.Day{}, nil
	}
	t, err := energy.ParseDay(to)
	return f, t, err
}

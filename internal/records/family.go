package records

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// AddFamilies keeps new families with what is known of them, all or none. It
// returns the label of the first one whose label is taken in its pilot.
func (d *DB) AddFamilies(ctx context.Context, files []household.File) (taken string, err error) {
	errTaken := errors.New("taken")
	owners := make([]string, len(files))
	for i, f := range files {
		owners[i] = string(f.Family.ID)
	}
	if err := d.keys.Add(ctx, owners...); err != nil { // all at once: each by itself would be a commit
		return "", fmt.Errorf("add %d families: %w", len(files), err)
	}
	err = d.tx(ctx, func(tx *sql.Tx) error {
		for _, f := range files {
			ok, err := d.addFamily(ctx, tx, f)
			if err == nil && !ok {
				taken, err = f.Family.Label, errTaken
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errTaken) {
		return taken, nil
	}
	if err != nil {
		return "", fmt.Errorf("add %d families: %w", len(files), err)
	}
	return "", nil
}

func (d *DB) addFamily(ctx context.Context, tx *sql.Tx, f household.File) (bool, error) {
	index, label, err := d.sealLabel(ctx, f.Family)
	if err != nil {
		return false, err
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO family (id, pilot, label, label_index, language, since) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		f.Family.ID, f.Family.Pilot, label, index, f.Family.Language, millis(f.Family.Since))
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	for _, x := range f.Dwellings {
		if err := putDwelling(ctx, tx, x); err != nil {
			return false, err
		}
	}
	for _, x := range f.Contracts {
		if err := putContract(ctx, tx, x); err != nil {
			return false, err
		}
	}
	for _, x := range f.Incomes {
		if err := d.putIncome(ctx, tx, x); err != nil {
			return false, err
		}
	}
	return true, nil
}

// sealLabel returns the index of a family's label in its pilot, and the label sealed.
func (d *DB) sealLabel(ctx context.Context, f household.Family) (index, label string, err error) {
	if index, err = d.keys.Index("family.label", f.Pilot, f.Label); err != nil {
		return "", "", err
	}
	label, err = d.seal(ctx, f.ID, labelOf(f.ID), f.Label)
	return index, label, err
}

// PutDwelling ends the dwelling in force on x.From and begins x there.
func (d *DB) PutDwelling(ctx context.Context, x household.Dwelling) error {
	return d.dated(ctx, "change dwelling", x.Family, x.From, func(tx *sql.Tx) error { return putDwelling(ctx, tx, x) })
}

// PutContract ends the contract of the same fuel and meter in force on x.From and begins x there.
func (d *DB) PutContract(ctx context.Context, x household.Contract) error {
	return d.dated(ctx, "change contract", x.Family, x.From, func(tx *sql.Tx) error {
		if err := putContract(ctx, tx, x); err != nil {
			return err
		}
		// Another power believes other rises of the meters it is for, from the zone's
		// first midnight of that day on.
		zone, err := zoneOf(ctx, tx, x.Family)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO stale (meter, from_at, to_at)
			SELECT a.meter, $3, MAX(l.at) + 1 FROM attachment a JOIN meter m ON m.id = a.meter JOIN latest l ON l.meter = a.meter
			WHERE a.family = $1 AND ($2 = '' OR a.meter = $2) AND a.to_at > $3
				AND COALESCE(NULLIF(a.role, ''), m.role) = 'electricity' AND l.at >= $3
			GROUP BY a.meter`, x.Family, x.Meter, millis(x.From.Start(zone)))
		return err
	})
}

// zoneOf returns the zone of a family's pilot.
func zoneOf(ctx context.Context, tx *sql.Tx, family household.FamilyID) (*time.Location, error) {
	var name string
	err := tx.QueryRowContext(ctx, `SELECT p.zone FROM family f JOIN pilot p ON p.id = f.pilot WHERE f.id = $1`, family).Scan(&name)
	if err != nil {
		return nil, err
	}
	return time.LoadLocation(name)
}

// PutIncome adds what a family lives on from x.From.
func (d *DB) PutIncome(ctx context.Context, x household.Income) error {
	return d.dated(ctx, "change income", x.Family, x.From, func(tx *sql.Tx) error { return d.putIncome(ctx, tx, x) })
}

// dated runs fn and has everything computed again that read from a day on.
func (d *DB) dated(ctx context.Context, what string, family household.FamilyID, from energy.Day, fn func(*sql.Tx) error) error {
	err := d.tx(ctx, func(tx *sql.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		// Days with a result of their own too: what a home's sensors say has no usage,
		// and a rate is computed where the meter has fallen silent.
		_, err := tx.ExecContext(ctx, `INSERT INTO dirty_day (family, day)
			SELECT family, day FROM usage_day WHERE family = $1 AND day >= $2
			UNION SELECT family, from_day FROM result WHERE family = $1 AND granularity = 3 AND from_day >= $2
			ON CONFLICT DO NOTHING`, family, from.String())
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func putDwelling(ctx context.Context, tx *sql.Tx, x household.Dwelling) error {
	if _, err := tx.ExecContext(ctx, `UPDATE dwelling SET to_day = $1 WHERE family = $2 AND from_day < $1 AND to_day > $1`, x.From.String(), x.Family); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO dwelling (family, from_day, to_day, persons_14, persons_under_14, area_m2, heated_in_rent, fragile, heating)
		VALUES ($1, $2, CASE WHEN $3 = '9999-12-31'
			THEN COALESCE((SELECT MIN(n.from_day) FROM dwelling n WHERE n.family = $1 AND n.from_day > $2), $3) ELSE $3 END,
			$4, $5, $6, $7, $8, $9)
		ON CONFLICT (family, from_day) DO UPDATE SET to_day = excluded.to_day, persons_14 = excluded.persons_14,
			persons_under_14 = excluded.persons_under_14, area_m2 = excluded.area_m2, heated_in_rent = excluded.heated_in_rent,
			fragile = excluded.fragile, heating = excluded.heating`,
		x.Family, x.From.String(), dayOr(x.To), x.Persons14, x.PersonsUnder14, x.AreaM2, flag(x.HeatedInRent), flag(x.Fragile), x.Heating)
	return err
}

func putContract(ctx context.Context, tx *sql.Tx, x household.Contract) error {
	fuel := string(cmp.Or(x.Fuel, household.FuelElectricity))
	_, err := tx.ExecContext(ctx, `UPDATE contract SET to_day = $1 WHERE family = $2 AND fuel = $3 AND meter = $4 AND from_day < $1 AND to_day > $1`,
		x.From.String(), x.Family, fuel, x.Meter)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO contract (family, meter, from_day, to_day, tariff, power_kva, off_peak, instalment, fuel, settles)
		VALUES ($1, $2, $3, CASE WHEN $4 = '9999-12-31'
			THEN COALESCE((SELECT MIN(n.from_day) FROM contract n WHERE n.family = $1 AND n.fuel = $9 AND n.meter = $2 AND n.from_day > $3), $4) ELSE $4 END,
			$5, $6, $7, $8, $9, $10)
		ON CONFLICT (family, fuel, meter, from_day) DO UPDATE SET to_day = excluded.to_day, tariff = excluded.tariff,
			power_kva = excluded.power_kva, off_peak = excluded.off_peak, instalment = excluded.instalment, settles = excluded.settles`,
		x.Family, x.Meter, x.From.String(), dayOr(x.To), x.Tariff, x.PowerKVA, x.OffPeak, x.Instalment, fuel, x.Settles)
	return err
}

func (d *DB) putIncome(ctx context.Context, tx *sql.Tx, x household.Income) error {
	amounts, err := d.sealIncome(ctx, x)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO income (family, from_day, disposable, amounts) VALUES ($1, $2, 0, $3)
		ON CONFLICT (family, from_day) DO UPDATE SET amounts = excluded.amounts`, x.Family, x.From.String(), amounts)
	return err
}

// farDay ends what has no end.
const farDay = "9999-12-31"

// dayOr returns a last day as the tables keep it.
func dayOr(d energy.Day) string {
	if d == (energy.Day{}) {
		return farDay
	}
	return d.String()
}

package records

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"foyer/internal/energy"
	"foyer/internal/household"
)

// selectMeter reads a meter as it stands now. A claimed meter is collected while
// its family agrees to something measured; an outdoor one belongs to no family and always is.
// What a meter measured for a family that agrees is kept, whoever has the meter now.
// What a family agrees to is found by grant_family: an ingester reads its meters again
// every two seconds, and there are some five grants for each home.
const selectMeter = `SELECT m.id, m.gateway, m.state, m.role, m.max_power, m.first_seen,
		COALESCE(a.family, ''), COALESCE(a.from_at, 0),
		COALESCE((SELECT MIN(b.from_at) FROM attachment b WHERE b.meter = m.id), m.first_seen),
		COALESCE((SELECT MAX(b.to_at) FROM attachment b WHERE b.meter = m.id
			AND EXISTS (SELECT 1 FROM v_grant g WHERE g.family = b.family AND g.category <> 'survey')), 0),
		COALESCE(p.zone, q.zone, (SELECT zone FROM pilot ORDER BY id LIMIT 1), ''),
		CASE WHEN EXISTS (SELECT 1 FROM v_grant g WHERE g.family = a.family AND g.category <> 'survey') THEN 1 ELSE 0 END
	FROM meter m
		LEFT JOIN attachment a ON a.meter = m.id AND a.to_at = 253402300800000
		LEFT JOIN family f ON f.id = a.family LEFT JOIN pilot p ON p.id = f.pilot
		LEFT JOIN gateway w ON w.id = m.gateway LEFT JOIN pilot q ON q.id = w.pilot`

// What describes the meters whose ids follow.
const (
	selectAliases = `SELECT meter, gateway, scheme, device, name, owner FROM meter_alias WHERE meter IN `
	selectLatest  = `SELECT meter, register, at, value FROM latest WHERE meter IN `
)

// A rowScanner is a row or the current one of several.
type rowScanner interface{ Scan(...any) error }

func scanMeter(row rowScanner) (household.Meter, error) {
	var m household.Meter
	var seen, from, enrolled, kept int64
	var collected int
	err := row.Scan(&m.ID, &m.Gateway, &m.State, &m.Role, &m.MaxPower, &seen, &m.Family, &from, &enrolled, &kept, &m.Zone, &collected)
	m.FirstSeen, m.From, m.Enrolled = instant(seen), instant(from), instant(enrolled)
	if m.State == household.Claimed && m.Role != household.Outdoor && collected == 0 {
		m.State = household.Stopped
	}
	if kept > 0 && m.State != household.Claimed {
		m.Kept = instant(kept)
	}
	return m, err
}

// Meter returns a meter by its id; false when there is none.
func (d *DB) Meter(ctx context.Context, id energy.MeterID) (household.Meter, bool, error) {
	all, err := d.metersByID(ctx, nil, []energy.MeterID{id})
	if err != nil {
		return household.Meter{}, false, fmt.Errorf("read meter: %w", err)
	}
	if len(all) == 0 {
		return household.Meter{}, false, nil
	}
	return all[0], true, nil
}

// MetersByID returns those of ids that there are, in any order.
func (d *DB) MetersByID(ctx context.Context, ids []energy.MeterID) ([]household.Meter, error) {
	all := make([]household.Meter, 0, len(ids))
	for _, part := range powers(ids, marksAtOnce) {
		var err error
		if all, err = d.metersByID(ctx, all, part); err != nil {
			return nil, fmt.Errorf("read %d meters: %w", len(ids), err)
		}
	}
	return all, nil
}

func (d *DB) metersByID(ctx context.Context, all []household.Meter, ids []energy.MeterID) ([]household.Meter, error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = string(id)
	}
	rows, err := d.again(ctx, selectMeter+" WHERE m.id IN "+d.values(1, len(ids)), args)
	if err != nil {
		return all, err
	}
	defer rows.Close()
	for rows.Next() {
		m, err := scanMeter(rows)
		if err != nil {
			return all, err
		}
		all = append(all, m)
	}
	return all, rows.Err()
}

// DeviceMeters returns which meter each of a gateway's devices is known as.
func (d *DB) DeviceMeters(ctx context.Context, gateway, scheme string, ids []string) (map[string]energy.MeterID, error) {
	known, err := d.deviceMeters(ctx, d.read, gateway, scheme, ids)
	if err != nil {
		return nil, fmt.Errorf("find meter: %w", err)
	}
	return known, nil
}

// A querier is a database or a transaction.
type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

func (d *DB) deviceMeters(ctx context.Context, q querier, gateway, scheme string, ids []string) (map[string]energy.MeterID, error) {
	args, names := []any{gateway, scheme}, map[string]string{}
	for _, id := range ids {
		index, err := d.deviceIndex(gateway, scheme, id)
		if err != nil {
			return nil, err
		}
		args, names[index] = append(args, index), id
	}
	rows, err := q.QueryContext(ctx, `SELECT device, meter FROM meter_alias
		WHERE gateway = $1 AND scheme = $2 AND device IN (`+placeholders(3, len(ids))+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[string]energy.MeterID{}
	for rows.Next() {
		var index string
		var meter energy.MeterID
		if err := rows.Scan(&index, &meter); err != nil {
			return nil, err
		}
		known[names[index]] = meter
	}
	return known, rows.Err()
}

// placeholders returns n of them, the first one numbered first: "$3, $4".
func placeholders(first, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = "$" + strconv.Itoa(first+i)
	}
	return strings.Join(all, ", ")
}

// Meters returns meters in order of first sight, with their devices and the last
// reading kept: all, those of a family, or, with only "unclaimed", nobody's.
func (d *DB) Meters(ctx context.Context, family household.FamilyID, only household.MeterState) ([]household.Meter, error) {
	where, args := ` WHERE ($1 = '' OR m.state = $1)`, []any{string(only)}
	if family != "" { // said only then: SQLite begins with the meters of one family
		where, args = where+` AND a.family = $2`, append(args, string(family))
	}
	rows, err := d.read.QueryContext(ctx, selectMeter+where+` ORDER BY m.first_seen, m.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("list meters: %w", err)
	}
	defer rows.Close()
	var all []household.Meter
	for rows.Next() {
		m, err := scanMeter(rows)
		if err != nil {
			return nil, fmt.Errorf("list meters: %w", err)
		}
		all = append(all, m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list meters: %w", err)
	}
	if err := d.describe(ctx, all); err != nil {
		return nil, fmt.Errorf("list meters: %w", err)
	}
	return all, nil
}

// Claimed returns at most n meters in that state that come after one, by id, without their
// devices and last readings.
func (d *DB) Claimed(ctx context.Context, after energy.MeterID, n int) ([]household.Meter, error) {
	rows, err := d.read.QueryContext(ctx, selectMeter+` WHERE m.state = 'claimed' AND m.id > $1 ORDER BY m.id LIMIT CAST($2 AS BIGINT)`, after, n)
	if err != nil {
		return nil, fmt.Errorf("list claimed meters: %w", err)
	}
	defer rows.Close()
	var all []household.Meter
	for rows.Next() {
		m, err := scanMeter(rows)
		if err != nil {
			return nil, fmt.Errorf("list claimed meters: %w", err)
		}
		all = append(all, m)
	}
	return all, wrap("list claimed meters", rows.Err())
}

// describe fills in the devices and last readings of meters, and reads nothing of others:
// it is asked for one family's at each look at its file.
func (d *DB) describe(ctx context.Context, meters []household.Meter) error {
	at, ids := map[energy.MeterID]int{}, make([]any, len(meters))
	for i, m := range meters {
		at[m.ID], ids[i] = i, string(m.ID)
	}
	for _, part := range powers(ids, marksAtOnce) {
		if err := d.devices(ctx, part, meters, at); err != nil {
			return err
		}
		if err := d.lastReadings(ctx, part, meters, at); err != nil {
			return err
		}
	}
	for _, m := range meters {
		slices.SortFunc(m.Devices, func(a, b household.Device) int {
			return cmp.Or(cmp.Compare(a.Scheme, b.Scheme), cmp.Compare(a.ID, b.ID))
		})
	}
	return nil
}

func (d *DB) devices(ctx context.Context, ids []any, meters []household.Meter, index map[energy.MeterID]int) error {
	rows, err := d.read.QueryContext(ctx, selectAliases+d.values(1, len(ids)), ids...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id energy.MeterID
		var a alias
		if err := rows.Scan(&id, &a.gateway, &a.scheme, &a.index, &a.name, &a.owner); err != nil {
			return err
		}
		device, err := d.device(ctx, a)
		if err != nil {
			return err
		}
		i := index[id]
		meters[i].Devices = append(meters[i].Devices, device)
	}
	return rows.Err()
}

func (d *DB) lastReadings(ctx context.Context, ids []any, meters []household.Meter, index map[energy.MeterID]int) error {
	rows, err := d.read.QueryContext(ctx, selectLatest+d.values(1, len(ids))+` ORDER BY at, register`, ids...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r energy.Reading
		var at int64
		if err := rows.Scan(&r.Meter, &r.Register, &at, &r.Value); err != nil {
			return err
		}
		r.At = instant(at)
		meters[index[r.Meter]].Last = &r
	}
	return rows.Err()
}

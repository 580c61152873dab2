package records

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/keyring"
)

// Evidence returns what alerts about a family are decided on at now: the newest
// results of the indicators and the weather of the last days, how the meters
// behind its gateways speak, and its alerts.
func (d *DB) Evidence(ctx context.Context, family household.FamilyID, indicators []string, days int, now time.Time) (household.Evidence, error) {
	e, err := d.evidence(ctx, family, indicators, days, now)
	if err != nil {
		return household.Evidence{}, fmt.Errorf("read evidence: %w", err)
	}
	return e, nil
}

func (d *DB) evidence(ctx context.Context, family household.FamilyID, indicators []string, days int, now time.Time) (household.Evidence, error) {
	e := household.Evidence{Family: family, Results: map[string][]household.Result{}}
	var zone string
	if err := d.read.QueryRowContext(ctx, `SELECT p.id, p.zone FROM family f JOIN pilot p ON p.id = f.pilot WHERE f.id = $1`,
		string(family)).Scan(&e.Pilot, &zone); err != nil {
		return e, err
	}
	var err error
	if e.Zone, err = time.LoadLocation(zone); err != nil {
		return e, err
	}
	today := energy.DayOf(now, e.Zone)
	from, to := today.Add(-days), today.Add(1)
	for _, indicator := range indicators {
		if e.Results[indicator], err = d.newestResults(ctx, family, []string{indicator}, from, to); err != nil {
			return e, err
		}
	}
	if e.Weather, err = d.weatherDays(ctx, e.Pilot, from, to); err != nil {
		return e, err
	}
	if e.Meters, err = d.pulses(ctx, `AND m.gateway IN (SELECT n.gateway FROM meter n
		JOIN attachment b ON b.meter = n.id AND b.to_at = 253402300800000 WHERE b.family = $1)`, string(family)); err != nil {
		return e, err
	}
	if e.Alerts, err = d.lastAlerts(ctx, sameFamily, "a.family = $1", string(family)); err != nil {
		return e, err
	}
	var gateways []string
	for _, m := range e.Meters {
		if !slices.Contains(gateways, m.Gateway) {
			gateways = append(gateways, m.Gateway)
		}
	}
	for _, g := range gateways {
		incidents, err := d.lastAlerts(ctx, sameGateway, "a.family IS NULL AND a.gateway = $1", g)
		if err != nil {
			return e, err
		}
		e.Alerts = append(e.Alerts, incidents...)
	}
	return e, nil
}

// gatewaysAtOnce is how many gateways are judged at once.
const gatewaysAtOnce = 256

const selectNextGateways = `SELECT gateway FROM meter WHERE gateway > $1 UNION SELECT gateway FROM alert WHERE family IS NULL AND gateway > $1
	ORDER BY gateway LIMIT CAST($2 AS BIGINT)`

// Gateways returns what incidents are decided on, for each of the next gateways after one
// that has a meter whose readings are collected or an incident that runs, and after which
// one to go on; "" after the last.
func (d *DB) Gateways(ctx context.Context, after string) ([]household.GatewayEvidence, string, error) {
	ids, err := d.nextGateways(ctx, after)
	if err != nil || len(ids) == 0 {
		return nil, "", wrap("read gateways", err)
	}
	last := ids[len(ids)-1]
	all, err := d.gateways(ctx, ids[0], last)
	return all, last, wrap("read gateways", err)
}

func (d *DB) nextGateways(ctx context.Context, after string) ([]string, error) {
	rows, err := d.read.QueryContext(ctx, selectNextGateways, after, gatewaysAtOnce)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func (d *DB) gateways(ctx context.Context, first, last string) ([]household.GatewayEvidence, error) {
	pulses, err := d.pulses(ctx, "AND m.gateway BETWEEN $1 AND $2", first, last)
	if err != nil {
		return nil, err
	}
	incidents, err := d.lastAlerts(ctx, sameGateway, "a.family IS NULL AND a.gateway BETWEEN $1 AND $2", first, last)
	if err != nil {
		return nil, err
	}
	pilots, err := d.gatewayPilots(ctx, first, last)
	if err != nil {
		return nil, err
	}
	var all []household.GatewayEvidence
	at := map[string]int{}
	of := func(gateway string) *household.GatewayEvidence {
		if _, ok := at[gateway]; !ok {
			at[gateway] = len(all)
			all = append(all, household.GatewayEvidence{ID: gateway, Pilot: pilots[gateway]})
		}
		return &all[at[gateway]]
	}
	for _, p := range pulses {
		g := of(p.Gateway)
		g.Meters = append(g.Meters, p)
	}
	for _, a := range incidents {
		g := of(a.Gateway)
		g.Alerts = append(g.Alerts, a)
	}
	return all, nil
}

// gatewayPilots returns the pilot of each gateway from one to another: its own, or that of a family
// it has a meter of.
func (d *DB) gatewayPilots(ctx context.Context, first, last string) (map[string]string, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT m.gateway, COALESCE(MIN(g.pilot), MIN(f.pilot), '') FROM meter m
		LEFT JOIN gateway g ON g.id = m.gateway
		LEFT JOIN attachment a ON a.meter = m.id LEFT JOIN family f ON f.id = a.family
		WHERE m.gateway BETWEEN $1 AND $2 GROUP BY m.gateway`, first, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	pilots := map[string]string{}
	for rows.Next() {
		var gateway, pilot string
		if err := rows.Scan(&gateway, &pilot); err != nil {
			return nil, err
		}
		pilots[gateway] = pilot
	}
	return pilots, rows.Err()
}

// selectPulse reads how meters speak whose readings are collected: claimed ones
// of a family that agrees to something, and outdoor ones.
const selectPulse = `SELECT m.id, m.gateway, m.role, COALESCE(a.family, ''), COALESCE(a.from_at, m.first_seen),
		COALESCE((SELECT MAX(l.at) FROM latest l WHERE l.meter = m.id), 0), COALESCE(p.interval_ms, 0)
	FROM meter m LEFT JOIN attachment a ON a.meter = m.id AND a.to_at = 253402300800000
		LEFT JOIN meter_pulse p ON p.meter = m.id
	WHERE m.state = 'claimed' AND (m.role = 'outdoor' OR EXISTS (SELECT 1 FROM v_grant g WHERE g.family = a.family)) `

func (d *DB) pulses(ctx context.Context, and string, args ...any) ([]household.Pulse, error) {
	rows, err := d.read.QueryContext(ctx, selectPulse+and+" ORDER BY m.gateway, m.id", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.Pulse
	for rows.Next() {
		var p household.Pulse
		var since, last, interval int64
		if err := rows.Scan(&p.Meter, &p.Gateway, &p.Role, &p.Family, &since, &last, &interval); err != nil {
			return nil, err
		}
		p.Since, p.Last, p.Interval = instant(since), instant(last), time.Duration(interval)*time.Millisecond
		all = append(all, p)
	}
	return all, rows.Err()
}

// Paces returns how often the meters from one to another speak, as far as it is known.
func (d *DB) Paces(ctx context.Context, first, last energy.MeterID) (map[energy.MeterID]time.Duration, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT meter, interval_ms FROM meter_pulse WHERE meter BETWEEN $1 AND $2`, first, last)
	if err != nil {
		return nil, fmt.Errorf("read how often meters speak: %w", err)
	}
	defer rows.Close()
	all := map[energy.MeterID]time.Duration{}
	for rows.Next() {
		var meter energy.MeterID
		var interval int64
		if err := rows.Scan(&meter, &interval); err != nil {
			return nil, fmt.Errorf("read how often meters speak: %w", err)
		}
		all[meter] = time.Duration(interval) * time.Millisecond
	}
	return all, rows.Err()
}

// Whether alerts a and b are about the same.
const (
	sameFamily  = "b.family = a.family"
	sameGateway = "b.family IS NULL AND b.gateway = a.gateway"
)

// lastAlerts returns the running alerts that match, and for each cause the last
// resolved one that was ever open.
func (d *DB) lastAlerts(ctx context.Context, same, where string, args ...any) ([]household.Alert, error) {
	rows, err := d.read.QueryContext(ctx, selectAlert+` a WHERE `+where+` AND (a.state <> 'resolved' OR a.opened_at > 0
		AND NOT EXISTS (SELECT 1 FROM alert b WHERE `+same+`
			AND b.rule = a.rule AND b.state = 'resolved' AND b.opened_at > 0
			AND (b.changed_at > a.changed_at OR b.changed_at = a.changed_at AND b.id > a.id)))
		ORDER BY a.rule, a.since, a.id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.Alert
	for rows.Next() {
		a, err := scanAlert(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

func (d *DB) newestResults(ctx context.Context, family household.FamilyID, indicators []string, from, to energy.Day) ([]household.Result, error) {
	args := []any{string(family), from.String(), to.String()}
	for _, id := range indicators {
		args = append(args, id)
	}
	//nolint:gosec // placeholders are all that is joined
	rows, err := d.read.QueryContext(ctx, `SELECT id, indicator, from_day, to_day, version, status, value, unit, detail, computed_at, category FROM result r
		WHERE family = $1 AND indicator IN (`+placeholders(4, len(indicators))+`) AND from_day >= $2 AND from_day < $3
			AND id = (SELECT MAX(q.id) FROM result q
				WHERE q.family = r.family AND q.indicator = r.indicator AND q.from_day = r.from_day)
		ORDER BY indicator, from_day`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []household.Result
	for rows.Next() {
		r := household.Result{Family: family}
		var first, end, detail, category string
		var at int64
		if err := rows.Scan(&r.ID, &r.Indicator, &first, &end, &r.Version, &r.Status, &r.Value, &r.Unit, &detail, &at, &category); err != nil {
			return nil, err
		}
		if r.From, err = energy.ParseDay(first); err != nil {
			return nil, err
		}
		if r.To, err = energy.ParseDay(end); err != nil {
			return nil, err
		}
		r.Detail, r.At = []byte(detail), instant(at)
		switch err := d.unsealResult(ctx, &r, category); {
		case errors.Is(err, keyring.ErrNotOpened):
			r.Value, r.Detail, r.Unread = "", nil, true // as computed again it differs, and is kept instead
		case err != nil:
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

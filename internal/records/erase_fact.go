package records

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"foyer/internal/household"
)

// devicesOf opens the names of devices that are a family's, or that its meters had
// before.
func (d *DB) devicesOf(ctx context.Context, tx *sql.Tx, family household.FamilyID) ([]household.GatewayDevice, error) {
	aliases, err := all(ctx, tx, `SELECT gateway, scheme, device, name, owner FROM meter_alias
		WHERE owner = $1 OR meter IN (`+strings.TrimSuffix(ownMeters, " ORDER BY meter")+`)`, func(row rowScanner, a *alias) error {
		return row.Scan(&a.gateway, &a.scheme, &a.index, &a.name, &a.owner)
	}, family)
	if err != nil {
		return nil, err
	}
	var devices []household.GatewayDevice
	for _, a := range aliases {
		device, err := d.device(ctx, a)
		if err != nil {
			return nil, err
		}
		if device.ID != "" {
			devices = append(devices, household.GatewayDevice{Gateway: a.gateway, Name: device.ID})
		}
	}
	return devices, nil
}

// forgetFacts forgets what the family's own gateways taught, and of others what names
// one of its devices.
func (d *DB) forgetFacts(ctx context.Context, tx *sql.Tx, b household.Belongings) error {
	names := map[string][]string{}
	for _, g := range b.Gateways {
		names[g] = nil
	}
	for _, x := range b.Devices {
		if of, own := names[x.Gateway]; !own || of != nil {
			names[x.Gateway] = append(of, x.Name)
		}
	}
	for gateway, of := range names {
		if err := d.forgetFactsOf(ctx, tx, gateway, of); err != nil {
			return err
		}
	}
	return nil
}

// forgetFactsOf forgets the facts of a gateway that hold one of names; all of them
// without names.
func (d *DB) forgetFactsOf(ctx context.Context, tx *sql.Tx, gateway string, names []string) error {
	type fact struct{ index, sealed string }
	facts, err := all(ctx, tx, `SELECT key, value FROM fact WHERE gateway = $1`, func(row rowScanner, f *fact) error {
		return row.Scan(&f.index, &f.sealed)
	}, gateway)
	if err != nil || len(facts) == 0 {
		return err
	}
	for _, f := range facts {
		key, value, err := d.fact(ctx, gateway, f.index, f.sealed)
		if err != nil {
			return err
		}
		if len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(key, n) || strings.Contains(value, n) }) {
			continue
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM fact WHERE gateway = $1 AND key = $2`, gateway, f.index); err != nil {
			return err
		}
	}
	revision, err := count(ctx, tx, "fact")
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO fact_change (gateway, revision) VALUES ($1, $2)
		ON CONFLICT (gateway) DO UPDATE SET revision = excluded.revision`, gateway, revision)
	return err
}

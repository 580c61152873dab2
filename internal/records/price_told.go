package records

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"foyer/internal/canonical"
	"foyer/internal/journal"
)

// tariffsBody is what an entry says of tariffs.
type tariffsBody struct {
	Changed []changedTariff `json:"changed"`
}

// A changedTariff has other prices than before.
type changedTariff struct {
	Tariff string `json:"tariff"`
	Digest string `json:"digest"` // SHA-256, in hexadecimal digits, of its runs of days; "" when it has none any more
}

// tariffsAtOnce is how many tariffs one entry tells of at most.
const tariffsAtOnce = 100

// A priceRun is a run of days that a tariff prices alike, as its row has it.
type priceRun struct {
	tariff string
	From   string `json:"from"`
	Until  string `json:"until"`
	Digest string `json:"digest"`
}

// priceRuns reads the runs of every tariff, as they are.
func priceRuns(ctx context.Context, q querier) ([]priceRun, error) {
	rows, err := q.QueryContext(ctx, `SELECT tariff, from_day, until_day, digest FROM price ORDER BY tariff, from_day`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []priceRun
	for rows.Next() {
		var r priceRun
		if err := rows.Scan(&r.tariff, &r.From, &r.Until, &r.Digest); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// priceDigests returns a digest of the runs of each tariff, which stand in order.
func priceDigests(runs []priceRun) (map[string]string, error) {
	byTariff := map[string][]priceRun{}
	for _, r := range runs {
		byTariff[r.tariff] = append(byTariff[r.tariff], r)
	}
	digests := make(map[string]string, len(byTariff))
	for tariff, all := range byTariff {
		text, err := canonical.Marshal(all)
		if err != nil {
			return nil, err
		}
		if digests[tariff], _, err = journal.Digest(text); err != nil {
			return nil, err
		}
	}
	return digests, nil
}

// tellPrices writes into the journal which tariffs have other prices than before.
func (d *DB) tellPrices(ctx context.Context, tx *sql.Tx, before []priceRun) error {
	was, err := priceDigests(before)
	if err != nil {
		return err
	}
	after, err := priceRuns(ctx, tx)
	if err != nil {
		return err
	}
	is, err := priceDigests(after)
	if err != nil {
		return err
	}
	var changed []changedTariff
	all := maps.Clone(was)
	maps.Copy(all, is)
	for _, tariff := range slices.Sorted(maps.Keys(all)) {
		if was[tariff] != is[tariff] {
			changed = append(changed, changedTariff{tariff, is[tariff]})
		}
	}
	for part := range slices.Chunk(changed, tariffsAtOnce) {
		if _, err := d.inscribe(ctx, tx, inscription{journal.Tariffs, tariffsBody{part}}); err != nil {
			return err
		}
	}
	return nil
}

package records

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"foyer/internal/journal"
)

// A pricedAt is the digest of a tariff's prices, and the entry that told it last.
type pricedAt struct {
	digest string
	entry  int64
}

// learnPrices keeps what an entry says of tariffs.
func (a *audit) learnPrices(e journal.Entry) error {
	if e.Kind != journal.Tariffs {
		return nil
	}
	var body tariffsBody
	if err := json.Unmarshal(e.Body, &body); err != nil {
		return &journal.Fault{Index: e.Index, Kind: e.Kind, Why: "it does not say which tariffs changed"}
	}
	for _, c := range body.Changed {
		a.prices[c.Tariff] = pricedAt{c.Digest, e.Index}
	}
	return nil
}

// holdPrices compares prices with what entries say of them.
func (a *audit) holdPrices(ctx context.Context, tx *sql.Tx) error {
	if size, err := journalSize(ctx, tx); err != nil || size > a.check.Size() {
		return err
	}
	runs, err := priceRuns(ctx, tx)
	if err != nil {
		return err
	}
	now, err := priceDigests(runs)
	if err != nil {
		return err
	}
	for tariff, told := range a.prices {
		if now[tariff] != told.digest {
			return &journal.Fault{Index: told.entry, Kind: journal.Tariffs, Why: fmt.Sprintf("prices of %s are others than it tells", tariff)}
		}
	}
	for tariff := range now {
		if _, ok := a.prices[tariff]; !ok {
			return &journal.Fault{Index: -1, Kind: journal.Tariffs, Why: "no entry tells of the prices of " + tariff}
		}
	}
	return nil
}

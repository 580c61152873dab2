package records

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"foyer/internal/charter"
	"foyer/internal/consent"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/journal"
	"foyer/internal/registry"
)

// A told town is one of which the journal has everything to tell.
type toldTown struct {
	town
	keeper   *journal.Keeper
	key      journal.Key
	path     string // of the checkpoint's file
	families []household.FamilyID
}

func newToldTown(t *testing.T, db *DB) toldTown {
	t.Helper()
	ctx := t.Context()
	w := toldTown{town: newTown(t, db), path: filepath.Join(t.TempDir(), "journal.checkpoint")}
	var err error
	if w.key, err = journal.OpenKey(ctx, db, filepath.Join(t.TempDir(), "journal.key"), "foyer/p"); err != nil {
		t.Fatal(err)
	}
	w.keeper = journal.NewKeeper(db, w.key, w.path, time.Now, discard(), nil)
	for n := range 2 {
		id := w.family(t, fmt.Sprintf("Foyer %02d", n+1))
		w.families = append(w.families, id)
		w.agrees(t, id, consent.FamilyView, consent.CooperativeSummary, consent.Alert)
		if err := w.registry.Withdraw(ctx, id, consent.Offer(consent.CooperativeSummary)[:1], registry.Form{By: "s0", Medium: "paper", Paper: "classeur 3"}); err != nil {
			t.Fatal(err)
		}
	}
	cold := fmt.Sprintf("a-%s-cold_home", w.families[0])
	if _, err := w.gate.Acknowledge(ctx, w.caseworker, cold, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := w.gate.Resolve(ctx, w.caseworker, cold, 2, "visit", "Madame B. attend un artisan"); err != nil {
		t.Fatal(err)
	}
	w.reprices(t, "fr-a", "fr-b")
	if _, _, err := w.registry.Amend(ctx, charter.Change{Name: charter.Homes, Value: "20", By: "conseil municipal", Why: "le village est petit"}); err != nil {
		t.Fatal(err)
	}
	w.reads(t)
	return w
}

// reprices has tariffs of other prices than before.
func (w toldTown) reprices(t *testing.T, tariffs ...string) {
	t.Helper()
	var prices []household.Priced
	for _, name := range tariffs {
		prices = append(prices, household.Priced{Tariff: name, From: energy.Day{Year: 2026, Month: 1, Date: 1}, Digest: name + "-1"})
	}
	if err := w.db.KeepPrices(t.Context(), prices); err != nil {
		t.Fatal(err)
	}
}

// reads has families read, in two minutes that are over, and an id that is nobody's.
func (w toldTown) reads(t *testing.T) {
	t.Helper()
	for n := range 2 {
		for _, id := range append(slices.Clone(w.families), "faaaaaaaaaaaaaaaa") {
			if _, err := w.gate.Family(t.Context(), w.machine, id); err != nil && id != "faaaaaaaaaaaaaaaa" {
				t.Fatal(err)
			}
		}
		w.exec(t, `UPDATE access SET at = at - $1 WHERE entry IS NULL AND at > (SELECT now - 60000 FROM wall)`, (3-n)*120_000)
	}
}

// keep has the keeper cover what was read, and sign.
func (w toldTown) keep(t *testing.T) {
	t.Helper()
	if err := w.keeper.Keep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (w toldTown) audit(t *testing.T) error {
	t.Helper()
	_, _, err := w.report(t)
	return err
}

func (w toldTown) report(t *testing.T) (journal.Report, int, error) {
	t.Helper()
	c := journal.NewCheck(w.key.Public())
	signed, err := journal.ReadCheckpoint(w.path)
	if err != nil {
		t.Fatal(err)
	}
	if signed != "" {
		if err := c.Promise("checkpoint's file", signed, true); err != nil {
			return journal.Report{}, 0, err
		}
	}
	return w.db.Audit(t.Context(), c, nil)
}

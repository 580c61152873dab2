package records

import (
	"context"
	"strings"
	"testing"
	"time"

	"foyer/internal/consent"
	"foyer/internal/household"
	"foyer/internal/permission"
)

// Rows are put back as a copy from before has them: who was shown out is shown out again,
// and who confirmed to be erased is due again, once each.
func TestWhatWasEndedIsEndedAgainInRowsFromBefore(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w, ctx := newTown(t, db), t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		id, asks := w.family(t, "Foyer 01"), w.family(t, "Foyer 02")
		phone, err := w.accounts.ConnectPhone(ctx, id)
		must(err)
		staff, err := w.accounts.AddStaff(ctx, household.Staff{Pilot: "p", Email: "karim@coop.example", Name: "Karim", Role: "caseworker"}, "quatre chevaux verts")
		must(err)
		session, err := w.accounts.OpenStaff(ctx, staff)
		must(err)
		token, bearer, err := w.accounts.AddToken(ctx, "p", "old", time.Hour, permission.ReadFamilies)
		must(err)
		code, _, err := w.registry.AskErasure(ctx, asks, "p")
		must(err)
		tables := map[string][]string{
			"session": {`CREATE TABLE kept_session AS SELECT * FROM session`, `INSERT INTO session SELECT * FROM kept_session k WHERE k.hash NOT IN (SELECT hash FROM session)`},
			"staff":   {`CREATE TABLE kept_staff AS SELECT * FROM staff`, `UPDATE staff SET password = (SELECT k.password FROM kept_staff k WHERE k.id = staff.id)`},
			"token":   {`CREATE TABLE kept_token AS SELECT * FROM token`, `UPDATE token SET expires_at = (SELECT k.expires_at FROM kept_token k WHERE k.id = token.id)`},
		}
		for _, x := range tables {
			w.exec(t, x[0])
		}

		must(w.accounts.DisconnectAll(ctx, id))
		must(w.accounts.RemoveStaff(ctx, "karim@coop.example"))
		must(w.accounts.RemoveToken(ctx, token))
		known, err := db.ConfirmErasure(ctx, asks, strings.ReplaceAll(code, "-", ""), consent.Act{ID: "c9", Verb: consent.Withdraw})
		if err != nil || !known {
			t.Fatal(known, err)
		}
		in := func(read func(context.Context, string) (consent.Reader, error), shown string) bool {
			t.Helper()
			r, err := read(ctx, shown)
			must(err)
			return r.Kind != ""
		}
		for _, x := range tables {
			w.exec(t, x[1])
		}
		w.exec(t, `DELETE FROM erasure`)
		w.exec(t, `UPDATE keyring SET noted = 0`)
		if !in(db.SessionReader, phone) || !in(db.SessionReader, session) || !in(db.BearerReader, bearer) {
			t.Fatal("the copy from before is none")
		}
		since, err := db.Ended(ctx)
		must(err)
		must(db.EndedSettled(ctx, &since))
		if since.Shut != 3 || since.Due != 1 || in(db.SessionReader, phone) || in(db.SessionReader, session) || in(db.BearerReader, bearer) {
			t.Errorf("%d are shut, %d due", since.Shut, since.Due)
		}
		due, err := db.DueErasures(ctx, "")
		if err != nil || len(due) != 1 || due[0].Family != asks {
			t.Errorf("%+v, %v", due, err)
		}
		if again, err := db.Ended(ctx); err != nil || again.last != 0 {
			t.Errorf("%+v is to be settled twice, %v", again, err)
		}
	})
}

package records

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/internal/account"
	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// welcomed adds Léa, who is to choose a password, and returns the token of her link.
func welcomed(t *testing.T, w town) string {
	t.Helper()
	token, err := w.accounts.Welcome(t.Context(), household.Staff{Pilot: "p", Email: "lea@ville.example", Name: "Léa", Role: "lead"})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestASetupLinkIsUsedOnceAndOnlyByChoosing(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		ctx := t.Context()
		token := welcomed(t, w)
		left := w.count(t, `SELECT expires_at - (SELECT now FROM wall) FROM session WHERE kind = 'setup'`)
		if d := time.Duration(left) * time.Millisecond; d > 30*time.Minute || d < 29*time.Minute {
			t.Error(d)
		}
		for range 3 { // a scanner, a preview, the person
			if s, err := w.accounts.Setup(ctx, token); err != nil || s.Name != "Léa" || s.Email != "lea@ville.example" {
				t.Fatal(s, err)
			}
		}
		if _, err := w.gate.Authenticate(ctx, disclosure.Credential{Session: token}); !errors.Is(err, disclosure.ErrUnauthenticated) {
			t.Error("the link signs in by itself:", err)
		}
		if _, err := w.accounts.Challenge(ctx, token); !errors.Is(err, account.ErrDenied) {
			t.Error("the link stands for a password:", err)
		}
		if w.count(t, `SELECT COUNT(*) FROM session WHERE hash = $1`, token) > 0 {
			t.Error("the token is kept in clear")
		}
		var chose atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := w.accounts.ChoosePassword(ctx, token, "quatre chevaux verts"); err == nil {
					chose.Add(1)
				} else if !errors.Is(err, account.ErrSetup) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if chose.Load() != 1 {
			t.Errorf("%d chose a password with one link", chose.Load())
		}
		if _, err := w.accounts.SignIn(ctx, "lea@ville.example", "quatre chevaux verts", ""); err != nil {
			t.Error(err)
		}
	})
}

// Whatever replaces a person's access ends a link that waits: another link, a password,
// another role, their end, and time.
func TestASetupLinkEnds(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		ctx := t.Context()
		welcomed(t, w)
		for name, end := range map[string]func() error{
			"another link": func() error { _, err := w.accounts.OfferSetup(ctx, "lea@ville.example"); return err },
			"a password":   func() error { return w.accounts.SetPassword(ctx, "lea@ville.example", "cinq chevaux verts") },
			"a role":       func() error { return w.accounts.SetRole(ctx, "lea@ville.example", "operator") },
			"time": func() error {
				w.exec(t, `UPDATE session SET expires_at = (SELECT now FROM wall) WHERE kind = 'setup'`)
				return nil
			},
		} {
			token, err := w.accounts.OfferSetup(ctx, "Lea@ville.example")
			if err != nil {
				t.Fatal(err)
			}
			if err := end(); err != nil {
				t.Fatal(name, err)
			}
			if _, err := w.accounts.ChoosePassword(ctx, token, "quatre chevaux verts"); !errors.Is(err, account.ErrSetup) {
				t.Errorf("%s leaves the link open: %v", name, err)
			}
		}
		token, err := w.accounts.OfferSetup(ctx, "lea@ville.example")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.accounts.RemoveStaff(ctx, "lea@ville.example"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.accounts.ChoosePassword(ctx, token, "quatre chevaux verts"); !errors.Is(err, account.ErrSetup) {
			t.Error("who was removed comes back:", err)
		}
		if _, err := w.accounts.OfferSetup(ctx, "lea@ville.example"); !errors.Is(err, account.ErrUnknown) {
			t.Error(err)
		}
	})
}

// A link replaces a password that was lost, not the second factor.
func TestASetupLinkLeavesTheSecondFactor(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		ctx := t.Context()
		token := welcomed(t, w)
		w.exec(t, `UPDATE staff SET totp_at = 1 WHERE role = 'lead'`)
		held, err := w.accounts.ChoosePassword(ctx, token, "quatre chevaux verts")
		if err != nil {
			t.Fatal(err)
		}
		if c, err := w.accounts.Challenge(ctx, held); err != nil || !c.Enrolled || c.Secret != "" {
			t.Error(c, err)
		}
	})
}

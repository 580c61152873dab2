package records

import (
	"errors"
	"testing"
	"time"

	"foyer/internal/account"
	"foyer/internal/disclosure"
)

func TestAPhoneIsToldFromTheOthersAndEndedAlone(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w, ctx := newTown(t, db), t.Context()
		id, other := w.family(t, "Foyer 01"), w.family(t, "Foyer 02")
		var sessions []string
		for range account.MaxPhones {
			s, err := w.accounts.ConnectPhone(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			sessions = append(sessions, s)
		}
		theirs, err := w.accounts.ConnectPhone(ctx, other)
		if err != nil {
			t.Fatal(err)
		}
		list, err := w.accounts.Phones(ctx, id, sessions[1])
		if err != nil || len(list) != 3 {
			t.Fatal(list, err)
		}
		end := ""
		for _, p := range list {
			if p.Connected != p.Used || p.Used.IsZero() || p.Used.UTC().Hour() != 0 || len(p.ID) < 20 {
				t.Errorf("more is known than the day: %+v", p)
			}
			if p.This {
				end = p.ID
			}
		}
		if err := w.accounts.Disconnect(ctx, other, end); !errors.Is(err, account.ErrUnknown) {
			t.Errorf("another family disconnects it: %v", err)
		}
		if err := w.accounts.Disconnect(ctx, id, end); err != nil {
			t.Fatal(err)
		}
		for i, s := range append(sessions, theirs) {
			_, err := w.gate.Authenticate(ctx, disclosure.Credential{Session: s})
			if ended := errors.Is(err, disclosure.ErrUnauthenticated); ended != (i == 1) {
				t.Errorf("phone %d: %v", i, err)
			}
		}
		if err := w.accounts.Disconnect(ctx, id, end); !errors.Is(err, account.ErrUnknown) {
			t.Errorf("ended twice: %v", err)
		}
		if _, err := w.accounts.ConnectPhone(ctx, id); err != nil {
			t.Errorf("no room for another: %v", err)
		}
	})
}

func TestTheUseOfAPhoneIsNotedOnceADay(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w, ctx := newTown(t, db), t.Context()
		id := w.family(t, "Foyer 01")
		session, err := w.accounts.ConnectPhone(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		used := func() time.Time {
			t.Helper()
			w.enter(t, disclosure.Credential{Session: session})
			list, err := w.accounts.Phones(ctx, id, session)
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			return list[0].Used
		}
		today := used()
		w.exec(t, `UPDATE session SET used_at = used_at - 86400000`)
		if got := used(); !got.Equal(today) {
			t.Errorf("used again on %s: %s is kept", today, got)
		}
		w.exec(t, `UPDATE session SET used_at = used_at + 1`) // a mark: what is noted again would take it away
		if got := used(); got.Equal(today) {
			t.Error("noted twice on a day")
		}
	})
}

// Phones that were connected before are told apart too; nothing is invented of their use.
func TestPhonesFromBeforeHaveTheirDay(t *testing.T) {
	for dialect, address := range stores {
		t.Run(dialect, func(t *testing.T) {
			url := address(t)
			old(t, dialect, url)
			list, err := open(t, url).Phones(t.Context(), "f1", "phone")
			if err != nil || len(list) != 2 || list[0].ID == list[1].ID || !list[0].This || list[1].This {
				t.Fatalf("%+v, %v", list, err)
			}
			for _, p := range list {
				if day := instant(9_000_000_012_345_678).Add(-account.FamilySession).UTC().Truncate(24 * time.Hour); !p.Connected.Equal(day) || !p.Used.IsZero() {
					t.Errorf("connected %s, want %s, used %s", p.Connected, day, p.Used)
				}
			}
		})
	}
}

package records

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/internal/account"
	"foyer/internal/disclosure"
	"foyer/internal/household"
	"foyer/internal/permission"
	"foyer/internal/testserver"
)

func TestACodeLetsOnePhoneInOnce(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		ctx := t.Context()
		code, err := w.accounts.Invite(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		before := w.count(t, `SELECT COUNT(*) FROM invitation WHERE used_at = 0`)
		for range 3 { // a scanner, a preview, the person
			if language, err := w.accounts.Peek(ctx, strings.ToLower(code), "a"); err != nil || language != "fr" {
				t.Fatal(language, err)
			}
		}
		if n := w.count(t, `SELECT COUNT(*) FROM invitation WHERE used_at = 0`); n != before || w.count(t, `SELECT COUNT(*) FROM session WHERE kind = 'family'`) != 0 {
			t.Error("looking used the code up")
		}
		var mu sync.Mutex
		var tokens []string
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				token, err := w.accounts.Consume(ctx, code, string(rune('a'+i)))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					tokens = append(tokens, token)
				} else if !errors.Is(err, account.ErrCodeUsed) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(tokens) != 1 {
			t.Fatalf("%d phones came in with one code", len(tokens))
		}
		if aud := w.enter(t, disclosure.Credential{Session: tokens[0]}); aud.Family() != id || aud.Language() != "fr" {
			t.Errorf("%+v", aud)
		}
		if _, err := w.accounts.Peek(ctx, code, "a"); !errors.Is(err, account.ErrCodeUsed) {
			t.Error(err)
		}
		for _, secret := range []string{tokens[0], strings.ReplaceAll(code, "-", "")} {
			if w.count(t, `SELECT COUNT(*) FROM session WHERE hash = $1`, secret)+w.count(t, `SELECT COUNT(*) FROM invitation WHERE hash = $1`, secret) > 0 {
				t.Error("a secret is kept in clear")
			}
		}
	})
}

func TestAFamilyHasThreePhonesAtMost(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		ctx := t.Context()
		var last string
		for range account.MaxPhones {
			code, err := w.accounts.Invite(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			if last, err = w.accounts.Consume(ctx, code, ""); err != nil {
				t.Fatal(err)
			}
		}
		code, err := w.accounts.Invite(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.accounts.Consume(ctx, code, ""); !errors.Is(err, account.ErrPhones) {
			t.Error(err)
		}
		if _, err := w.accounts.ConnectPhone(ctx, id); !errors.Is(err, account.ErrPhones) {
			t.Error(err)
		}
		if err := w.accounts.SignOut(ctx, last); err != nil {
			t.Fatal(err)
		}
		if _, err := w.gate.Authenticate(ctx, disclosure.Credential{Session: last}); !errors.Is(err, disclosure.ErrUnauthenticated) {
			t.Error("signed out and still in:", err)
		}
		token, err := w.accounts.Consume(ctx, code, "") // the code was left as it was
		if err != nil {
			t.Fatal(err)
		}
		if err := w.accounts.DisconnectAll(ctx, id); err != nil {
			t.Fatal(err)
		}
		if _, err := w.gate.Authenticate(ctx, disclosure.Credential{Session: token}); !errors.Is(err, disclosure.ErrUnauthenticated) {
			t.Error("disconnected and still in:", err)
		}
	})
}

func TestCodesEnd(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		id := w.family(t, "Foyer 01")
		ctx := t.Context()
		old, err := w.accounts.Invite(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		code, err := w.accounts.Invite(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.accounts.Consume(ctx, old, ""); !errors.Is(err, account.ErrCodeUnknown) {
			t.Error("a code that was given out anew:", err)
		}
		w.exec(t, `UPDATE invitation SET expires_at = (SELECT now FROM wall)`)
		if _, err := w.accounts.Peek(ctx, code, ""); !errors.Is(err, account.ErrCodeExpired) {
			t.Error(err)
		}
		if _, err := w.accounts.Consume(ctx, code, ""); !errors.Is(err, account.ErrCodeExpired) {
			t.Error(err)
		}
		if _, err := w.accounts.Invite(ctx, "f"); !errors.Is(err, account.ErrUnknown) {
			t.Error(err)
		}
	})
}

func TestStaffSignInUntilTheirSessionEnds(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		ctx := t.Context()
		const password = "quatre chevaux verts"
		person := household.Staff{Pilot: "p", Email: "Nadia@Coop.example ", Name: "Nadia", Role: "caseworker"}
		id, err := w.accounts.AddStaff(ctx, person, password)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.accounts.AddStaff(ctx, person, password); !errors.Is(err, account.ErrTaken) {
			t.Error(err)
		}
		var recovery []string // codes left
		signIn := func() string {
			t.Helper()
			held, err := w.accounts.SignIn(ctx, "nadia@coop.example", password, "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.gate.Authenticate(ctx, disclosure.Credential{Session: held}); !errors.Is(err, disclosure.ErrUnauthenticated) {
				t.Error("a password alone lets somebody in:", err)
			}
			challenge, err := w.accounts.Challenge(ctx, held)
			if err != nil {
				t.Fatal(err)
			}
			var code string
			if challenge.Enrolled {
				code, recovery = recovery[0], recovery[1:]
			} else {
				code = testserver.Authenticator(t, challenge.Secret, time.Now())
			}
			token, codes, err := w.accounts.Prove(ctx, held, code, "")
			if err != nil {
				t.Fatal(err)
			}
			if !challenge.Enrolled {
				recovery = codes
			}
			if aud := w.enter(t, disclosure.Credential{Session: token}); aud.Subject() != id || aud.Name() != "Nadia" || aud.Operator() {
				t.Errorf("%+v", aud)
			}
			return token
		}
		out := func(token, why string) {
			t.Helper()
			if _, err := w.gate.Authenticate(ctx, disclosure.Credential{Session: token}); !errors.Is(err, disclosure.ErrUnauthenticated) {
				t.Errorf("%s: %v", why, err)
			}
		}
		token := signIn()
		out("foyer_"+token, "another token")
		if _, err := w.gate.Authenticate(ctx, disclosure.Credential{Bearer: token}); !errors.Is(err, disclosure.ErrUnauthenticated) {
			t.Error("a session as bearer:", err)
		}
		left := w.count(t, `SELECT MIN(expires_at) - (SELECT now FROM wall) FROM session WHERE subject = $1`, id)
		if d := time.Duration(left) * time.Millisecond; d > account.StaffSession || d < account.StaffSession-time.Minute {
			t.Error(d)
		}
		w.exec(t, `UPDATE session SET expires_at = (SELECT now FROM wall) WHERE subject = $1`, id)
		out(token, "the session ended")
		token = signIn()
		if err := w.accounts.SetPassword(ctx, "nadia@coop.example", password+" !"); err != nil {
			t.Fatal(err)
		}
		out(token, "the password was replaced")
		if _, err := w.accounts.SignIn(ctx, "nadia@coop.example", password, ""); !errors.Is(err, account.ErrDenied) {
			t.Error(err)
		}
		if err := w.accounts.SetPassword(ctx, "nadia@coop.example", password); err != nil {
			t.Fatal(err)
		}
		token = signIn()
		used := recovery[0]
		if err := w.accounts.SetRole(ctx, "nadia@coop.example", "lead"); err != nil {
			t.Fatal(err)
		}
		out(token, "the role changed")
		if err := w.accounts.SetRole(ctx, "nadia@coop.example", "mayor"); !errors.Is(err, account.ErrRole) {
			t.Error(err)
		}
		token = signIn()
		if held, err := w.accounts.SignIn(ctx, "nadia@coop.example", password, ""); err != nil {
			t.Error(err)
		} else if _, _, err := w.accounts.Prove(ctx, held, used, ""); !errors.Is(err, account.ErrCode) {
			t.Error("a recovery code is good twice:", err)
		}
		if err := w.accounts.ResetSecondFactor(ctx, "nadia@coop.example"); err != nil || w.count(t, `SELECT COUNT(*) FROM recovery WHERE staff = $1`, id) != 0 {
			t.Fatal(err)
		}
		out(token, "the second factor was reset")
		token = signIn()
		if err := w.accounts.ChangePassword(ctx, id, password+"?", password+" !", ""); !errors.Is(err, account.ErrDenied) {
			t.Error(err)
		}
		if err := w.accounts.ChangePassword(ctx, id, password, password+" !", ""); err != nil {
			t.Error(err)
		}
		out(token, "the person changed the password")
		if err := w.accounts.SetPassword(ctx, "nadia@coop.example", password); err != nil {
			t.Fatal(err)
		}
		token = signIn()
		if err := w.accounts.RemoveStaff(ctx, "nadia@coop.example"); err != nil {
			t.Fatal(err)
		}
		out(token, "the person was removed")
		if _, err := w.accounts.SignIn(ctx, "nadia@coop.example", password, ""); !errors.Is(err, account.ErrDenied) {
			t.Error(err)
		}
		for _, s := range first(w.accounts.Staff(ctx)) {
			if s.ID == id {
				t.Error("still listed")
			}
		}
		if err := errors.Join(w.accounts.RemoveStaff(ctx, "x"), w.accounts.SetPassword(ctx, "x", password)); !errors.Is(err, account.ErrUnknown) {
			t.Error(err)
		}
	})
}

func TestBearerTokensEndAndSayWhenTheyWereUsed(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		ctx := t.Context()
		id, bearer, err := w.accounts.AddToken(ctx, "p", "Tableau de bord", time.Hour, permission.ReadFamilies)
		if err != nil || !strings.HasPrefix(bearer, "foyer_") {
			t.Fatal(bearer, err)
		}
		info := func() household.Token {
			for _, k := range first(w.accounts.Tokens(ctx)) {
				if k.ID == id {
					return k
				}
			}
			return household.Token{}
		}
		if k := info(); !k.LastUsed.IsZero() || k.Name != "Tableau de bord" || time.Until(k.Expires) > time.Hour {
			t.Errorf("%+v", k)
		}
		if aud := w.enter(t, disclosure.Credential{Bearer: bearer}); aud.Kind() != "token" || aud.Subject() != id {
			t.Errorf("%+v", aud)
		}
		used := info().LastUsed
		if time.Since(used).Abs() > time.Minute {
			t.Error(used)
		}
		w.enter(t, disclosure.Credential{Bearer: bearer})
		if info().LastUsed != used {
			t.Error("every use is a write")
		}
		if _, err := w.gate.Authenticate(ctx, disclosure.Credential{Session: bearer}); !errors.Is(err, disclosure.ErrUnauthenticated) {
			t.Error("a bearer token as session:", err)
		}
		if err := w.accounts.RemoveToken(ctx, id); err != nil {
			t.Fatal(err)
		}
		if _, err := w.gate.Authenticate(ctx, disclosure.Credential{Bearer: bearer}); !errors.Is(err, disclosure.ErrUnauthenticated) {
			t.Error(err)
		}
		if err := w.accounts.RemoveToken(ctx, id); !errors.Is(err, account.ErrUnknown) {
			t.Error(err)
		}
		if _, _, err := w.accounts.AddToken(ctx, "nowhere", "x", 0, permission.ReadFamilies); !errors.Is(err, account.ErrUnknown) {
			t.Error(err)
		}
	})
}

func first[T any](x T, _ error) T { return x }

// A code that somebody looked at is worthless, whoever is faster.
func TestATimeStepIsUsedOnce(t *testing.T) {
	eachDB(t, func(t *testing.T, db *DB) {
		w := newTown(t, db)
		ctx, id := t.Context(), w.caseworker.Subject()
		if ok, err := db.UseStep(ctx, id, 7); ok || err != nil {
			t.Error("a step of nobody's factor:", ok, err)
		}
		for _, secret := range []string{"AAAA", "BBBB"} {
			if kept, err := db.OfferSecret(ctx, id, secret); kept != "AAAA" || err != nil {
				t.Error(kept, err)
			}
		}
		if ok, err := db.ConfirmSecret(ctx, id, 7, []string{"R"}); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if ok, err := db.ConfirmSecret(ctx, id, 9, nil); ok || err != nil {
			t.Error("set up twice:", ok, err)
		}
		var wg sync.WaitGroup
		var used atomic.Int32
		for range 8 {
			wg.Go(func() {
				if ok, err := db.UseStep(ctx, id, 8); err != nil {
					t.Error(err)
				} else if ok {
					used.Add(1)
				}
			})
		}
		wg.Wait()
		if ok, err := db.UseStep(ctx, id, 7); used.Load() != 1 || ok || err != nil {
			t.Errorf("used %d times, an older one %v: %v", used.Load(), ok, err)
		}
	})
}

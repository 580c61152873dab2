package account

import (
	"context"
	"errors"
	"testing"
	"time"

	"foyer/internal/household"
)

func (f *fake) HoldStaff(_ context.Context, token, _ string, _ time.Duration) error {
	f.held = token
	return nil
}

func (f *fake) Held(_ context.Context, token string) (household.Staff, string, bool, error) {
	return household.Staff{ID: "s1", Email: "nadia@coop.example", SecondFactor: f.holds}, f.secret, token != "" && token == f.held, nil
}

func (f *fake) OfferSecret(_ context.Context, _, secret string) (string, error) {
	if f.secret == "" {
		f.secret = secret
	}
	return f.secret, nil
}

func (f *fake) ConfirmSecret(_ context.Context, _ string, step int64, recovery []string) (bool, error) {
	f.holds, f.step, f.recovery = true, step, len(recovery)
	return true, nil
}

func (f *fake) UseStep(_ context.Context, _ string, step int64) (bool, error) {
	if step <= f.step {
		return false, nil
	}
	f.step = step
	return true, nil
}

func (f *fake) UseRecovery(context.Context, string, string) (bool, error) { return false, nil }

func (f *fake) EndSession(_ context.Context, token string) (bool, error) {
	ended := token == f.held
	f.held = ""
	return ended, nil
}

func (f *fake) code(t *testing.T, at time.Time) string {
	t.Helper()
	key, err := plain32.DecodeString(f.secret)
	if err != nil {
		t.Fatal(err)
	}
	return totp(key, stepOf(at))
}

func TestAPasswordAloneLetsNobodyIn(t *testing.T) {
	a, f, c := setup(t)
	ctx := t.Context()
	held, err := a.SignIn(ctx, "nadia@coop.example", password, "192.0.2.1")
	if err != nil || held == "" || len(f.opened) != 0 {
		t.Fatal(held, f.opened, err)
	}
	first, err := a.Challenge(ctx, held)
	if err != nil || first.Enrolled || first.Secret == "" {
		t.Fatalf("%+v %v", first, err)
	}
	if again, err := a.Challenge(ctx, held); err != nil || again != first {
		t.Errorf("the page shown twice has another secret: %+v %v", again, err)
	}
	if _, _, err := a.Prove(ctx, "made-up", f.code(t, c.now()), "192.0.2.1"); !errors.Is(err, ErrDenied) {
		t.Error(err)
	}
	if _, _, err := a.Prove(ctx, held, "000000", "192.0.2.1"); !errors.Is(err, ErrCode) || len(f.opened) != 0 {
		t.Error(err)
	}
	token, recovery, err := a.Prove(ctx, held, " "+f.code(t, c.now())[:3]+" "+f.code(t, c.now())[3:], "192.0.2.1")
	if err != nil || token == held || len(recovery) != RecoveryCodes || f.recovery != RecoveryCodes || len(recovery[0]) != 19 || len(f.opened) != 1 {
		t.Fatal(token, recovery, err)
	}
	if _, err := a.Challenge(ctx, held); !errors.Is(err, ErrDenied) {
		t.Error("a token that was answered is good again:", err)
	}
	// The next time only the code is asked, and the one used before is worthless.
	if held, err = a.SignIn(ctx, "nadia@coop.example", password, "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	if ch, err := a.Challenge(ctx, held); err != nil || !ch.Enrolled || ch.Secret != "" || ch.URL != "" {
		t.Errorf("%+v %v", ch, err)
	}
	if _, _, err := a.Prove(ctx, held, f.code(t, c.now()), "192.0.2.1"); !errors.Is(err, ErrCode) {
		t.Error("a code is good twice:", err)
	}
	c.move(totpStep)
	if _, recovery, err := a.Prove(ctx, held, f.code(t, c.now()), "192.0.2.1"); err != nil || recovery != nil {
		t.Error(recovery, err)
	}
}

func TestGuessingASecondFactorIsSlow(t *testing.T) {
	a, f, c := setup(t)
	f.secret, f.holds = newSecret(), true
	var throttled ErrThrottled
	for i := range guessBurst + 1 {
		held, err := a.SignIn(t.Context(), "nadia@coop.example", password, string(rune('a'+i)))
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = a.Prove(t.Context(), held, "00000x", string(rune('a'+i)))
		if i < guessBurst && !errors.Is(err, ErrCode) || i == guessBurst && !errors.As(err, &throttled) {
			t.Fatal(i, err)
		}
	}
	c.move(guessEvery)
	if _, _, err := a.Prove(t.Context(), f.held, f.code(t, c.now()), "z"); err != nil {
		t.Error("locked out for longer than promised:", err)
	}
}

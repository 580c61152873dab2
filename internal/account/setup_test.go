package account

import (
	"context"
	"errors"
	"testing"
	"time"

	"foyer/internal/household"
)

func (f *fake) AddStaff(_ context.Context, _ household.Staff, password string) (bool, error) {
	f.kept = password
	return true, nil
}

func (f *fake) AddSetup(_ context.Context, email, token string, lifetime time.Duration) (bool, error) {
	if email != "nadia@coop.example" || lifetime != 30*time.Minute {
		return false, nil
	}
	f.setup = token
	return true, nil
}

func (f *fake) Setup(_ context.Context, token string) (household.Staff, bool, error) {
	return household.Staff{ID: "s1", Email: "nadia@coop.example"}, token != "" && token == f.setup, nil
}

func (f *fake) UseSetup(ctx context.Context, token, password string) (household.Staff, bool, error) {
	s, known, err := f.Setup(ctx, token)
	if known {
		f.setup, f.kept = "", password
	}
	return s, known, err
}

// Who is welcomed has no password until they choose one: not the token, not nothing, and
// not one that is too weak, which leaves the link as it was.
func TestWhoIsWelcomedChoosesThePassword(t *testing.T) {
	a, f, _ := setup(t)
	ctx := t.Context()
	token, err := a.Welcome(ctx, household.Staff{Pilot: "p", Email: " Nadia@Coop.example", Name: "Nadia", Role: "lead"})
	if err != nil || len(token) < 43 {
		t.Fatal(token, err)
	}
	for _, guess := range []string{"", token, password} {
		if _, err := a.SignIn(ctx, "nadia@coop.example", guess, "192.0.2.1"); !errors.Is(err, ErrDenied) {
			t.Errorf("%q signs in: %v", guess, err)
		}
	}
	if _, err := a.ChoosePassword(ctx, token, "nadia nadia nadia"); !errors.Is(err, ErrWeak) {
		t.Error("a password that holds the address:", err)
	}
	if s, err := a.Setup(ctx, token); err != nil || s.ID != "s1" {
		t.Error("a refused password used the link up:", err)
	}
	held, err := a.ChoosePassword(ctx, token, password)
	if err != nil || held == token || f.held != held {
		t.Fatal(held, err)
	}
	if len(f.opened) != 0 {
		t.Error("a password alone opens a session")
	}
	if _, err := a.SignIn(ctx, "nadia@coop.example", password, "192.0.2.1"); err != nil {
		t.Error(err)
	}
	if _, err := a.ChoosePassword(ctx, token, "deux moutons bleus"); !errors.Is(err, ErrSetup) {
		t.Error("the link is used twice:", err)
	}
	if _, err := a.OfferSetup(ctx, "nobody@coop.example"); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

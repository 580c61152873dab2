package account

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/internal/household"
)

// A fake store knows one person and counts what it is asked.
type fake struct {
	Store
	kept   string
	opened []string
	state  household.InvitationState
	uses   atomic.Int64

	held, secret, setup string
	holds               bool
	step                int64
	recovery            int
}

func (f *fake) StaffByEmail(_ context.Context, email string) (household.Staff, string, bool, error) {
	if email != "nadia@coop.example" {
		return household.Staff{}, "", false, nil
	}
	return household.Staff{ID: "s1", Email: email}, f.kept, true, nil
}

func (f *fake) OpenStaff(_ context.Context, token, staff string, _ time.Duration) error {
	f.opened = append(f.opened, token+" "+staff)
	return nil
}

func (f *fake) Invitation(context.Context, string) (household.InvitationState, string, error) {
	return f.state, "ar", nil
}

func (f *fake) UseInvitation(context.Context, string, string, time.Duration, int) (household.InvitationState, error) {
	f.uses.Add(1)
	return f.state, nil
}

func (f *fake) AddInvitation(context.Context, household.FamilyID, string, time.Duration) (bool, error) {
	return true, nil
}

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

const password = "quatre chevaux verts"

// A clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func setup(t *testing.T) (*Accounts, *fake, *clock) {
	t.Helper()
	f, c := &fake{state: household.InvitationOpen}, &clock{at: noon}
	a := New(f, c.now, nil)
	var err error
	if f.kept, err = a.hash.create(t.Context(), password); err != nil {
		t.Fatal(err)
	}
	return a, f, c
}

func TestOnlyTheRightPasswordSignsIn(t *testing.T) {
	a, f, _ := setup(t)
	token, err := a.SignIn(t.Context(), " Nadia@coop.example ", password, "192.0.2.1")
	if err != nil || len(token) < 43 || f.held != token {
		t.Fatal(token, f.held, err)
	}
	for _, wrong := range []string{"", password + " ", strings.ToUpper(password), strings.Repeat("x", 1<<20)} {
		if _, err := a.SignIn(t.Context(), "nadia@coop.example", wrong, "192.0.2.2"); !errors.Is(err, ErrDenied) {
			t.Errorf("%.20q: %v", wrong, err)
		}
	}
	if _, err := a.SignIn(t.Context(), "nobody@coop.example", password, "192.0.2.3"); !errors.Is(err, ErrDenied) {
		t.Error(err)
	}
	if len(f.opened) != 0 {
		t.Error(f.opened)
	}
}

// An unknown address does the same work: as much memory, as many passes.
func TestUnknownAddressTakesAsLongAsAWrongPassword(t *testing.T) {
	a, f, _ := setup(t)
	_, _, m1, t1, p1, err1 := decode(f.kept)
	_, _, m2, t2, p2, err2 := decode(a.hash.decoy)
	if err1 != nil || err2 != nil || m1 != m2 || t1 != t2 || p1 != p2 {
		t.Fatal(m1, m2, t1, t2, p1, p2, err1, err2)
	}
	if ok, err := a.hash.check(t.Context(), "", ""); ok || err != nil {
		t.Fatal("nothing kept lets somebody in", err)
	}
}

func TestWrongPasswordsAreSlowedAndRightOnesNot(t *testing.T) {
	a, _, c := setup(t)
	for range 3 * guessBurst {
		if _, err := a.SignIn(t.Context(), "nadia@coop.example", password, "192.0.2.1"); err != nil {
			t.Fatal("a right password counts as a guess:", err)
		}
	}
	var throttled ErrThrottled
	// From other places at one account, and at other accounts from one place.
	for i := range guessBurst {
		if _, err := a.SignIn(t.Context(), "nadia@coop.example", "wrong", "192.0.2."+string(rune('a'+i))); !errors.Is(err, ErrDenied) {
			t.Fatal(i, err)
		}
		if _, err := a.SignIn(t.Context(), string(rune('a'+i))+"@coop.example", "wrong", "198.51.100.1"); !errors.Is(err, ErrDenied) {
			t.Fatal(i, err)
		}
	}
	if _, err := a.SignIn(t.Context(), "nadia@coop.example", password, "192.0.2.200"); !errors.As(err, &throttled) || throttled.After > guessEvery {
		t.Fatal("an account is guessed at freely:", err)
	}
	if _, err := a.SignIn(t.Context(), "other@coop.example", "wrong", "198.51.100.1"); !errors.As(err, &throttled) {
		t.Fatal("a place guesses freely:", err)
	}
	c.move(guessEvery)
	if _, err := a.SignIn(t.Context(), "nadia@coop.example", password, "192.0.2.200"); err != nil {
		t.Fatal("locked out for longer than promised:", err)
	}
}

// Many guesses at the same time are as few as one after the other.
func TestGuessesAtOnceAreCountedAtOnce(t *testing.T) {
	a, f, _ := setup(t)
	f.state = household.InvitationUnknown
	var wg sync.WaitGroup
	var mu sync.Mutex
	denied := 0
	for range 100 {
		wg.Go(func() {
			if _, err := a.Consume(t.Context(), "7K4M-9QXT-2HWD", "192.0.2.1"); errors.Is(err, ErrCodeUnknown) {
				mu.Lock()
				defer mu.Unlock()
				denied++
			}
		})
	}
	wg.Wait()
	if denied != guessBurst {
		t.Fatalf("%d guesses got through, want %d", denied, guessBurst)
	}
}

func TestMemoryOfGuessesIsBounded(t *testing.T) {
	a, _, _ := setup(t)
	for i := range 5 * remembered {
		a.guesses.try("code", string(rune(i)), string(rune(i)), false)
	}
	if n := len(a.guesses.young) + len(a.guesses.old); n > 2*remembered+2 {
		t.Fatal(n)
	}
}

// What is refused at once costs nobody anything, and may not push out of the memory what
// was guessed before.
func TestAFloodOfAttemptsForgetsNoGuess(t *testing.T) {
	a, _, _ := setup(t)
	for i := range guessBurst {
		if _, err := a.SignIn(t.Context(), "nadia@coop.example", "wrong", "192.0.2."+strconv.Itoa(i)); !errors.Is(err, ErrDenied) {
			t.Fatal(i, err)
		}
		if _, err := a.SignIn(t.Context(), strconv.Itoa(i)+"@coop.example", "wrong", "198.51.100.1"); !errors.Is(err, ErrDenied) {
			t.Fatal(i, err)
		}
	}
	for i := range 3 * remembered { // from one place
		if _, err := a.SignIn(t.Context(), "x"+strconv.Itoa(i)+"@coop.example", "wrong", "198.51.100.1"); err == nil {
			t.Fatal(i)
		}
		a.guesses.try("code", strconv.Itoa(i), "198.51.100.1", false)
	}
	var throttled ErrThrottled
	if _, err := a.SignIn(t.Context(), "nadia@coop.example", "wrong", "192.0.2.200"); !errors.As(err, &throttled) {
		t.Error("an account is guessed at anew:", err)
	}
	for i := range 3 * remembered { // from everywhere
		a.guesses.try("code", "c"+strconv.Itoa(i), "p"+strconv.Itoa(i), false)
	}
	if _, err := a.SignIn(t.Context(), "nadia@coop.example", "wrong", "192.0.2.201"); !errors.As(err, &throttled) {
		t.Error("an account is guessed at anew after attempts from everywhere:", err)
	}
}

func TestARefusedAttemptIsNotRemembered(t *testing.T) {
	a, _, _ := setup(t)
	for i := range 5 * guessBurst {
		a.guesses.try("code", strconv.Itoa(i), "198.51.100.1", false)
	}
	if n := len(a.guesses.young); n != guessBurst+1 {
		t.Errorf("%d are remembered, want %d codes and a place", n, guessBurst)
	}
}

func TestCodesReadAsPeopleTypeThem(t *testing.T) {
	for in, want := range map[string]string{
		"7K4M-9QXT-2HWD":      "7K4M9QXT2HWD",
		" 7k4m 9qxt 2hwd ":    "7K4M9QXT2HWD",
		"oil0-0000-0000":      "011000000000",
		"7K4M-9QXT-2HW":       "",
		"7K4M-9QXT-2HWDD":     "",
		"7K4M-9QXT-2HWU":      "",
		"7K4M-9QXT-2HW\u0660": "",
		"":                    "",
	} {
		if got := normal(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestCodesAreRandomAndReadable(t *testing.T) {
	a, _, _ := setup(t)
	seen := map[string]bool{}
	for range 500 {
		code, err := a.Invite(t.Context(), "f")
		if err != nil {
			t.Fatal(err)
		}
		if len(code) != 14 || normal(code) != strings.ReplaceAll(code, "-", "") || seen[code] {
			t.Fatal(code)
		}
		seen[code] = true
	}
}

func TestEachStateOfACodeHasItsError(t *testing.T) {
	a, f, _ := setup(t)
	for state, want := range map[household.InvitationState]error{
		household.InvitationOpen: nil, household.InvitationUsed: ErrCodeUsed, household.InvitationExpired: ErrCodeExpired,
		household.InvitationFull: ErrPhones, household.InvitationUnknown: ErrCodeUnknown, "": ErrCodeUnknown,
	} {
		f.state = state
		if _, err := a.Peek(t.Context(), "7K4M-9QXT-2HWD", "a"+string(state)); !errors.Is(err, want) {
			t.Errorf("peek %q: %v", state, err)
		}
		if token, err := a.Consume(t.Context(), "7K4M-9QXT-2HWD", "b"+string(state)); !errors.Is(err, want) || (token == "") != (want != nil) {
			t.Errorf("consume %q: %q %v", state, token, err)
		}
	}
}

func TestPlainPasswordsAreRefused(t *testing.T) {
	for _, p := range []string{"", "short", "aaaaaaaaaaaaaaaa", "nadia nadia 2026!", "foyer-foyer-2026", "ababababababab", strings.Repeat("abcdefgh", 200)} {
		if err := strong(p, "nadia@coop.example"); !errors.Is(err, ErrWeak) {
			t.Errorf("%.30q: %v", p, err)
		}
	}
	if err := strong(password, "nadia@coop.example"); err != nil {
		t.Error(err)
	}
}

func TestKeptPasswordsOfAnotherFormatAreAnError(t *testing.T) {
	a, f, _ := setup(t)
	for _, kept := range []string{"x", "$2y$10$abc", strings.Replace(f.kept, "m=65536", "m=99999999", 1), strings.Replace(f.kept, "t=1", "t=0", 1), f.kept[:len(f.kept)-40]} {
		if ok, err := a.hash.check(t.Context(), password, kept); ok || err == nil {
			t.Errorf("%s: %v %v", kept, ok, err)
		}
	}
}

func TestHashingWaitsItsTurnNoLongerThanItsContext(t *testing.T) {
	a, _, _ := setup(t)
	for range atOnce {
		a.hash.turns <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.SignIn(ctx, "nadia@coop.example", password, ""); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// What docs/explanation/security.md promises at most.
func TestNobodyStaysInForLongerThanPromised(t *testing.T) {
	for name, x := range map[string]struct{ is, most time.Duration }{
		"a member of staff":                      {StaffSession, 12 * time.Hour},
		"a phone":                                {FamilySession, 400 * 24 * time.Hour},
		"the code of a letter":                   {CodeLifetime, 60 * 24 * time.Hour},
		"a link to choose a password":            {SetupLifetime, 30 * time.Minute},
		"a password without more":                {HeldLifetime, 10 * time.Minute},
		"a token of which nothing else is asked": {TokenLifetime, 365 * 24 * time.Hour},
		"who guessed too often, by one guess":    {guessEvery, 15 * time.Minute},
	} {
		if x.is <= 0 || x.is > x.most {
			t.Errorf("%s: %s, at most %s", name, x.is, x.most)
		}
	}
	if MaxPhones > 3 || shortestSecret < 12 || codeLength*5 < 50 || recoveryLength*5 < 80 {
		t.Error("more phones, or shorter secrets, than promised")
	}
}

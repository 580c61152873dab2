package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"foyer/internal/household"
)

// How long a right password waits for the second factor, and how many codes stand
// in for it.
const (
	HeldLifetime  = 10 * time.Minute
	RecoveryCodes = 10
)

// recoveryLength is the number of characters of a recovery code: 80 bits.
const recoveryLength = 16

// ErrCode refuses a code of a second factor that is wrong, too old or was used.
var ErrCode = errors.New("wrong code")

// A Factors store keeps second factors, and the codes that stand in for them by
// their hashes.
type Factors interface {
	// HoldStaff keeps for a lifetime that somebody showed a person's password. The
	// token lets nobody in.
	HoldStaff(ctx context.Context, token, staff string, lifetime time.Duration) error
	// Held returns whose password a token of HoldStaff stands for and the secret of
	// their second factor, "" for none; false when it stands for nobody.
	Held(ctx context.Context, token string) (s household.Staff, secret string, known bool, err error)
	// OfferSecret keeps a secret for who has shown none yet and has none waiting, and
	// returns the one that waits.
	OfferSecret(ctx context.Context, staff, secret string) (string, error)
	// ConfirmSecret has the waiting secret hold from now on, with a step used and new
	// recovery codes; false when one holds already.
	ConfirmSecret(ctx context.Context, staff string, step int64, recovery []string) (bool, error)
	// UseStep reports false for a time step that was used, or that is before one.
	UseStep(ctx context.Context, staff string, step int64) (bool, error)
	UseRecovery(ctx context.Context, staff, code string) (bool, error)
	// ForgetSecret ends the sessions of a person; false when there is none.
	ForgetSecret(ctx context.Context, email string) (bool, error)
}

// A Challenge is what somebody who showed the right password has to answer.
type Challenge struct {
	Enrolled bool   // has a second factor; else it is set up now
	Secret   string // of who sets it up, in base32
	URL      string // the same for an authenticator, "otpauth://totp/…"
}

// Challenge returns what a token of [Accounts.SignIn] has to answer. [ErrDenied]
// when it stands for nobody, or for longer than [HeldLifetime].
func (a *Accounts) Challenge(ctx context.Context, held string) (Challenge, error) {
	s, _, known, err := a.store.Held(ctx, held)
	if err == nil && !known {
		err = ErrDenied
	}
	if err != nil {
		return Challenge{}, err
	}
	if s.SecondFactor {
		return Challenge{Enrolled: true}, nil
	}
	secret, err := a.store.OfferSecret(ctx, s.ID, newSecret())
	if err != nil {
		return Challenge{}, err
	}
	return Challenge{Secret: secret, URL: totpURL(s.Email, secret)}, nil
}

// Prove answers a [Challenge] with a code of the second factor, or with a recovery
// code, and lets the person in for [StaffSession] under a new token. Who set the
// second factor up gets recovery codes, which are not shown again. from says where
// the attempt comes from. Errors are [ErrDenied], [ErrCode] and [ErrThrottled].
func (a *Accounts) Prove(ctx context.Context, held, code, from string) (token string, recovery []string, err error) {
	s, secret, known, err := a.store.Held(ctx, held)
	if err == nil && !known {
		err = ErrDenied
	}
	if err != nil {
		return "", nil, err
	}
	try := a.guesses.try("second factor", s.ID, from, true)
	if try.wait > 0 {
		a.metrics.signIns.WithLabelValues("staff", "throttled").Inc()
		return "", nil, ErrThrottled{try.wait}
	}
	code = strings.ToUpper(strings.Join(strings.FieldsFunc(code, func(c rune) bool { return c == ' ' || c == '-' || c == '\u00a0' }), ""))
	right := false
	if s.SecondFactor {
		right, err = a.factor(ctx, s.ID, secret, code)
	} else if step, ok := matchTOTP(secret, code, a.wall()); ok {
		recovery = newRecovery()
		right, err = a.store.ConfirmSecret(ctx, s.ID, step, recovery)
	}
	if err != nil {
		return "", nil, fmt.Errorf("prove second factor: %w", err)
	}
	if !right {
		a.metrics.signIns.WithLabelValues("staff", "denied").Inc()
		return "", nil, ErrCode
	}
	try.right()
	a.metrics.signIns.WithLabelValues("staff", "let_in").Inc()
	if _, err := a.store.EndSession(ctx, held); err != nil {
		return "", nil, err
	}
	token, err = a.OpenStaff(ctx, s.ID)
	return token, grouped(recovery), err
}

// factor checks a code against who has a second factor, and uses it up.
func (a *Accounts) factor(ctx context.Context, staff, secret, code string) (bool, error) {
	if len(code) == recoveryLength {
		return a.store.UseRecovery(ctx, staff, code)
	}
	step, ok := matchTOTP(secret, code, a.wall())
	if !ok {
		return false, nil
	}
	return a.store.UseStep(ctx, staff, step)
}

// ResetSecondFactor has a person set a second factor up anew at the next sign-in,
// and ends their sessions. [ErrUnknown] when there is nobody of that address.
func (a *Accounts) ResetSecondFactor(ctx context.Context, email string) error {
	return known(a.store.ForgetSecret(ctx, address(email)))
}

func newRecovery() []string {
	all := make([]string, RecoveryCodes)
	for i := range all {
		all[i] = readable(recoveryLength)
	}
	return all
}

// readable returns n random characters of Crockford's base32, 5 bits each.
func readable(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	for i := range b {
		b[i] = crockford[b[i]%32]
	}
	return string(b)
}

// grouped writes codes in fours: "7K4M-9QXT-2HWD-PA6V".
func grouped(codes []string) []string {
	var all []string
	for _, c := range codes {
		var groups []string
		for ; len(c) > 4; c = c[4:] {
			groups = append(groups, c[:4])
		}
		all = append(all, strings.Join(append(groups, c), "-"))
	}
	return all
}

package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"foyer/internal/household"
)

// Errors for who shows a code. Each has its own kind sentence on the page.
var (
	ErrCodeUnknown = errors.New("nobody was given this code")
	ErrCodeUsed    = errors.New("the code has been used")
	ErrCodeExpired = errors.New("the code is too old")
	ErrPhones      = errors.New("as many phones are connected as may be")
)

// An Invitations store keeps codes by their hashes.
type Invitations interface {
	// AddInvitation forgets the unused codes of a family; it reports false for an
	// unknown family.
	AddInvitation(ctx context.Context, family household.FamilyID, code string, lifetime time.Duration) (bool, error)
	// Invitation changes nothing.
	Invitation(ctx context.Context, code string) (household.InvitationState, string, error)
	UseInvitation(ctx context.Context, code, token string, lifetime time.Duration, phones int) (household.InvitationState, error)
}

// crockford is Crockford's base32: no I, L, O and U.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeLength is the number of characters of a code: 60 bits.
const codeLength = 12

// Invite makes a code for a family and forgets its unused ones: "7K4M-9QXT-2HWD",
// good once within [CodeLifetime]. [ErrUnknown] for an unknown family.
func (a *Accounts) Invite(ctx context.Context, family household.FamilyID) (code string, err error) {
	code = readable(codeLength)
	if err := known(a.store.AddInvitation(ctx, family, code, CodeLifetime)); err != nil {
		return "", err
	}
	return grouped([]string{code})[0], nil
}

// normal returns a code as it is kept: what people type for another character is
// put right. "" when it cannot be a code.
func normal(code string) string {
	var b strings.Builder
	for _, c := range strings.ToUpper(code) {
		switch c {
		case '-', ' ', '.', '_':
			continue
		case 'O':
			c = '0'
		case 'I', 'L':
			c = '1'
		}
		if !strings.ContainsRune(crockford, c) {
			return ""
		}
		b.WriteRune(c)
	}
	if b.Len() != codeLength {
		return ""
	}
	return b.String()
}

// Peek says what a code is good for and in which language its family reads; ""
// when that is not known. It changes nothing, so that a page may be fetched by a
// scanner or a preview. from says where the attempt comes from. Errors are
// [ErrCodeUnknown], [ErrCodeUsed], [ErrCodeExpired] and [ErrThrottled].
func (a *Accounts) Peek(ctx context.Context, code, from string) (language string, err error) {
	code, try := normal(code), a.guesses.try("code", normal(code), from, false)
	if try.wait > 0 {
		return "", ErrThrottled{try.wait}
	}
	state, language, err := a.store.Invitation(ctx, code)
	if err != nil {
		return "", err
	}
	if state != household.InvitationUnknown {
		try.right()
	}
	return language, codeError(state)
}

// Consume uses a code up and connects a phone for [FamilySession]. It returns the
// token of its cookie. Errors are those of [Accounts.Peek], and [ErrPhones], which
// leaves the code as it was.
func (a *Accounts) Consume(ctx context.Context, code, from string) (token string, err error) {
	code, try := normal(code), a.guesses.try("code", normal(code), from, false)
	if try.wait > 0 {
		a.metrics.signIns.WithLabelValues("family", "throttled").Inc()
		return "", ErrThrottled{try.wait}
	}
	token = newToken()
	state, err := a.store.UseInvitation(ctx, code, token, FamilySession, MaxPhones)
	if err != nil {
		return "", err
	}
	if state != household.InvitationUnknown {
		try.right()
	}
	if err := codeError(state); err != nil {
		a.metrics.signIns.WithLabelValues("family", "denied").Inc()
		return "", err
	}
	a.metrics.signIns.WithLabelValues("family", "let_in").Inc()
	return token, nil
}

func codeError(s household.InvitationState) error {
	switch s {
	case household.InvitationOpen:
		return nil
	case household.InvitationUsed:
		return ErrCodeUsed
	case household.InvitationExpired:
		return ErrCodeExpired
	case household.InvitationFull:
		return ErrPhones
	case household.InvitationUnknown:
	}
	return ErrCodeUnknown
}

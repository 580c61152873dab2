package registry

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"foyer/internal/charter"
	"foyer/internal/consent"
)

// A Charters store keeps what the town promises.
type Charters interface {
	Charter(ctx context.Context) (charter.Book, error)
	// Amend writes changes at one instant of the store's clock, and returns those that
	// change anything. One that begins before that instant is an error.
	Amend(ctx context.Context, changes ...charter.Change) ([]charter.Change, error)
}

// ErrNotOffered says that families are not asked for a purpose, as the charter has it.
var ErrNotOffered = errors.New("the charter does not offer this purpose")

// Charter returns every change of the charter.
func (r *Registry) Charter(ctx context.Context) (charter.Book, error) { return r.store.Charter(ctx) }

// Amend writes a decision on the charter; false when everything stays as it is.
func (r *Registry) Amend(ctx context.Context, x charter.Change) (charter.Change, bool, error) {
	x, err := x.Check()
	if err != nil {
		return x, false, fmt.Errorf("change the charter: %w", err)
	}
	written, err := r.store.Amend(ctx, x)
	if err != nil || len(written) == 0 {
		return x, false, err
	}
	return written[0], true, nil
}

// NoteRules has the charter say which thresholds the rules of alerts have, by the name
// of the rule, when they are others than before.
func (r *Registry) NoteRules(ctx context.Context, rules map[string]string, by, why string) error {
	var changes []charter.Change
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		changes = append(changes, charter.Change{Name: charter.Rule(name), Value: rules[name], By: by, Why: why})
	}
	_, err := r.store.Amend(ctx, changes...)
	return err
}

// offered returns [ErrNotOffered] for what the charter does not let families be asked.
func offered(c charter.Charter, scopes []consent.Scope) error {
	for _, s := range scopes {
		if !c.Offers(string(s.Purpose)) {
			return fmt.Errorf("%s: %w", s.Purpose, ErrNotOffered)
		}
	}
	return nil
}

package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// OpenKey reads the key of a store's journal, and makes one of a name when the journal
// never had any. A key that the journal does not know is told to it: checkpoints are
// signed by it from there on.
//
// Without its file, and with a journal that had one, it returns [ErrNoKey]: a lost key
// is never replaced by itself.
func OpenKey(ctx context.Context, store Store, path, name string) (Key, error) {
	last, had, err := store.Last(ctx, NewKey)
	if err != nil {
		return Key{}, err
	}
	k, err := ReadKey(path)
	if errors.Is(err, ErrNoKey) && !had {
		if k, err = MakeKey(path, name); errors.Is(err, fs.ErrExist) {
			k, err = ReadKey(path) // another process was first
		}
	}
	if errors.Is(err, ErrNoKey) {
		return Key{}, fmt.Errorf("%w. Bring it back from a copy, or make another with `foyer audit key --new`", err)
	}
	if err != nil {
		return Key{}, err
	}
	return k, k.tell(ctx, store, last, had)
}

// tell writes the key into the journal when the last one that stands there is another.
func (k Key) tell(ctx context.Context, store Store, last Entry, had bool) error {
	var known KeyBody
	if had {
		if err := json.Unmarshal(last.Body, &known); err != nil {
			return fmt.Errorf("read entry %d: %w", last.Index, err)
		}
	}
	if known.Public == k.public {
		return nil
	}
	_, err := store.Append(ctx, NewKey, KeyBody{Public: k.public})
	return err
}

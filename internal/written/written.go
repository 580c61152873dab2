// Package written reads the YAML and JSON that people write: configuration, tariffs,
// scenarios, templates, usage. It knows nothing of what they say.
package written

import (
	"bytes"
	"errors"
	"io"

	"github.com/goccy/go-yaml"
)

// ErrUnreadable refuses a text that the reader itself fails on.
var ErrUnreadable = errors.New("the YAML does not read: a tag or an anchor stands where it cannot")

// Decode reads a document into a pointer and refuses keys that are not fields. An
// empty document changes nothing. Errors are those of goccy/go-yaml, which know
// their line and column; where it panics, [ErrUnreadable]. The mark that some editors
// begin a file with is passed over.
func Decode(text []byte, into any) (err error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	defer func() {
		if recover() != nil {
			err = ErrUnreadable
		}
	}()
	err = yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&document{into})
	if errors.Is(err, io.EOF) { // comments alone
		return nil
	}
	return plain(err)
}

// A document is what a text says into a pointer. Null says nothing: the reader would
// set everything to zero.
type document struct{ into any }

// UnmarshalYAML looks for null in what has been parsed, rather than parse the text twice.
func (d *document) UnmarshalYAML(unmarshal func(any) error) error {
	var anything any
	if err := unmarshal(&anything); err == nil && anything == nil {
		return nil
	}
	return unmarshal(d.into)
}

// plain says of a value that does not read what it must be, at its place; the reader
// names types of Go.
func plain(err error) error {
	var kind *yaml.TypeError
	var large *yaml.OverflowError
	switch {
	case errors.As(err, &kind) && kind.Token != nil:
		return &yaml.SyntaxError{Message: kind.Token.Value + ": want " + wanted(kind.DstType), Token: kind.Token}
	case errors.As(err, &large) && large.Token != nil:
		return &yaml.SyntaxError{Message: large.SrcNum + ": want " + wanted(large.DstType) + " closer to 0", Token: large.Token}
	}
	return err
}

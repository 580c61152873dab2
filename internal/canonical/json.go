// Package canonical writes JSON so that the same content has the same bytes.
package canonical

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// JSON returns a JSON text in canonical form: members sorted, no space, numbers and
// escapes in one way each. A name that stands twice and text that is no Unicode are
// errors. Numbers keep what a float64 keeps: write exact ones as text.
//
// Source: RFC 8785.
func JSON(text []byte) ([]byte, error) {
	v := jsontext.Value(slices.Clone(text))
	if err := v.Canonicalize(); err != nil {
		return nil, fmt.Errorf("write canonical JSON: %w", err)
	}
	return v, nil
}

// Marshal returns a value in canonical form.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return JSON(b.Bytes())
}

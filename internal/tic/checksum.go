// Package tic knows the frames that French electricity meters write on their
// customer interface (télé-information client): checksums, and the status register.
//
// It knows no transport, and nothing of who lives behind a meter.
package tic

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNotTIC refuses a text that no frame can hold.
var ErrNotTIC = errors.New("not of a frame")

// Historic returns the checksum of a group of the historic mode: over label, space
// and value.
//
// Source: hallard/LibTeleinfo; lines of published frames.
func Historic(label, value string) (byte, error) { return sum(label + " " + value) }

// Standard returns the checksum of a group of the standard mode: over its fields,
// each with the tabulator that follows it. They are the label, the date where there
// is one, and the value.
//
// Source: hallard/LibTeleinfo; fmartinou/teleinfo2mqtt.
func Standard(fields ...string) (byte, error) {
	if len(fields) < 2 {
		return 0, fmt.Errorf("%d fields: a group has a label and a value: %w", len(fields), ErrNotTIC)
	}
	return sum(strings.Join(fields, "\t") + "\t")
}

// sum adds up the characters, keeps six bits and makes them printable.
func sum(text string) (byte, error) {
	var n byte
	for i := range len(text) {
		if c := text[i]; c != '\t' && (c < 0x20 || c > 0x7e) {
			return 0, fmt.Errorf("character %#x: %w", c, ErrNotTIC)
		}
		n += text[i]
	}
	return n&0x3f + 0x20, nil
}

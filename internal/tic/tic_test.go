package tic

import (
	"errors"
	"testing"
)

func TestChecksums(t *testing.T) {
	for value, want := range map[string]byte{"270622224349": 'B'} {
		if got, err := Historic("ADCO", value); got != want || err != nil {
			t.Errorf("%c, want %c: %v", got, want, err)
		}
	}
	if got, err := Standard("EAST", "004552492"); got != '.' || err != nil {
		t.Errorf("%c %v", got, err)
	}
	plain, err1 := Standard("SMAXSN", "H260101120000", "02510")
	joined, err2 := Standard("SMAXSN", "H260101120000\t02510")
	if plain != joined || err1 != nil || err2 != nil {
		t.Error("a date is no field like the others")
	}
	for _, wrong := range [][]string{nil, {"EAST"}, {"EAST", "é"}, {"EAST", "1\n"}} {
		if _, err := Standard(wrong...); !errors.Is(err, ErrNotTIC) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestTheStatusRegister(t *testing.T) {
	for text, want := range map[string]Status{
		"00000000": {},
		"0000000E": {Cutoff: 7},
		"00000080": {OverReference: true},
		"00000100": {Producer: true},
		"00010000": {DegradedClock: true},
		"00020001": {StandardMode: true, DryContactOpen: true},
		"0D000000": {TempoToday: 1, TempoTomorrow: 3},
	} {
		if got, err := ParseStatus(text); got != want || err != nil {
			t.Errorf("%s: %+v %v", text, got, err)
		}
	}
	for _, wrong := range []string{"", "003A080", "003A0800 ", "-03A0800", "003A080G"} {
		if _, err := ParseStatus(wrong); !errors.Is(err, ErrNotTIC) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

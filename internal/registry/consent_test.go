package registry

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"foyer/internal/charter"
	"foyer/internal/consent"
)

var errWritten = errors.New("it is written")

// A desk is a store that only tells that somebody came as far as to write.
type desk struct{ Store }

func (desk) Charter(context.Context) (charter.Book, error) { return charter.Book{}, errWritten }

// TestAPaperThatNobodyCouldShowGivesNothing: what is taken back needs no proof.
func TestAPaperThatNobodyCouldShowGivesNothing(t *testing.T) {
	r := New(desk{}, time.Now, time.Now, slog.New(slog.DiscardHandler))
	say := func(v consent.Verb, f Form) error {
		_, err := r.Say(t.Context(), "f1", v, consent.Offer(consent.Alert), f)
		return err
	}
	if err := say(consent.Give, Form{Medium: "paper"}); err == nil || !strings.Contains(err.Error(), "where the signed paper is, or who saw it signed") {
		t.Errorf("given without a proof: %v", err)
	}
	for _, f := range []Form{{Medium: "paper", Paper: "folder 1"}, {Medium: "paper", Witness: "s1"}, {Medium: "screen"}} {
		if err := say(consent.Give, f); !errors.Is(err, errWritten) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	for _, v := range []consent.Verb{consent.Refuse, consent.Withdraw} {
		if err := say(v, Form{Medium: "paper"}); !errors.Is(err, errWritten) {
			t.Errorf("%s: %v", v, err)
		}
	}
}

package spool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/ingest"
	"foyer/internal/energy"
)

func caseOf(device string, at time.Time) ingest.Case {
	return ingest.Case{
		Message: ingest.Message{Topic: "foyer/g1/tele/x/SENSOR", Payload: []byte("{\x00"), Gateway: "g1", Retained: true, At: at},
		Gateway: "g1", Device: device, Dialect: "tasmota", Reason: "malformed JSON", At: at,
	}
}

func isolateOne(t *testing.T, s *Spool, c ingest.Case) bool {
	t.Helper()
	kept, err := s.Isolate(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func TestOfAKindTwentyADayAreKept(t *testing.T) {
	s := start(t)
	day := time.Date(2026, 11, 25, 23, 50, 0, 0, time.UTC)
	kept := 0
	for i := range 50 {
		if isolateOne(t, s, caseOf("x", day.Add(time.Duration(i)*time.Second))) {
			kept++
		}
	}
	if kept != 20 {
		t.Errorf("%d kept", kept)
	}
	if !isolateOne(t, s, caseOf("y", day)) {
		t.Error("another device's was not kept")
	}
	if !isolateOne(t, s, caseOf("x", day.Add(time.Hour))) {
		t.Error("the next day's was not kept")
	}
	if cases, err := s.Cases(t.Context()); err != nil || len(cases) != 22 {
		t.Fatal(len(cases), err)
	}
}

func TestAGatewayCannotFillTheQuarantineWithInventedDevices(t *testing.T) {
	s := start(t)
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	kept := 0
	for i := range maxKinds + 100 {
		if isolateOne(t, s, caseOf(fmt.Sprint("invented", i), at)) {
			kept++
		}
	}
	if kept != maxKinds+keptOfAKind {
		t.Errorf("%d kept", kept)
	}
	other := caseOf("x", at)
	other.Gateway = "g2"
	if !isolateOne(t, s, other) {
		t.Error("another gateway's was not kept")
	}
}

func TestACaseComesBackAsItWas(t *testing.T) {
	s := start(t)
	at := time.Date(2026, 11, 25, 12, 0, 0, 1e6, time.UTC)
	want := caseOf("x", at)
	isolateOne(t, s, want)
	refused := ingest.Case{Device: "m1", Reason: "series", At: at, Readings: []energy.Reading{reading("m1", "power", 1, 2)}}
	if err := s.Settle(t.Context(), ingest.Settlement{Cases: []ingest.Case{refused}}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Case(t.Context(), 1)
	want.ID = 1
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%+v\nwant %+v: %v", got, want, err)
	}
	got, err = s.Case(t.Context(), 2)
	if err != nil || !slices.Equal(got.Readings, refused.Readings) || got.Message.Topic != "" {
		t.Fatalf("%+v: %v", got, err)
	}
	if _, err := s.Case(t.Context(), 3); !errors.Is(err, ErrNoCase) {
		t.Fatal(err)
	}
}

func TestReplayHandsOverTheOriginalArrivalAndRemovesTheCase(t *testing.T) {
	s := start(t)
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	isolateOne(t, s, caseOf("x", at))
	still := errors.New("still not understood")
	err := s.Replay(t.Context(), 1, func(context.Context, ingest.Message) error { return still })
	if !errors.Is(err, still) {
		t.Fatal(err)
	}
	var got ingest.Message
	if err := s.Replay(t.Context(), 1, func(_ context.Context, m ingest.Message) error { got = m; return nil }); err != nil {
		t.Fatal(err)
	}
	if !got.At.Equal(at) || !got.Vouched || !got.Retained || got.Gateway != "g1" || string(got.Payload) != "{\x00" {
		t.Fatalf("%+v", got)
	}
	if err := s.Replay(t.Context(), 1, nil); !errors.Is(err, ErrNoCase) {
		t.Fatal(err)
	}
	if s.cases.Load() != 0 || s.bytes.Load() != 0 {
		t.Fatal(s.cases.Load(), s.bytes.Load())
	}
}

func TestReplayedReadingsGoToTheSpool(t *testing.T) {
	s := start(t)
	rs := []energy.Reading{reading("m1", "power", 1, 2)}
	c := ingest.Case{Device: "m1", Reason: "series", Readings: rs}
	if err := s.Settle(t.Context(), ingest.Settlement{Cases: []ingest.Case{c}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Replay(t.Context(), 1, nil); err != nil {
		t.Fatal(err)
	}
	if b := take(t, s, 10); !slices.Equal(b.Readings, rs) {
		t.Fatalf("%+v", b)
	}
}

func TestConfigReportsEveryFault(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Fatal(err)
	}
	err := Config{MaxBytes: 5, MinFreeBytes: -1}.Validate()
	for _, want := range []string{"path", "max_bytes 5", "min_free_bytes -1"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

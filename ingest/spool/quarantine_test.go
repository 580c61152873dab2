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
	if cases, err := s.Cases(t.Context(), 0, 100); err != nil || len(cases) != 22 {
		t.Fatal(len(cases), err)
	}
}

func TestOfRefusedReadingsAllAreKept(t *testing.T) {
	s := start(t)
	const all = 3 * keptOfAKind
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for i := range all {
		c := ingest.Case{Device: "m1", Reason: "series", At: at, Readings: []energy.Reading{reading("m1", "power", i, 2)}}
		if !isolateOne(t, s, c) {
			t.Fatalf("readings that were acknowledged are dropped after %d cases", i)
		}
	}
	if n := s.cases.Load(); n != all {
		t.Errorf("%d cases, want %d", n, all)
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
	err := Config{MaxBytes: 5, MinFreeBytes: -1, QuarantineBytes: 7}.Validate()
	for _, want := range []string{"path", "max_bytes 5", "min_free_bytes -1", "quarantine_bytes 7", "quarantine_days 0"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

func TestCasesComeInPages(t *testing.T) {
	s := start(t)
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for i := range 5 {
		isolateOne(t, s, caseOf(fmt.Sprint("x", i), at))
	}
	var ids []int64
	for after := int64(0); ; {
		page, err := s.Cases(t.Context(), after, 2)
		if err != nil || len(page) > 2 {
			t.Fatal(page, err)
		}
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			ids = append(ids, c.ID)
		}
		after = ids[len(ids)-1]
	}
	if !slices.Equal(ids, []int64{1, 2, 3, 4, 5}) {
		t.Error(ids)
	}
}

// TestACommandBesideTheServerKeepsItsCounts: somebody replays with a process of
// its own while the server runs on the same file.
func TestACommandBesideTheServerKeepsItsCounts(t *testing.T) {
	server := start(t)
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for i := range 10 {
		isolateOne(t, server, caseOf(fmt.Sprint("x", i), at))
	}
	command := reopen(t, server.cfg)
	for id := int64(1); id <= 9; id++ {
		err := command.Replay(t.Context(), id, func(ctx context.Context, _ ingest.Message) error {
			return command.Append(ctx, []energy.Reading{reading("m1", "power", int(id), 1)})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := command.Close(); err != nil {
		t.Fatal(err)
	}
	b := take(t, server, 100)
	if len(b.Readings) != 9 || b.Again {
		t.Fatalf("the server sees %+v", b)
	}
	if err := server.Settle(t.Context(), ingest.Settlement{Through: b.Through}); err != nil {
		t.Fatal(err)
	}
	if err := server.Discard(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	if server.cases.Load() != 0 || server.readings.Load() != 0 || server.bytes.Load() != 0 {
		t.Fatalf("%d cases, %d readings, %d bytes counted in an empty file", server.cases.Load(), server.readings.Load(), server.bytes.Load())
	}
}

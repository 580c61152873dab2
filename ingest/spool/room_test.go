package spool

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"foyer/ingest"
	"foyer/internal/energy"
)

var roomNoon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// bulky is a case of many bytes, one of a kind for each device.
func bulky(device string, at time.Time, size int) ingest.Case {
	c := caseOf(device, at)
	c.Message.Payload = make([]byte, size)
	return c
}

func TestAFloodOfMessagesPushesOutItself(t *testing.T) {
	s := start(t, func(c *Config) { c.MaxBytes, c.QuarantineBytes = 1<<20, 1<<20 })
	isolateOne(t, s, caseOf("rare", roomNoon.Add(-time.Hour)))
	for day := range 12 {
		for i := range 20 {
			if !isolateOne(t, s, bulky("loud", roomNoon.AddDate(0, 0, day).Add(time.Duration(i)*time.Second), 16<<10)) {
				t.Fatal("a message that fits is not kept")
			}
		}
	}
	cases, err := s.Cases(t.Context(), 0, 1000)
	if err != nil || len(cases) < 20 || cases[0].Device != "rare" {
		t.Fatal(len(cases), err)
	}
	if last := cases[len(cases)-1]; last.Message.At.Before(roomNoon.AddDate(0, 0, 11)) {
		t.Errorf("the newest that is kept is of %v", last.Message.At)
	}
	dropped, err := s.Dropped(t.Context())
	if err != nil || int(dropped["room"])+len(cases) != 1+12*20 {
		t.Errorf("%d kept, dropped %v: %v", len(cases), dropped, err)
	}
	if n := s.isolated.Load(); n > 1<<20 || n < 1<<19 {
		t.Errorf("%d bytes kept", n)
	}
	// Readings have all of their room.
	var rs []energy.Reading
	for i := range 1000 {
		rs = append(rs, reading("m1", "power", i, 1))
	}
	for range 20 {
		if err := s.Append(t.Context(), rs); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAMessageLargerThanTheQuarantineIsCounted(t *testing.T) {
	s := start(t, func(c *Config) { c.QuarantineBytes = 1 << 20 })
	isolateOne(t, s, caseOf("x", roomNoon))
	if isolateOne(t, s, bulky("huge", roomNoon, 2<<20)) {
		t.Error("it is kept")
	}
	if dropped, err := s.Dropped(t.Context()); err != nil || fmt.Sprint(dropped) != "map[room:1]" || s.cases.Load() != 1 {
		t.Error(dropped, s.cases.Load(), err)
	}
}

func TestNothingWaitsForLongerThanReadingsAreKept(t *testing.T) {
	s := start(t, func(c *Config) { c.QuarantineDays = 90 })
	days, fails := 40, error(nil)
	s.KeepCases(func(context.Context) (int, error) { return days, fails })
	for _, at := range []time.Time{roomNoon, roomNoon.AddDate(0, 0, 10)} {
		refused := ingest.Case{Device: "m1", Reason: "series", At: at, Readings: []energy.Reading{reading("m1", "power", int(at.Unix()-roomNoon.Unix())+1, 2)}}
		if err := s.Settle(t.Context(), ingest.Settlement{Cases: []ingest.Case{refused}}); err != nil {
			t.Fatal(err)
		}
		isolateOne(t, s, caseOf("m2", at))
	}
	fails = errors.New("the charter cannot be read")
	if n, err := s.ExpireCases(t.Context(), roomNoon.AddDate(0, 0, 90)); n != 0 || !errors.Is(err, fails) {
		t.Errorf("%d expire: %v", n, err)
	}
	fails = nil
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{0, 0}, {time.Millisecond, 2}, {time.Hour, 0}} {
		if n, err := s.ExpireCases(t.Context(), roomNoon.AddDate(0, 0, 40).Add(c.after)); n != c.want || err != nil {
			t.Errorf("%v after 40 days %d expire: %v", c.after, n, err)
		}
	}
	days = 36 // the charter keeps less from now on
	if n, err := s.ExpireCases(t.Context(), roomNoon.AddDate(0, 0, 47)); n != 2 || err != nil {
		t.Errorf("%d expire: %v", n, err)
	}
	if dropped, err := s.Dropped(t.Context()); err != nil || fmt.Sprint(dropped) != "map[age:4]" {
		t.Error(dropped, err)
	}
	if s.cases.Load() != 0 || s.bytes.Load() != 0 || s.isolated.Load() != 0 {
		t.Errorf("%d cases, %d and %d bytes counted in an empty file", s.cases.Load(), s.bytes.Load(), s.isolated.Load())
	}
}

func TestOldMessagesExpireAndRefusedReadingsStay(t *testing.T) {
	s := start(t, func(c *Config) { c.QuarantineDays = 30 })
	refused := ingest.Case{Device: "m1", Reason: "series", At: roomNoon, Readings: []energy.Reading{reading("m1", "power", 1, 2)}}
	if err := s.Settle(t.Context(), ingest.Settlement{Cases: []ingest.Case{refused}}); err != nil {
		t.Fatal(err)
	}
	isolateOne(t, s, caseOf("old", roomNoon))
	isolateOne(t, s, caseOf("young", roomNoon.AddDate(0, 0, 10)))
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{0, 0}, {time.Millisecond, 1}, {time.Hour, 0}} {
		if n, err := s.ExpireCases(t.Context(), roomNoon.AddDate(0, 0, 30).Add(c.after)); n != c.want || err != nil {
			t.Errorf("%v after 30 days %d expire: %v", c.after, n, err)
		}
	}
	cases, err := s.Cases(t.Context(), 0, 10)
	if err != nil || len(cases) != 2 || cases[0].Readings == nil || cases[1].Device != "young" {
		t.Fatalf("%+v %v", cases, err)
	}
	if dropped, err := s.Dropped(t.Context()); err != nil || fmt.Sprint(dropped) != "map[age:1]" {
		t.Error(dropped, err)
	}
	for _, c := range cases {
		if err := s.Discard(t.Context(), c.ID); err != nil {
			t.Fatal(err)
		}
	}
	if s.cases.Load() != 0 || s.bytes.Load() != 0 || s.isolated.Load() != 0 {
		t.Errorf("%d cases, %d and %d bytes counted in an empty file", s.cases.Load(), s.bytes.Load(), s.isolated.Load())
	}
}

// They are in the file with it, over a restart.
func TestCountsAreKeptWithWhatTheyCount(t *testing.T) {
	s := start(t)
	counts := []ingest.Count{
		{Meter: "m2", Quarter: 7, Fate: energy.FateRepeated, N: 3},
		{Gateway: "g1", Quarter: -1, Fate: energy.FateUncounted, N: 1},
		{Meter: "m2", Quarter: 8, Fate: energy.FateIgnored, N: -2},
	}
	if err := s.Tally(t.Context(), []energy.Reading{reading("m2", "power", 1, 1)}, counts); err != nil {
		t.Fatal(err)
	}
	if err := s.Tally(t.Context(), nil, counts[:1]); err != nil {
		t.Fatal(err)
	}
	id := s.ID()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s.cfg)
	through, got, damaged, err := s.Tallied(t.Context(), 100)
	if err != nil || damaged != 0 || fmt.Sprint(got) != fmt.Sprint(append(counts, counts[0])) || s.ID() != id || len(id) != 20 {
		t.Fatal(got, damaged, s.ID(), err)
	}
	if len(take(t, s, 10).Readings) != 1 {
		t.Error("the reading is not there")
	}
	if err := s.Forget(t.Context(), through); err != nil {
		t.Fatal(err)
	}
	if err := s.Tally(t.Context(), nil, counts[1:2]); err != nil {
		t.Fatal(err)
	}
	if again, got, _, err := s.Tallied(t.Context(), 100); again <= through || len(got) != 1 || err != nil {
		t.Errorf("after %d comes %d: %v %v", through, again, got, err)
	}
}

func TestDamagedCountsAreLeftOut(t *testing.T) {
	s := start(t)
	for i := range 3 {
		if err := s.Tally(t.Context(), nil, []ingest.Count{{Meter: "m1", Quarter: energy.Quarter(i), Fate: energy.FateIgnored, N: 1}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.write.ExecContext(t.Context(), `UPDATE tally SET body = CAST(body || 'x' AS BLOB) WHERE id = 2`); err != nil {
		t.Fatal(err)
	}
	through, got, damaged, err := s.Tallied(t.Context(), 100)
	if through != 3 || len(got) != 2 || damaged != 1 || err != nil {
		t.Error(through, got, damaged, err)
	}
}

func TestHeldReadingsAreCountedAsWhatBecomesOfThem(t *testing.T) {
	s := start(t)
	var rs []energy.Reading
	for i, m := range []string{"m1", "m2", "m3"} {
		rs = append(rs, reading(m, "power", i, 1), reading(m, "temperature", i, 1))
	}
	if err := s.Settle(t.Context(), ingest.Settlement{Held: rs, At: roomNoon}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Admit(t.Context(), "m1"); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := s.Dismiss(t.Context(), "m2", energy.FateStopped); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := s.Expire(t.Context(), roomNoon.Add(time.Second)); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	_, counts, _, err := s.Tallied(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	got := map[energy.MeterID]energy.Tally{}
	for _, c := range counts {
		tally := got[c.Meter]
		tally[c.Fate] += c.N
		got[c.Meter] = tally
	}
	for meter, want := range map[energy.MeterID]energy.Tally{
		"m1": {energy.FateHeld: -2}, // it is on its way again
		"m2": {energy.FateHeld: -2, energy.FateStopped: 2},
		"m3": {energy.FateHeld: -2, energy.FateExpired: 2},
	} {
		if got[meter] != want {
			t.Errorf("%s: %v, want %v", meter, got[meter], want)
		}
	}
	if s.bytes.Load() == 0 || s.held.Load() != 0 || s.readings.Load() != 2 {
		t.Error(s.bytes.Load(), s.held.Load(), s.readings.Load())
	}
}

func TestASpoolFromBeforeNumbersItsCountsAboveTheLedger(t *testing.T) {
	s := start(t)
	numbered := func(want int64) {
		t.Helper()
		if err := s.Tally(t.Context(), nil, []ingest.Count{{Meter: "m1", Fate: energy.FateIgnored, N: 1}}); err != nil {
			t.Fatal(err)
		}
		through, _, _, err := s.Tallied(t.Context(), 100)
		if err != nil || through != want {
			t.Errorf("numbered %d, want %d, %v", through, want, err)
		}
	}
	for _, x := range []struct{ entered, want int64 }{{0, 1}, {40, 41}, {7, 42}} {
		if err := s.CountFrom(t.Context(), x.entered); err != nil {
			t.Fatal(err)
		}
		numbered(x.want)
	}
	empty := start(t)
	if err := empty.CountFrom(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	s = empty
	numbered(6)
}

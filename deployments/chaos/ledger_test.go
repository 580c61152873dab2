package main

import (
	"slices"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/series"
)

// sample returns a ledger of two meters that sent ten messages each, of which all
// but the last were acknowledged, and the rows of a store that is right.
func sample() (*Ledger, []Row) {
	began := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	l := newLedger([]*Meter{
		{Gateway: "gw-01", Device: "prise", ID: "m1", Seed: 7, Began: began},
		{Gateway: "gw-01", Device: "dehors", ID: "m2", Seed: 7, Began: began, Climate: true},
	})
	var rows []Row
	for i, m := range l.meters {
		for range 10 {
			n := l.send(i)
			if n < 9 {
				l.acknowledge(i, n)
			}
			for _, v := range m.values(n) {
				rows = append(rows, Row{Meter: m.ID, Register: v.register, At: m.at(n).UnixMilli(), Value: v.shown})
			}
		}
	}
	return l, rows
}

func TestLedgerSeesWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func([]Row) []Row
		want  Verdict
	}{
		"nothing":                   {func(rs []Row) []Row { return rs }, Verdict{}},
		"one lost":                  {func(rs []Row) []Row { return rs[1:] }, Verdict{Lost: 1}},
		"an unacknowledged missing": {func(rs []Row) []Row { return rs[:len(rs)-2] }, Verdict{}},
		"all lost":                  {func([]Row) []Row { return nil }, Verdict{Lost: 36}},
		"twice":                     {func(rs []Row) []Row { return append(rs, rs[3]) }, Verdict{Twice: 1}},
		"another value":             {func(rs []Row) []Row { rs[5].Value++; return rs }, Verdict{Wrong: 1}},
		"dated by arrival":          {func(rs []Row) []Row { rs[5].Arrival = true; return rs }, Verdict{Wrong: 1}},
		"another instant":           {func(rs []Row) []Row { rs[5].At++; return rs }, Verdict{Lost: 1, Foreign: 1}},
		"never sent":                {func(rs []Row) []Row { return append(rs, later(rs[0])) }, Verdict{Foreign: 1}},
		"another's meter":           {func(rs []Row) []Row { rs[0].Meter = "m3"; return rs }, Verdict{Lost: 1, Foreign: 1}},
		"no such register":          {func(rs []Row) []Row { rs[0].Register = "co2"; return rs }, Verdict{Lost: 1, Foreign: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			l, rows := sample()
			got := l.judge(c.spoil(rows), false)
			got.Acked, got.Stored, got.Examples = 0, 0, nil
			if got.Lost != c.want.Lost || got.Foreign != c.want.Foreign || got.Twice != c.want.Twice || got.Wrong != c.want.Wrong {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func later(r Row) Row {
	r.At += 10 * pace
	return r
}

// TestReadsWhatFoyerStores holds the harness's own reading of the file against the
// package that writes it.
func TestReadsWhatFoyerStores(t *testing.T) {
	dir := t.TempDir()
	store, err := series.OpenSQLite(t.Context(), dir+"/readings.db")
	if err != nil {
		t.Fatal(err)
	}
	l, want := sample()
	var rs []energy.Reading
	for _, r := range want {
		rs = append(rs, energy.Reading{
			Meter: energy.MeterID(r.Meter), Register: energy.Register(r.Register), At: timeOf(r.At), Value: r.Value, Source: energy.DeviceTime,
		})
	}
	rs[0].Source, want[0].Arrival = energy.ArrivalTime, true
	if err := store.Write(t.Context(), rs); err != nil {
		t.Fatal(err)
	}
	copied := t.TempDir()
	if err := snapshot(dir, copied); err != nil { // with the log that a kill would leave
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := sound(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	got, err := stored(t.Context(), copied)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range want {
		if !slices.Contains(got, r) {
			t.Errorf("%+v is not read back", r)
		}
	}
	if len(got) != len(want) {
		t.Errorf("read %d rows, want %d", len(got), len(want))
	}
	if v := l.judge(got, false); v.Wrong != 1 {
		t.Errorf("a row dated by its arrival passed: %+v", v)
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"foyer/internal/app"
	"foyer/internal/config"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/testserver"
	"foyer/simulators"
)

// A settled is a town that became households of a Foyer on SQLite files, and the
// file of what its meters counted before.
type settled struct {
	t      *testing.T
	config string
	town   *simulators.Town
	who    app.Settlement
	office *app.Office
	past   string
}

// settle has a home without periods, one with, and one that agreed and stopped
// since. The world stands at noon of the town's first day.
func settle(t *testing.T) *settled {
	t.Helper()
	town, err := simulators.Open(simulators.Scenario{Seed: 5, Start: "2026-11-10", Days: 1, HalfHours: 3, Homes: []simulators.Home{
		{Dialect: "linky_tasmota_teleinfo", Contract: simulators.Base},
		{Dialect: "linky_zlinky_z2m", Contract: simulators.PeakOffPeak, History: 60},
		{Dialect: "linky_zlinky_z2m", Contract: simulators.Base, History: 60, Withdrawn: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := &settled{t: t, town: town, config: filepath.Join(dir, "foyer.yaml"), past: filepath.Join(dir, "past.csv")}
	text := fmt.Sprintf("data: %s\njobs: {rollup: \"@every 1s\"}\nworld: {start: 2026-11-10T12:00:00+01:00, anchor: %s, speed: 1}\n",
		filepath.Join(dir, "data"), app.Wall().Format(time.RFC3339Nano))
	if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(s.config)
	if err != nil {
		t.Fatal(err)
	}
	if s.office, err = app.OpenOffice(t.Context(), c, slog.New(slog.DiscardHandler), prometheus.NewRegistry()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.office.Close() })
	if s.who, err = s.office.Settle(t.Context(), town); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := simulators.WritePast(&b, town.Past(), meterName); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.past, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// load imports files and returns what was said, and whether a line was refused.
func (s *settled) load(args ...string) (said string, refused bool) {
	s.t.Helper()
	var out bytes.Buffer
	root := newRoot()
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(append([]string{"readings", "import", "--config", s.config}, args...))
	err := root.ExecuteContext(s.t.Context())
	if err != nil && !errors.Is(err, errCheck) {
		s.t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String(), err != nil
}

// kept returns everything that is stored of the town's meters.
func (s *settled) kept() map[pastKey]energy.Interval {
	s.t.Helper()
	all := map[pastKey]energy.Interval{}
	for _, meter := range s.who.Meters {
		ivs, err := s.office.Records.Intervals(s.t.Context(), meter, time.Unix(0, 0), time.Unix(1<<33, 0))
		if err != nil {
			s.t.Fatal(err)
		}
		for _, iv := range ivs {
			all[keyOf(iv)] = iv
		}
	}
	return all
}

// stale returns the time that the jobs have to count again, in all.
func (s *settled) stale() time.Duration {
	s.t.Helper()
	spans, err := s.office.Records.StaleSpans(s.t.Context(), "", "~")
	if err != nil {
		s.t.Fatal(err)
	}
	var all time.Duration
	for _, of := range spans {
		for _, x := range of {
			all += x.To.Sub(x.From)
		}
	}
	return all
}

// work runs the jobs until nothing is left to do.
func (s *settled) work() {
	s.t.Helper()
	c, err := config.Load(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := app.Open(s.t.Context(), c, app.Options{Roles: app.Roles{Jobs: true}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(s.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	testserver.Wait(s.t, "the jobs to have nothing left to do", func() bool {
		waiting, err := s.office.Records.Waiting(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		return waiting.Stale == 0 && waiting.Days == 0 && s.rate().Status != ""
	})
	stop()
	if err := errors.Join(<-ended, a.Close()); err != nil {
		s.t.Fatal(err)
	}
}

// rate returns the newest effort rate of the first household over the year that
// ended yesterday.
func (s *settled) rate() household.Result {
	s.t.Helper()
	first := energy.Day{Year: 2025, Month: 11, Date: 10}
	rows, err := s.office.Records.Newest(s.t.Context(), s.who.Families[0], []string{"tee"}, first, first.Add(1))
	if err != nil {
		s.t.Fatal(err)
	}
	if len(rows) == 0 {
		return household.Result{}
	}
	return rows[0]
}

func TestImportedPastIsWhatTheMetersCounted(t *testing.T) {
	s := settle(t)
	want := map[pastKey]energy.Interval{}
	gone := s.who.Meter(s.town.Homes()[2].Devices[0])
	for _, iv := range s.who.Past(s.town) {
		if iv.Meter != gone {
			want[keyOf(iv)] = iv
		}
	}
	if len(want) < 500 {
		t.Fatalf("a past of %d intervals", len(want))
	}
	before := s.stale()
	said, refused := s.load(s.past, "--dry-run")
	if !refused || len(s.kept()) != 0 || s.stale() != before || !strings.Contains(said, fmt.Sprintf("%d would be stored", len(want))) {
		t.Fatalf("dry run: %d kept\n%s", len(s.kept()), said)
	}
	// The order of the lines decides nothing.
	text, err := os.ReadFile(s.past)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	rows := lines[1 : len(lines)-1]
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	if err := os.WriteFile(s.past, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	said, refused = s.load(s.past)
	if !refused || !strings.Contains(said, "agrees to nothing now") || !maps.Equal(s.kept(), want) {
		t.Errorf("%d of %d kept\n%s", len(s.kept()), len(want), said)
	}
	if len(strings.Split(said, "\n")) > 20 {
		t.Errorf("each line of a household that stopped is named:\n%s", said)
	}
}

func TestImportedPastReachesTheFiguresAndASecondImportDoesNot(t *testing.T) {
	s := settle(t)
	s.load(s.past)
	s.work()
	first := s.rate()
	if first.Status != household.OK || first.Value == "" {
		t.Fatalf("%s %s %s", first.Status, first.Value, first.Detail)
	}
	if said, _ := s.load(s.past); !strings.Contains(said, ": 0 stored, ") || s.stale() != 0 {
		t.Errorf("importing again has %v counted again: %s", s.stale(), said)
	}
	// A correction stands when asked for, and has its day counted again alone.
	home := s.town.Homes()[0]
	meter := s.who.Meter(home.Devices[0])
	i := slices.IndexFunc(s.town.Past(), func(p simulators.Interval) bool {
		return p.Home == 0 && p.From.Equal(time.Date(2026, 1, 14, 23, 0, 0, 0, time.UTC))
	})
	day := s.town.Past()[i]
	fix := filepath.Join(t.TempDir(), "fix.csv")
	text := fmt.Sprintf("register;day;energy_wh\n%s;15/01/2026;%d\n", day.Register, day.Energy/1000+50_000)
	if err := os.WriteFile(fix, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, refused := s.load(fix, "--meter", string(meter)); !refused || !strings.Contains(said, "--replace") || s.stale() != 0 {
		t.Errorf("another amount took the first one's place: %s", said)
	}
	if said, refused := s.load(fix, "--meter", meterName(home.Devices[0]), "--replace"); refused || s.stale() != 24*time.Hour {
		t.Fatalf("%v to count again: %s", s.stale(), said)
	}
	s.work()
	var was, is household.Rate
	if err := errors.Join(json.Unmarshal(first.Detail, &was), json.Unmarshal(s.rate().Detail, &is)); err != nil {
		t.Fatal(err)
	}
	if was.Expense == is.Expense || s.rate().Value <= first.Value {
		t.Errorf("50 kWh more change nothing: %s, then %s", was.Expense, is.Expense)
	}
}

func TestTimesOfALineAreThoseOfTheZone(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for cell, want := range map[string]string{
		"2026-01-31T00:30:00+01:00": "2026-01-30T23:30:00Z",
		"2026-01-31T00:30:00+0100":  "2026-01-30T23:30:00Z",
		"2026-01-31 00:30":          "2026-01-30T23:30:00Z",
		"31/07/2026 00:30":          "2026-07-30T22:30:00Z",
		"2026-10-25":                "2026-10-24T22:00:00Z",
		"26/10/2026":                "2026-10-25T23:00:00Z",
		"2026-10-25T01:59":          "2026-10-24T23:59:00Z",
		"2026-10-25T03:00":          "2026-10-25T02:00:00Z",
		"2026-03-29T03:00":          "2026-03-29T01:00:00Z",
		"2026-10-25T02:30":          "the clock showed this time twice",
		"2026-03-29T02:30":          "the clock jumped over this time",
		"2026-10-25T02:30:00+01:00": "2026-10-25T01:30:00Z",
		"25.10.2026":                "not an instant",
		"1767222000":                "not an instant",
		"":                          "the instant is missing",
	} {
		at, reason := readInstant(cell, zone)
		if got := at.Format(time.RFC3339); reason == "" && got != want || reason != "" && !strings.HasPrefix(reason, want) {
			t.Errorf("%q: %s %s, want %s", cell, got, reason, want)
		}
	}
}

func TestAnAmountIsReadDigitByDigit(t *testing.T) {
	for cell, want := range map[string]int64{
		"12.5": 12_500_000, "12,5": 12_500_000, "0": 0, "1 234,567891": 1_234_567_891, "1\u202f234": 1_234_000_000,
		"8952.446289": 8_952_446_289, "54.900000000000006": 54_900_000, "0.0000005": 1, "999999999999.9": 999_999_999_999_900_000,
		"-1": -1, "1e3": -1, "NaN": -1, "inf": -1, "0x10": -1, "1.234,5": -1, "1,": -1, "+1": -1, "": -1, "12 kWh": -1, "1234567890123": -1,
	} {
		if got, ok := readEnergy(cell, true); ok != (want >= 0) || ok && got != want {
			t.Errorf("%q: %d, %v", cell, got, ok)
		}
	}
	if got, ok := readEnergy("12.5", false); !ok || got != 12_500 {
		t.Errorf("12.5 Wh: %d", got)
	}
}

func TestTimesThatCrossAreNotBothTaken(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 1, 1, hour, 0, 0, 0, time.UTC) }
	row := func(line, from, to int) pastRow {
		return pastRow{line: line, Interval: energy.Interval{Meter: "m", Register: "energy_import", From: at(from), To: at(to)}}
	}
	for name, c := range map[string]struct {
		rows   []pastRow
		stored []pastRow
		want   []int
	}{
		"one after the other":         {[]pastRow{row(2, 0, 1), row(3, 1, 2)}, nil, nil},
		"one inside the other":        {[]pastRow{row(2, 0, 24), row(3, 0, 1), row(4, 23, 24), row(5, 5, 6)}, nil, nil},
		"the earlier line stands":     {[]pastRow{row(3, 0, 2), row(2, 1, 3)}, nil, []int{3}},
		"what is stored stands":       {[]pastRow{row(2, 0, 2), row(3, 4, 6)}, []pastRow{row(0, 1, 3)}, []int{2}},
		"inside what crosses":         {[]pastRow{row(2, 0, 4), row(3, 1, 2), row(4, 3, 6)}, nil, []int{4}},
		"a later one crosses several": {[]pastRow{row(2, 0, 10), row(3, 8, 9), row(4, 8, 12), row(5, 11, 13)}, nil, []int{4}},
		"another register": {[]pastRow{row(2, 0, 2), {line: 3, Interval: energy.Interval{
			Meter: "m", Register: "energy_export", From: at(1), To: at(3),
		}}}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			stored := map[pastKey]energy.Interval{}
			for _, r := range c.stored {
				stored[keyOf(r.Interval)] = r.Interval
			}
			if got := slices.Sorted(maps.Keys(crossing(c.rows, stored))); !slices.Equal(got, c.want) {
				t.Errorf("lines %v are refused, want %v", got, c.want)
			}
		})
	}
}

// FuzzReadPast: whatever a file holds, no row has an energy that is not there.
func FuzzReadPast(f *testing.F) {
	f.Add("meter,register,from,to,energy_wh,estimated\nm,energy_import/hc,2026-01-01T00:00:00Z,2026-01-01T00:30:00Z,812,false\n")
	f.Add("\ufeffday;energy_kwh\r\n31/01/2026;12,5\r\n\"01/02/2026;3\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := readPast(strings.NewReader(text), time.UTC, "m")
		if err != nil {
			return
		}
		for _, r := range file.rows {
			if r.Energy < 0 || r.written == "" || r.Register.Quantity().Base() != "Wh" || r.line < 2 {
				t.Errorf("%+v", r)
			}
		}
		for _, x := range file.faults {
			if x.reason == "" || x.line < 1 {
				t.Errorf("%+v", x)
			}
		}
	})
}

// TestTheGuideHolds imports the files that the guide shows, in both languages, and
// wants every column named in it.
func TestTheGuideHolds(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"en", "fr"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", language, "how-to", "import-readings.md"))
		if err != nil {
			t.Fatal(err)
		}
		_, after, files := strings.Cut(string(text), "```csv\n")
		rows, gaps := 0, 0
		for ; files; _, after, files = strings.Cut(after, "```csv\n") {
			example, _, _ := strings.Cut(after, "```")
			f, err := readPast(strings.NewReader(example), zone, "")
			if err != nil || len(f.faults) > 0 {
				t.Errorf("%s: %v %v", language, f.faults, err)
			}
			rows, gaps = rows+len(f.rows), gaps+f.empty
			for _, r := range f.rows {
				if !r.From.Before(r.To) {
					t.Errorf("%s: line %d ends before it begins", language, r.line)
				}
			}
		}
		if rows != 4 || gaps != 1 {
			t.Errorf("%s: %d rows and %d gaps", language, rows, gaps)
		}
		for _, c := range pastColumns {
			if !strings.Contains(string(text), "`"+c.name+"`") {
				t.Errorf("%s: nothing of the column %s", language, c.name)
			}
		}
	}
}

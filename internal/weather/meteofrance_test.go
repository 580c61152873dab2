package weather

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

const hourly = "NUM_POSTE;NOM_USUEL;LAT;LON;ALTI;AAAAMMJJHH;RR1;QRR1;T;QT;TD;QTD\n" +
	"01089001;PLAINE;45.976500;5.329333;250;2023032600;0.0;1;8.1;1;3.0;1\n" +
	"01089001;PLAINE;45.976500;5.329333;250;2023032601;0.0;1;7.9;9;3.0;1\n" +
	"01089001;PLAINE;45.976500;5.329333;250;2023032602;0.0;1;40.2;2;3.0;1\n" +
	"01089001;PLAINE;45.976500;5.329333;250;2023032603;0.0;1;;;;\n" +
	"01089002;COLLINE;45.9;5.3;650;2023032600;;;-0.3;1;;\n" +
	"01089001;PLAINE;45.976500;5.329333;250;2023032600;0.0;1;8.1;1;3.0;1\n" +
	"01089001;PLAINE;45.976500;5.329333;250;2023032604;0.0;1;7.3;0;3.0;1\n"

const daily = "NUM_POSTE;NOM_USUEL;LAT;LON;ALTI;AAAAMMJJ;RR;QRR;TN;QTN;TX;QTX;TM;QTM;TNTXM;QTNTXM\n" +
	"1089001;PLAINE;45.97;5.32;250;20230105;0;1;2;1;8;1;4.5;1;5;1\n" +
	"1089001;PLAINE;45.97;5.32;250;20230106;0;1;-2;1;4;1;;;1;1\n" +
	"1089001;PLAINE;45.97;5.32;250;20230107;0;1;-2;1;4;1;3;2;;\n"

func TestHourlyFileOfAStation(t *testing.T) {
	s, err := ReadMeteoFrance(strings.NewReader(hourly), "1089001")
	if err != nil {
		t.Fatal(err)
	}
	want := []int64{8100, 7900, 7300}
	if len(s.Held) != len(want) {
		t.Fatalf("%d hours: %+v", len(s.Held), s.Held)
	}
	for i, v := range want {
		if s.Held[i].Value != v || s.Held[i].To.Sub(s.Held[i].From) != time.Hour {
			t.Errorf("hour %d: %+v", i, s.Held[i])
		}
	}
	if at := time.Date(2023, 3, 26, 4, 0, 0, 0, time.UTC); !s.Held[2].From.Equal(at) {
		t.Errorf("the last hour begins at %v", s.Held[2].From)
	}
	if src := s.Source; src.Kind != MeteoFrance || src.Place != "01089001" || src.Name != "PLAINE" || src.Measure != "T" || src.Left != 1 || len(src.Digest) != 64 {
		t.Errorf("source: %+v", src)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(hourly))
	z.Close()
	again, err := ReadMeteoFrance(&packed, "01089001")
	if err != nil || len(again.Held) != len(s.Held) {
		t.Errorf("packed: %v, %+v", err, again)
	}
}

func TestDailyFileOfAStationFillsLocalDays(t *testing.T) {
	s, err := ReadMeteoFrance(strings.NewReader(daily), "")
	if err != nil {
		t.Fatal(err)
	}
	if s.Source.Measure != "TM, TNTXM" || s.Source.Left != 1 || len(s.Held) != 2 {
		t.Fatalf("%+v", s)
	}
	days := s.Days(zone(t, "Europe/Paris"))
	if len(days) != 3 {
		t.Fatalf("%+v", days)
	}
	// The UTC day of the 5th is 1:00 of the 5th to 1:00 of the 6th in Paris.
	for i, want := range []household.Weather{
		{Mean: 4500, Seen: 23 * time.Hour}, {Mean: (4500 + 23*1000 + 12) / 24, Seen: 24 * time.Hour}, {Mean: 1000, Seen: time.Hour},
	} {
		if days[i].Mean != want.Mean || days[i].Seen != want.Seen || days[i].Of != 24*time.Hour {
			t.Errorf("day %d: %+v, want %+v", i, days[i], want)
		}
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestFilesOfStationsSayWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ text, station, says string }{
		{"", "", "read header"},
		{"a;b\n", "", "no column NUM_POSTE"},
		{"NUM_POSTE;AAAAMMJJ;RR\n", "", "no column TM or TNTXM"},
		{"NUM_POSTE;AAAAMMJJHH;RR\n", "", "no columns AAAAMMJJHH and T"},
		{hourly, "", `line 6: a second station "01089002" after "01089001": say which one`},
		{hourly, "75", `no temperature of station "75"; the file has 01089001, 01089002`},
		{"NUM_POSTE;AAAAMMJJHH;T\n1;2023;4\n", "", `line 2: AAAAMMJJHH "2023"`},
		{"NUM_POSTE;AAAAMMJJHH;T\n1;2023010100;x\n", "", `line 2: T: "x" is not a temperature`},
		{"NUM_POSTE;AAAAMMJJHH;T\n1;2023010100;81\n", "", "81 °C is no temperature of weather"},
		{"NUM_POSTE;AAAAMMJJHH;T\n1;2023010100;8\n1;2023010100;9\n", "", "line 3: T: a second row for the same time says otherwise"},
		{"NUM_POSTE;AAAAMMJJHH;T\n1;2023010100;\n", "", "no temperature in the file"},
		{"\x1f\x8bnothing", "", "unpack"},
	} {
		_, err := ReadMeteoFrance(strings.NewReader(c.text), c.station)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.30q: want %q, got %v", c.text, c.says, err)
		}
	}
}

func FuzzReadMeteoFrance(f *testing.F) {
	f.Add(hourly, "01089001")
	f.Add(daily, "")
	paris := zone(f, "Europe/Paris")
	f.Fuzz(func(t *testing.T, text, station string) {
		s, err := ReadMeteoFrance(strings.NewReader(text), station)
		if err != nil {
			return
		}
		last := time.Time{}
		for _, h := range s.Held {
			if h.From.Before(last) || !h.From.Before(h.To) {
				t.Fatalf("out of order: %+v", s.Held)
			}
			last = h.To
		}
		var seen time.Duration
		for i, d := range s.Days(paris) {
			if i > 0 && seen == 0 || d.Seen <= 0 || d.Seen > d.Of {
				t.Fatalf("a day of which nothing, or too much, was seen: %+v", d)
			}
			seen += d.Seen
		}
		var all time.Duration
		for _, h := range s.Held {
			all += h.To.Sub(h.From)
		}
		if seen != all {
			t.Fatalf("days see %v of %v", seen, all)
		}
	})
}

func TestDegreeDaysSayHowManyDaysTheyStandFor(t *testing.T) {
	day := func(s string) energy.Day {
		d, err := energy.ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	of := 24 * time.Hour
	ws := []household.Weather{
		{Day: day("2022-12-31"), Mean: -20_000, Seen: of, Of: of},
		{Day: day("2023-01-01"), Mean: 16_500, Seen: of, Of: of},
		{Day: day("2023-01-02"), Mean: 20_000, Seen: of / 2, Of: of},
		{Day: day("2023-01-03"), Mean: 2_000, Seen: of/2 - 1, Of: of},
		{Day: day("2023-01-05"), Mean: 18_000, Seen: of, Of: of},
		{Day: day("2023-01-06"), Mean: 0, Seen: of, Of: of},
	}
	got := DegreeDaysOf(ws, day("2023-01-01"), day("2023-01-06"), 18_000)
	if want := (DegreeDays{Heating: 1500, Cooling: 2000, Known: 3, Missing: 2}); got != want {
		t.Errorf("want %+v, got %+v", want, got)
	}
}

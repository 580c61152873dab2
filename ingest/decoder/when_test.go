package decoder

import (
	"testing"
	"time"
	_ "time/tzdata" // zones on machines that ship none
)

func TestTimesAsSendersWriteThem(t *testing.T) {
	const none, wrong, unclear = "none", "implausible", "ambiguous"
	for _, c := range []struct {
		json, format, arrival, want string
	}{
		{`"2025-01-10T08:00:00"`, "iso", "", "2025-01-10T07:00:00Z"},
		{`"2025-07-10 08:00:00.25"`, "iso", "", "2025-07-10T06:00:00.25Z"},
		{`"2025-07-10T08:00:00Z"`, "iso", "", "2025-07-10T08:00:00Z"},
		{`"2025-07-10T08:00:00+02:00"`, "iso", "", "2025-07-10T06:00:00Z"},
		{`"2025-07-10T08:00:00.123456789-0130"`, "iso", "", "2025-07-10T09:30:00.123Z"},
		{`"2025-07-10T08:00:00+02"`, "iso", "", "2025-07-10T06:00:00Z"},
		{`"2025-02-29T08:00:00"`, "iso", "", wrong},
		{`"2025-13-01T08:00:00"`, "iso", "", wrong},
		{`"2025-01-10T25:00:00"`, "iso", "", wrong},
		{`"2025-01-10T08:00:00+9"`, "iso", "", wrong},
		{`"yesterday"`, "iso", "", wrong},
		{`""`, "iso", "", none},
		{`null`, "iso", "", none},
		{`{}`, "iso", "", none},
		{`"0001-01-01T00:00:00Z"`, "iso", "", wrong},
		{`"1111-11-11T11:11:11"`, "iso", "", wrong},
		{`"1970-01-01T00:25:13"`, "iso", "", wrong},
		{`"2106-02-07T06:28:15Z"`, "iso", "", wrong},
		// Five minutes ahead is the most a clock may be; late is never wrong here.
		{`"2025-01-10T07:05:00Z"`, "iso", "2025-01-10T07:00:00Z", "2025-01-10T07:05:00Z"},
		{`"2025-01-10T07:05:01Z"`, "iso", "2025-01-10T07:00:00Z", wrong},
		{`"2024-01-10T07:00:00Z"`, "iso", "2025-01-10T07:00:00Z", "2024-01-10T07:00:00Z"},
		// The repeated hour: 00:00Z to 01:00Z and 01:00Z to 02:00Z.
		{`"2025-10-26T01:59:59"`, "iso", "", "2025-10-25T23:59:59Z"},
		{`"2025-10-26T02:00:00"`, "iso", "", unclear},
		{`"2025-10-26T02:59:59"`, "iso", "", unclear},
		{`"2025-10-26T03:00:00"`, "iso", "", "2025-10-26T02:00:00Z"},
		{`"2025-10-26T02:10:00"`, "iso", "2025-10-26T00:10:02Z", "2025-10-26T00:10:00Z"},
		{`"2025-10-26T02:10:00"`, "iso", "2025-10-26T01:39:59Z", "2025-10-26T01:10:00Z"},
		{`"2025-10-26T02:10:00"`, "iso", "2025-10-26T00:40:00Z", unclear}, // half-way
		{`"2025-10-26T02:10:00"`, "iso", "2025-10-26T09:00:00Z", unclear},
		// The hour that never was.
		{`"2025-03-30T02:30:00"`, "iso", "2025-03-30T01:30:00Z", wrong},
		{`"E251026021000"`, "tic", "", "2025-10-26T00:10:00Z"},
		{`"H251026021000"`, "tic", "", "2025-10-26T01:10:00Z"},
		{`" 251026021000"`, "tic", "", unclear},
		{`"H231120211128"`, "tic", "", "2023-11-20T20:11:28Z"},
		{`"h231120211128"`, "tic", "", wrong},
		{`"E2510260210"`, "tic", "", wrong},
		{`"Hxx1120211128"`, "tic", "", wrong},
		{`""`, "tic", "", none},
		{`"251026021000W"`, "dsmr", "", "2025-10-26T01:10:00Z"},
		{`"251026021000S"`, "dsmr", "", "2025-10-26T00:10:00Z"},
		{`"251026021000"`, "dsmr", "", wrong},
		{`1757059829.08`, "unix", "", "2025-09-05T08:10:29.08Z"},
		{`"1757059829"`, "unix", "", "2025-09-05T08:10:29Z"},
		{`1.61`, "unix", "", wrong},
		{`0`, "unix", "", wrong},
		{`1e300`, "unix", "", wrong},
		{`-1757059829`, "unix", "", wrong},
		{`1757059829080`, "unix_ms", "", "2025-09-05T08:10:29.08Z"},
		// A finer unit says so by its size; a coarser one cannot.
		{`1757059829080`, "unix", "", "2025-09-05T08:10:29.08Z"},
		{`1757059829080123`, "unix", "", "2025-09-05T08:10:29.08Z"},
		{`1757059829080123456`, "unix", "", "2025-09-05T08:10:29.08Z"},
		{`1757059829080123456`, "unix_ms", "", "2025-09-05T08:10:29.08Z"},
		{`1757059829080123456789`, "unix", "", wrong},
		{`1757059829`, "unix_ms", "", wrong}, // since the start of a clock that was never set
		{`"soon"`, "unix", "", none},
		{`"26/11/2025"`, "02/01/2006", "", "2025-11-25T23:00:00Z"},
	} {
		in := newInput(Message{Payload: []byte(c.json)}, nil)
		if c.arrival != "" {
			in.message.ReceivedAt = instantOf(t, c.arrival)
		}
		s := in.read(in.root(), timeFormat(c.format), zone(t, "Europe/Paris"), anySeason, "x")
		got := [...]string{noTime: none, instant: s.at.Format(time.RFC3339Nano), ambiguous: unclear, implausible: wrong}[s.verdict]
		if got != c.want {
			t.Errorf("%s %s (arrival %s): %s, want %s", c.format, c.json, c.arrival, got, c.want)
		}
		in.release()
	}
}

func TestZoneLessTimeWithoutAZoneIsNotGuessed(t *testing.T) {
	r, err := Decode(Message{Topic: "tele/p/SENSOR", Payload: []byte(`{"Time":"2025-01-10T08:00:00","ENERGY":{"Power":5}}`)})
	if err != nil || len(r.Observations) != 1 || !r.Observations[0].At.IsZero() {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestSeasonOfAMeterSettlesTheClockOfItsReader(t *testing.T) {
	for date, want := range map[string]string{"E251026023000": "2025-10-26T00:30:00Z", "H251026023000": "2025-10-26T01:30:00Z"} {
		r, err := Decode(Message{
			Topic:   "tele/p/SENSOR",
			Payload: []byte(`{"Time":"2025-10-26T02:30:00","TIC":{"DATE":"` + date + `","EAST":"000001000"}}`),
			Zone:    zone(t, "Europe/Paris"),
		})
		if err != nil || r.Observations[0].At.Format(time.RFC3339) != want {
			t.Errorf("%s: %+v, %v", date, r, err)
		}
	}
}

// Candidates of every local minute around every change of a year, in zones that
// change by an hour and by half of one, are instants that show it, and all of them.
func TestCandidatesAreTheInstantsThatShowALocalTime(t *testing.T) {
	for _, name := range []string{"Europe/Paris", "Europe/Berlin", "UTC", "Indian/Reunion", "America/Martinique", "Australia/Lord_Howe"} {
		z := zone(t, name)
		shows := map[string][]time.Time{}
		from := time.Date(2025, 3, 28, 0, 0, 0, 0, time.UTC)
		for at := from; at.Before(from.AddDate(0, 0, 12)); at = at.Add(10 * time.Minute) {
			k := at.In(z).Format("2006-01-02T15:04")
			shows[k] = append(shows[k], at)
		}
		from = time.Date(2025, 10, 1, 0, 0, 0, 0, time.UTC)
		for at := from; at.Before(from.AddDate(0, 1, 0)); at = at.Add(10 * time.Minute) {
			k := at.In(z).Format("2006-01-02T15:04")
			shows[k] = append(shows[k], at)
		}
		for k, ats := range shows {
			c, err := time.Parse("2006-01-02T15:04", k)
			if err != nil {
				t.Fatal(err)
			}
			early, late := candidates(c, z)
			if !early.Equal(ats[0]) || !late.Equal(ats[len(ats)-1]) {
				t.Errorf("%s %s: %s and %s, want %v", name, k, early, late, ats)
			}
		}
	}
}

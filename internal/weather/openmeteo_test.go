package weather

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/outbound"
)

// first is the UTC day that every question here begins with.
var first = energy.Day{Year: 2023, Month: time.January, Date: 1}

const start = 1672531200 // its first second

// answer is an answer as the archive documents it.
func answer(times, temps string) string {
	return fmt.Sprintf(`{"latitude":45.8,"longitude":4.8,"generationtime_ms":0.5,"utc_offset_seconds":0,"timezone":"GMT","timezone_abbreviation":"GMT",`+
		`"elevation":170.0,"hourly_units":{"time":"unixtime","temperature_2m":"°C"},"hourly":{"time":[%s],"temperature_2m":[%s]}}`, times, temps)
}

// archive serves one answer and tells what was asked.
func archive(t *testing.T, status int, body string) (Archive, *http.Request) {
	t.Helper()
	var asked http.Request
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = *r
		w.WriteHeader(status)
		w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	here := netip.MustParseAddrPort(strings.TrimPrefix(s.URL, "http://"))
	return Archive{URL: s.URL, Client: outbound.Client(func(a netip.AddrPort) bool { return a == here })}, &asked
}

func lyon(t *testing.T) Place {
	t.Helper()
	p, err := ParsePlace("45.7640, 4.8357")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestArchiveAnswersTheHours(t *testing.T) {
	a, asked := archive(t, http.StatusOK, answer(fmt.Sprint(start, ",", start+3600, ",", start+7200), "-1.25,null,3e0"))
	s, err := a.Hours(t.Context(), lyon(t), first, first.Add(2))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Held) != 2 || s.Held[0].Value != -1250 || s.Held[1].Value != 3000 || !s.Held[1].From.Equal(time.Unix(start+7200, 0)) {
		t.Errorf("%+v", s.Held)
	}
	if s.Source.Kind != OpenMeteo || s.Source.Place != "45.8,4.8" || len(s.Source.Digest) != 64 || !strings.HasPrefix(s.Source.Licence, "CC BY 4.0") {
		t.Errorf("%+v", s.Source)
	}
	want := "end_date=2023-01-02&hourly=temperature_2m&latitude=45.8&longitude=4.8&start_date=2023-01-01&temperature_unit=celsius&timeformat=unixtime&timezone=GMT"
	if asked.URL.RawQuery != want || asked.Method != http.MethodGet {
		t.Errorf("asked %s %s", asked.Method, asked.URL.RawQuery)
	}
}

func TestArchiveMayAnswerSomethingElse(t *testing.T) {
	ok := answer(strconv.Itoa(start), "1")
	for _, c := range []struct {
		status     int
		body, says string
	}{
		{http.StatusBadRequest, `{"error":true,"reason":"Parameter 'start_date' is out of allowed range"}`, `refused with 400: "Parameter 'start_date'`},
		{http.StatusTooManyRequests, `{"error":true,"reason":"Daily API request limit exceeded."}`, "asked too often"},
		{http.StatusFound, "", "refused with 302"},
		{http.StatusOK, "<html>", "not the JSON that is documented"},
		{http.StatusOK, "{}", "want unixtime"},
		{http.StatusOK, strings.Replace(ok, "°C", "°F", 1), `temperatures in "°F"; want °C`},
		{http.StatusOK, strings.Replace(ok, `"utc_offset_seconds":0`, `"utc_offset_seconds":3600`, 1), "3600 s from UTC"},
		{http.StatusOK, answer(strconv.Itoa(start), "1,2"), "1 times and 2 temperatures"},
		{http.StatusOK, answer(strconv.Itoa(start-3600), "1"), "was not asked for"},
		{http.StatusOK, answer(strconv.Itoa(start+86400), "1"), "was not asked for"},
		{http.StatusOK, answer(fmt.Sprint(start, ",", start), "1,1"), "comes twice"},
		{http.StatusOK, answer(strconv.Itoa(start), "120"), "no temperature of weather"},
		{http.StatusOK, answer(strconv.Itoa(start), "1e9999999"), "is not a temperature"},
		{http.StatusOK, strings.Repeat(" ", mostAnswer+1), "answered more than"},
	} {
		a, _ := archive(t, c.status, c.body)
		_, err := a.Hours(t.Context(), lyon(t), first, first.Add(1))
		if !errors.Is(err, ErrArchive) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%d %.60q: want %q, got %v", c.status, c.body, c.says, err)
		}
	}
}

func TestArchiveIsOnThePublicInternet(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	a := NewArchive()
	if !strings.HasPrefix(a.URL, "https://archive-api.open-meteo.com/") {
		t.Errorf("the archive is at %s", a.URL)
	}
	a.URL = s.URL
	if _, err := a.Hours(t.Context(), lyon(t), first, first.Add(1)); !errors.Is(err, outbound.ErrAddress) {
		t.Errorf("a private address: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Hours(gone, lyon(t), first, first.Add(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("a question that nobody waits for: %v", err)
	}
	for _, to := range []energy.Day{first, first.Add(-1), first.Add(mostDays + 1)} {
		if _, err := a.Hours(t.Context(), lyon(t), first, to); err == nil || !strings.Contains(err.Error(), "want 1 to") {
			t.Errorf("to %s: %v", to, err)
		}
	}
}

func TestPlacesAreRough(t *testing.T) {
	for text, want := range map[string]string{"48.8566,2.3522": "48.9,2.4", "-21.115, 55.536": "-21.1,55.5", "90,-180": "90,-180"} {
		if p, err := ParsePlace(text); err != nil || p.String() != want {
			t.Errorf("%s: %s, %v", text, p, err)
		}
	}
	for _, text := range []string{"", "48", "91,0", "0,181", "x,y", "1e9999999,0", "NaN,0"} {
		if p, err := ParsePlace(text); err == nil {
			t.Errorf("%q is the place %s", text, p)
		}
	}
}

func FuzzReadArchive(f *testing.F) {
	f.Add(answer(fmt.Sprint(start, ",", start+3600), "1.5,null"))
	f.Fuzz(func(t *testing.T, body string) {
		from := first.Start(time.UTC)
		s, err := readArchive([]byte(body), from, from.AddDate(0, 0, 3))
		if err == nil && len(s.Held) > 72 {
			t.Fatalf("%d hours of 72", len(s.Held))
		}
	})
}

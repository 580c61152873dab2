package weather

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"foyer/internal/energy"
	"foyer/internal/outbound"
)

// An Archive asks Open-Meteo how warm it was. It reaches that server alone, and only
// when it is asked to.
//
// Source: open-meteo.com/en/docs/historical-weather-api. The data are under CC BY 4.0;
// the free server is for use that earns nothing.
type Archive struct {
	URL    string // of the server
	Client *http.Client
}

// NewArchive returns the archive at its public address.
func NewArchive() Archive {
	return Archive{
		URL:    "https://archive-api.open-meteo.com/v1/archive",
		Client: outbound.Client(func(netip.AddrPort) bool { return false }),
	}
}

// A Place is where the weather is wanted, in degrees; south and west are below 0.
type Place struct{ Latitude, Longitude decimal.Decimal }

// ParsePlace reads "48.85,2.35". It keeps one decimal, some ten kilometres, which is
// the archive's own grid: where exactly somebody lives is nobody else's business.
func ParsePlace(text string) (Place, error) {
	first, second, ok := strings.Cut(text, ",")
	if !ok {
		return Place{}, fmt.Errorf("place %q: want LATITUDE,LONGITUDE, like 48.9,2.3", text)
	}
	p := Place{}
	for _, c := range []struct {
		name, text string
		most       int64
		to         *decimal.Decimal
	}{{"latitude", first, 90, &p.Latitude}, {"longitude", second, 180, &p.Longitude}} {
		d, ok := short(strings.TrimSpace(c.text))
		if !ok || d.Abs().GreaterThan(decimal.NewFromInt(c.most)) {
			return Place{}, fmt.Errorf("%s %.20q: want degrees from -%d to %d", c.name, c.text, c.most, c.most)
		}
		*c.to = d.Round(1)
	}
	return p, nil
}

// String returns the place as [ParsePlace] reads it.
func (p Place) String() string { return p.Latitude.String() + "," + p.Longitude.String() }

// Bounds of one question and its answer: ten years of hours are 3 MB.
const (
	mostDays   = 3660
	mostAnswer = 8 << 20
)

// ErrArchive is an answer that cannot be used.
var ErrArchive = errors.New("the weather archive")

// Hours returns the temperatures of the UTC days in [from, to). The last five days
// or so are not known to the archive. The error wraps [ErrArchive] when the server
// refuses or answers something else.
func (a Archive) Hours(ctx context.Context, p Place, from, to energy.Day) (Series, error) {
	if n := to.Sub(from); n < 1 || n > mostDays {
		return Series{}, fmt.Errorf("from %s to %s are %d days: want 1 to %d", from, to, n, mostDays)
	}
	query := url.Values{
		"latitude": {p.Latitude.String()}, "longitude": {p.Longitude.String()},
		"start_date": {from.String()}, "end_date": {to.Add(-1).String()},
		"hourly": {"temperature_2m"}, "temperature_unit": {"celsius"}, "timeformat": {"unixtime"}, "timezone": {"GMT"},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL+"?"+query.Encode(), nil)
	if err != nil {
		return Series{}, fmt.Errorf("ask the weather archive: %w", err)
	}
	resp, err := a.Client.Do(req)
	if err != nil {
		return Series{}, fmt.Errorf("ask the weather archive: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer+1))
	switch {
	case err != nil:
		return Series{}, fmt.Errorf("ask the weather archive: %w", err)
	case len(body) > mostAnswer:
		return Series{}, fmt.Errorf("%w answered more than %d bytes", ErrArchive, mostAnswer)
	case resp.StatusCode == http.StatusTooManyRequests:
		return Series{}, fmt.Errorf("%w was asked too often; try again tomorrow, or ask for less", ErrArchive)
	case resp.StatusCode != http.StatusOK:
		return Series{}, fmt.Errorf("%w refused with %d%s", ErrArchive, resp.StatusCode, reason(body))
	}
	s, err := readArchive(body, from.Start(time.UTC), to.Start(time.UTC))
	if err != nil {
		return Series{}, fmt.Errorf("%w: %w", ErrArchive, err)
	}
	s.Source.Place = p.String()
	return s, nil
}

// reason quotes what the server says is wrong, at most a line of it.
func reason(body []byte) string {
	var said struct {
		Reason string `json:"reason"`
	}
	if json.Unmarshal(body, &said) != nil || said.Reason == "" {
		return ""
	}
	return fmt.Sprintf(": %.200q", said.Reason)
}

// readArchive reads an answer about the hours in [from, to).
func readArchive(body []byte, from, to time.Time) (Series, error) {
	var in struct {
		Offset int               `json:"utc_offset_seconds"`
		Unit   map[string]string `json:"hourly_units"`
		Hourly struct {
			Time        []int64        `json:"time"`
			Temperature []*json.Number `json:"temperature_2m"`
		} `json:"hourly"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return Series{}, fmt.Errorf("not the JSON that is documented: %w", err)
	}
	times, temps := in.Hourly.Time, in.Hourly.Temperature
	switch {
	case in.Offset != 0 || in.Unit["time"] != "unixtime":
		return Series{}, fmt.Errorf("times in %q, %d s from UTC; want unixtime, 0", in.Unit["time"], in.Offset)
	case in.Unit["temperature_2m"] != "°C":
		return Series{}, fmt.Errorf("temperatures in %q; want °C", in.Unit["temperature_2m"])
	case len(times) != len(temps):
		return Series{}, fmt.Errorf("%d times and %d temperatures", len(times), len(temps))
	}
	sum := sha256.Sum256(body)
	s := Series{Source: Source{
		Kind: OpenMeteo, Measure: "temperature_2m", Licence: "CC BY 4.0, Open-Meteo.com", Digest: hex.EncodeToString(sum[:]),
	}}
	last := from.Add(-time.Hour)
	for i, unix := range times {
		at := time.Unix(unix, 0).UTC()
		if at.Sub(last) < time.Hour || !at.Before(to) {
			return Series{}, fmt.Errorf("time %d is %s, which was not asked for or comes twice", i, at.Format(time.RFC3339))
		}
		last = at
		if temps[i] == nil {
			continue
		}
		v, err := thousandths(temps[i].String())
		if err != nil {
			return Series{}, fmt.Errorf("temperature %d: %w", i, err)
		}
		s.Held = append(s.Held, energy.Held{From: at, To: at.Add(time.Hour), Value: v})
	}
	return s, nil
}

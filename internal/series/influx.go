package series

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/influxdata/influxdb-client-go/v2/api"
	influxlog "github.com/influxdata/influxdb-client-go/v2/log"

	"foyer/internal/energy"
)

// The client's own log would print addresses and server messages past ours.
func init() { influxlog.Log = nil }

// Influx is a store in InfluxDB 1.8, 2 or 3: line protocol in, InfluxQL out.
//
// All registers a meter showed at one instant are the integer fields of one
// point: measurement "reading", the meter its only tag. A point whose instant
// is an arrival carries the field "arrival"; when two messages of one meter
// share a millisecond and only one of them is an arrival, all its registers
// read as such: the weaker claim holds, whatever came first.
type Influx struct {
	config  InfluxConfig
	client  influxdb2.Client
	http    *http.Client
	points  api.WriteAPIBlocking
	timeout time.Duration
}

const (
	measurement  = "reading"
	arrivalField = "arrival"
)

// OpenInflux prepares a store and does not wait for its server: readings wait
// in the spool until it answers. The error is that of [InfluxConfig.Validate].
func OpenInflux(_ context.Context, config InfluxConfig) (*Influx, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	config.URL = strings.TrimSuffix(strings.TrimPrefix(config.URL, "influx+"), "/")
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 16
	transport.DisableCompression = true // it costs the server more than the wire
	s := &Influx{config: config, http: &http.Client{Transport: transport}, timeout: 20 * time.Second}
	options := influxdb2.DefaultOptions().SetHTTPClient(s.http).SetPrecision(time.Millisecond)
	s.client = influxdb2.NewClientWithOptions(config.URL, config.Token.Reveal(), options)
	s.points = s.client.WriteAPIBlocking(config.Org, config.Database)
	return s, nil
}

// Ping reports whether the server answers and has the database.
func (s *Influx) Ping(ctx context.Context) error {
	_, err := s.query(ctx, http.MethodGet, `SHOW FIELD KEYS FROM "`+measurement+`"`)
	return err
}

// Close gives back idle connections.
func (s *Influx) Close() error {
	s.client.Close()
	s.http.CloseIdleConnections()
	return nil
}

// Erase removes all readings of a meter. It returns nil for a meter without any.
//
// InfluxDB 1.8 forgets the series with its points. InfluxDB 2 has DELETE alone.
// InfluxDB 3 has neither, and Erase fails there.
func (s *Influx) Erase(ctx context.Context, meter energy.MeterID) error {
	if !validMeter(meter) {
		return nil
	}
	where := ` FROM "` + measurement + `" WHERE "meter" = '` + string(meter) + `'`
	_, err := s.query(ctx, http.MethodPost, "DROP SERIES"+where)
	if err != nil && unsupported(err) {
		_, err = s.query(ctx, http.MethodPost, "DELETE"+where)
	}
	return err
}

// Sweep does nothing: InfluxDB frees what was erased with its next compaction.
func (s *Influx) Sweep(context.Context) error { return nil }

// EraseSpans removes the readings of meters in spans. InfluxDB 3 cannot, and EraseSpans
// fails there.
//
// The server writes down for every statement in which of its files something is gone:
// meters that lose the same time are in one.
func (s *Influx) EraseSpans(ctx context.Context, spans []energy.Span) error {
	type stretch struct{ first, end int64 }
	var all []stretch
	meters := map[stretch][]string{}
	for _, x := range spans {
		first, end := span(x.From, x.To)
		if !validMeter(x.Meter) || first >= end {
			continue
		}
		of := stretch{first, end}
		if meters[of] == nil {
			all = append(all, of)
		}
		meters[of] = append(meters[of], `"meter" = '`+string(x.Meter)+`'`)
	}
	for _, of := range all {
		for some := range slices.Chunk(meters[of], erasedAtOnce) {
			if err := s.eraseWhere(ctx, fmt.Sprintf(`(%s) AND time >= %dms AND time < %dms`, strings.Join(some, " OR "), of.first, of.end)); err != nil {
				return err
			}
		}
	}
	return nil
}

// erasedAtOnce is how many meters one statement erases something of.
const erasedAtOnce = 64

// eraseWhere removes the readings that a condition is true of. It asks first: removing
// nothing costs the server as much.
func (s *Influx) eraseWhere(ctx context.Context, condition string) error {
	where := ` FROM "` + measurement + `" WHERE ` + condition
	some, err := s.query(ctx, http.MethodGet, "SELECT *::field"+where+" LIMIT 1")
	if err != nil || len(some.rows) == 0 {
		return err
	}
	_, err = s.query(ctx, http.MethodPost, "DELETE"+where)
	return err
}

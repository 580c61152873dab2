package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"foyer/internal/testserver"
)

// storedInflux reads all readings that an InfluxDB 1.8 of the trials keeps, by its own query
// language. It knows the layout of the points from its description and nothing of the
// code that writes them: one measurement, a tag for the meter, an integer field for
// each register, and a field that says that the instant is an arrival.
func storedInflux(ctx context.Context, address string) (rows []Row, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("read what InfluxDB keeps: %w", err)
		}
	}()
	q := url.Values{
		"db": {testserver.Database}, "epoch": {"ms"}, "chunked": {"true"}, "chunk_size": {"10000"},
		"q": {`SELECT * FROM "reading" GROUP BY "meter"`},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/query?"+q.Encode(), http.NoBody)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	chunks := json.NewDecoder(res.Body)
	chunks.UseNumber()
	for {
		var c chunk
		switch err := chunks.Decode(&c); {
		case errors.Is(err, io.EOF):
			return rows, nil
		case err != nil:
			return nil, err
		case c.Error != "":
			return nil, errors.New(c.Error)
		}
		if rows, err = c.rows(rows); err != nil {
			return nil, err
		}
	}
}

// A chunk is a part of an answer of InfluxDB 1.8.
type chunk struct {
	Error   string
	Results []struct {
		Error  string
		Series []struct {
			Tags    map[string]string
			Columns []string
			Values  [][]any
		}
	}
}

// rows adds the readings of a chunk to others.
func (c *chunk) rows(rows []Row) ([]Row, error) {
	for _, result := range c.Results {
		if result.Error != "" {
			return nil, errors.New(result.Error)
		}
		for _, s := range result.Series {
			for _, values := range s.Values {
				var err error
				if rows, err = point(rows, Row{Meter: s.Tags["meter"]}, s.Columns, values); err != nil {
					return nil, err
				}
			}
		}
	}
	return rows, nil
}

// point adds the readings of one point to others.
func point(rows []Row, r Row, columns []string, values []any) ([]Row, error) {
	first := len(rows)
	for i, v := range values {
		switch v := v.(type) {
		case nil:
		case bool:
			r.Arrival = v // the field "arrival"
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				return nil, err
			}
			if columns[i] == "time" {
				r.At = n
				continue
			}
			r.Register, r.Value = columns[i], n
			rows = append(rows, r)
		default:
			return nil, fmt.Errorf("the field %s of meter %s holds %v", columns[i], r.Meter, v)
		}
	}
	for k := first; k < len(rows); k++ {
		rows[k].At, rows[k].Arrival = r.At, r.Arrival
	}
	return rows, nil
}

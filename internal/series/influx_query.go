package series

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"foyer/internal/energy"
)

// maxAnswer bounds what one answer may take of memory: a page of points with a
// hundred registers each.
const maxAnswer = 64 << 20

// A table is the answer to one statement: nothing, or the points of one series.
type table struct {
	columns []string
	rows    [][]json.RawMessage
}

// query runs one InfluxQL statement. Statements are made of constants, checked
// ids and numbers, never of somebody's text.
func (s *Influx) query(ctx context.Context, method, statement string) (table, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	q := url.Values{"db": {s.config.Database}, "epoch": {"ms"}, "q": {statement}}
	req, err := http.NewRequestWithContext(ctx, method, s.config.URL+"/query?"+q.Encode(), nil)
	if err != nil {
		return table{}, errors.New("build a query")
	}
	var body []byte
	failed := s.client.HTTPService().DoHTTPRequest(req, func(r *http.Request) { r.Header.Set("Accept", "application/json") },
		func(res *http.Response) error {
			defer func() { _ = res.Body.Close() }()
			body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
			return err
		})
	if failed != nil {
		return table{}, s.explain(failed)
	}
	if len(body) > maxAnswer {
		return table{}, fmt.Errorf("InfluxDB at %s: the answer is larger than %d bytes", s.config.URL, maxAnswer)
	}
	return s.parse(body)
}

// parse reads an answer. InfluxDB reports a failed statement with status 200.
func (s *Influx) parse(body []byte) (table, error) {
	var answer struct {
		Error   string `json:"error"`
		Results []struct {
			Error  string `json:"error"`
			Series []struct {
				Columns []string            `json:"columns"`
				Values  [][]json.RawMessage `json:"values"`
				Partial bool                `json:"partial"`
			} `json:"series"`
			Partial bool `json:"partial"`
		} `json:"results"`
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&answer); err != nil {
		return table{}, fmt.Errorf("InfluxDB at %s: unreadable answer: %w", s.config.URL, err)
	}
	if answer.Error != "" {
		return table{}, s.advise(&refusal{http.StatusOK, answer.Error})
	}
	if len(answer.Results) != 1 {
		return table{}, fmt.Errorf("InfluxDB at %s: %d results for one statement", s.config.URL, len(answer.Results))
	}
	result := answer.Results[0]
	switch {
	case result.Error != "":
		return table{}, s.advise(&refusal{http.StatusOK, result.Error})
	case len(result.Series) == 0:
		return table{}, nil
	case len(result.Series) > 1 || result.Partial || result.Series[0].Partial:
		return table{}, fmt.Errorf("InfluxDB at %s: the answer is incomplete. Is max-row-limit set?", s.config.URL)
	}
	return table{result.Series[0].Columns, result.Series[0].Values}, nil
}

// last returns the instant of the last point.
func (t table) last() (int64, error) {
	row := t.rows[len(t.rows)-1]
	if len(row) == 0 {
		return 0, errNoTable
	}
	return strconv.ParseInt(string(row[0]), 10, 64)
}

var errNoTable = errors.New("InfluxDB's answer is no table of points")

// each calls f for every register of every point, in order of the answer. A
// register that a point has not is null there.
func (t table) each(f func(register energy.Register, at, value int64, arrival bool)) error {
	arrivals := -1
	for i, c := range t.columns {
		if c == arrivalField {
			arrivals = i
		}
	}
	for _, row := range t.rows {
		if len(row) != len(t.columns) || len(row) == 0 || t.columns[0] != "time" {
			return errNoTable
		}
		at, err := strconv.ParseInt(string(row[0]), 10, 64)
		if err != nil {
			return errors.New("InfluxDB's answer holds an unreadable instant")
		}
		arrival := arrivals >= 0 && string(row[arrivals]) == "true"
		for i := 1; i < len(row); i++ {
			if i == arrivals || string(row[i]) == "null" {
				continue
			}
			value, err := strconv.ParseInt(string(row[i]), 10, 64)
			if err != nil {
				return errors.New("InfluxDB's answer holds a value that is no integer")
			}
			f(energy.Register(t.columns[i]), at, value, arrival)
		}
	}
	return nil
}

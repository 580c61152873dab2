package series

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	influxhttp "github.com/influxdata/influxdb-client-go/v2/api/http"
)

const seeConfig = "See docs/reference/config.md#series"

// A refusal is InfluxDB's answer to a request it will not serve.
type refusal struct {
	status  int
	message string // the server's; it may name a meter
}

// Error repeats the server's words except where they quote the request.
func (r *refusal) Error() string {
	if r.status == http.StatusBadRequest || r.status == http.StatusUnprocessableEntity || r.message == "" {
		return fmt.Sprintf("it answers %d %s", r.status, strings.ToLower(http.StatusText(r.status)))
	}
	return fmt.Sprintf("it answers %d: %s", r.status, r.message)
}

// poison reports whether err blames the readings, so that a smaller batch may go
// through and one reading alone never will. A limit the server has run into, or
// a 400 of other words, is the operator's to mend: readings wait for that.
func poison(err error) (reason string, ok bool) {
	var r *refusal
	if !errors.As(err, &r) || r.status != http.StatusBadRequest && r.status != http.StatusUnprocessableEntity {
		return "", false
	}
	text := strings.ToLower(r.message)
	blames := strings.Contains(text, "partial write") || strings.Contains(text, "parse") || strings.Contains(text, "conflict")
	return r.message, blames && !strings.Contains(text, "limit exceeded")
}

// tooLarge reports whether the server wants smaller batches.
func tooLarge(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.status == http.StatusRequestEntityTooLarge
}

// unsupported reports whether the server does not know a statement.
func unsupported(err error) bool {
	var r *refusal
	if !errors.As(err, &r) {
		return false
	}
	text := strings.ToLower(r.message)
	return strings.Contains(text, "not implemented") || strings.Contains(text, "not supported") ||
		strings.Contains(text, "unsupported") || r.status == http.StatusNotImplemented
}

// explain turns what the client returns into an error with a next step for the
// operator. It names no meter: a URL's query and a server's words may.
func (s *Influx) explain(err error) error {
	if err == nil {
		return nil
	}
	var answer *influxhttp.Error
	if errors.As(err, &answer) && answer.StatusCode != 0 {
		return s.advise(&refusal{answer.StatusCode, answer.Message})
	}
	var failed *url.Error
	if errors.As(err, &failed) {
		err = failed.Err
	}
	var timeout net.Error
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("InfluxDB at %s: %w", s.config.URL, err)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("InfluxDB at %s does not answer in time: %w. Is its machine overloaded? %s", s.config.URL, err, seeConfig)
	}
	return fmt.Errorf("cannot reach InfluxDB at %s: %w. Is it running? %s", s.config.URL, err, seeConfig)
}

// advise adds the next step to a refusal.
func (s *Influx) advise(r *refusal) error {
	missing := strings.Contains(r.message, "database not found") || strings.Contains(r.message, "bucket") && strings.Contains(r.message, "not found")
	switch {
	case missing || r.status == http.StatusNotFound:
		return fmt.Errorf("InfluxDB at %s has no database %q: %w. Create it: influx -execute 'CREATE DATABASE \"%s\"'. %s",
			s.config.URL, s.config.Database, r, s.config.Database, seeConfig)
	case r.status == http.StatusUnauthorized || r.status == http.StatusForbidden:
		return fmt.Errorf("InfluxDB at %s does not accept the token: %w. %s", s.config.URL, r, seeConfig)
	}
	return fmt.Errorf("InfluxDB at %s: %w. %s", s.config.URL, r, seeConfig)
}

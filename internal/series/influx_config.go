package series

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"foyer/internal/secret"
)

// InfluxConfig says where InfluxDB is.
type InfluxConfig struct {
	// URL is http://HOST:PORT or https://HOST:PORT, with or without "influx+".
	URL string `yaml:"url"`

	// Database is the database of InfluxDB 1.8 and 3, the bucket of InfluxDB 2.
	// It must exist. Default "foyer".
	Database string `yaml:"database"`

	// Org is the organisation of InfluxDB 2; "" elsewhere.
	Org string `yaml:"org"`

	// Token may read and write the database: a token of InfluxDB 2 and 3,
	// "user:password" on 1.8, nothing where 1.8 asks for none.
	Token secret.Value `yaml:"token"`
}

// DefaultInflux returns the defaults: the port InfluxDB has on this machine.
func DefaultInflux() InfluxConfig {
	return InfluxConfig{URL: "influx+http://127.0.0.1:8086", Database: "foyer"}
}

// Validate returns all faults together, each with its field, value and reason.
func (c InfluxConfig) Validate() error {
	var faults []error
	u, err := url.Parse(strings.TrimPrefix(c.URL, "influx+"))
	switch {
	case err != nil:
		faults = append(faults, errors.New("series.url: not a URL"))
	case u.User != nil:
		faults = append(faults, errors.New("series.url: holds a user or password; write it as series.token: \"user:password\""))
	case (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "":
		faults = append(faults, fmt.Errorf("series.url: %q: want influx+http://HOST:PORT or influx+https://HOST:PORT", c.URL))
	}
	if c.Database == "" || len(c.Database) > maxName || strings.ContainsAny(c.Database, "\"'\\\n\r") {
		faults = append(faults, fmt.Errorf("series.database: %q: want 1 to 64 characters without quotes", c.Database))
	}
	return errors.Join(faults...)
}

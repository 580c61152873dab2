package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
)

// database is the one that Foyer and the peer write to.
const database = "foyer"

// influxConfig keeps everything in a folder of the run and leaves the rest as
// InfluxDB 1.8 ships it.
const influxConfig = `reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = %[1]q
  logging-enabled = false
[data]
  dir = %[2]q
  wal-dir = %[3]q
  query-log-enabled = false
[http]
  bind-address = %[4]q
  log-enabled = false
[monitor]
  store-enabled = false
[logging]
  level = "warn"
`

// An influx is a running InfluxDB.
type influx struct {
	*process
	address string // host:port
	config  string
	dir     string
}

// startInflux starts InfluxDB with an empty database.
func startInflux(ctx context.Context, dir string) (*influx, error) {
	address, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	s := &influx{address: address, dir: dir, config: filepath.Join(dir, "influxd.conf")}
	text := fmt.Sprintf(influxConfig, filepath.Join(dir, "influx-meta"), filepath.Join(dir, "influx-data"), filepath.Join(dir, "influx-wal"), address)
	if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	if _, err := s.query(ctx, "CREATE DATABASE "+database); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// begin starts the server, also once more after stop.
func (s *influx) begin(ctx context.Context) error {
	binary, err := exec.LookPath("influxd")
	if err != nil {
		return fmt.Errorf("%w. Run: go install github.com/influxdata/influxdb/cmd/influxd@v1.8.10", err)
	}
	if s.process, err = start(s.dir, "influxd", binary, "-config", s.config); err != nil {
		return err
	}
	return s.until(ctx, func() bool {
		_, err := s.query(ctx, "SHOW DATABASES")
		return err == nil
	})
}

// count returns how many values a field has in all points of a measurement.
func (s *influx) count(ctx context.Context, field, measurement string) (int, error) {
	answer, err := s.query(ctx, fmt.Sprintf(`SELECT COUNT(%q) FROM %q`, field, measurement))
	if err != nil {
		return 0, err
	}
	var got struct {
		Results []struct{ Series []struct{ Values [][]any } }
	}
	if err := json.Unmarshal(answer, &got); err != nil {
		return 0, err
	}
	if len(got.Results) == 0 || len(got.Results[0].Series) == 0 {
		return 0, nil
	}
	n, ok := got.Results[0].Series[0].Values[0][1].(float64)
	if !ok {
		return 0, fmt.Errorf("InfluxDB answers %s", answer)
	}
	return int(n), nil
}

func (s *influx) query(ctx context.Context, statement string) ([]byte, error) {
	v := url.Values{"q": {statement}, "db": {database}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+"/query?"+v.Encode(), nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("InfluxDB answers %s: %s", res.Status, answer)
	}
	return answer, err
}

package testserver

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Database is the InfluxDB database that [Influx] creates.
const Database = "foyer"

// Influx starts InfluxDB 1.8 without passwords, with an empty database
// [Database], as Foyer's documentation sets it up. It keeps its data over Stop,
// Kill and Start.
func Influx(t TB) *Server {
	t.Helper()
	bin := Need(t, "influxd", "Run: go install github.com/influxdata/influxdb/cmd/influxd@v1.8.10, or make servers.")
	dir := t.TempDir()
	conf := filepath.Join(dir, "influxd.conf")
	s := newServer(t, "influxd", "http", func(port int) (*exec.Cmd, error) {
		if err := os.WriteFile(conf, []byte(influxConf(dir, port)), 0o600); err != nil {
			return nil, err
		}
		if out, err := exec.Command(beforeInflux(), filepath.Join(dir, "wal")).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("before InfluxDB starts: %w: %s", err, out)
		}
		return exec.Command(bin, "-config", conf), nil
	}, func(s *Server) bool { return answers(s.URL() + "/ping") })
	s.dir = dir
	createDatabase(t, s.URL())
	return s
}

// beforeInflux returns the path of the script that is to run before each start.
func beforeInflux() string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(here), "..", "..", "deployments", "influxdb", "before-start.sh")
}

// createDatabase reads the whole answer: InfluxDB sends its status before it
// runs the statement, and does not run it when the asker is gone.
func createDatabase(t TB, address string) {
	t.Helper()
	res, err := http.PostForm(address+"/query", url.Values{"q": {"CREATE DATABASE " + Database}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || strings.Contains(string(answer), "error") {
		t.Fatalf("create database %s: %s %v %s", Database, res.Status, err, answer)
	}
}

func influxConf(dir string, port int) string {
	return fmt.Sprintf(`reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = %[1]q
  logging-enabled = false
[data]
  dir = %[2]q
  wal-dir = %[3]q
  query-log-enabled = false
  index-version = "inmem"
[http]
  bind-address = "127.0.0.1:%[4]d"
  log-enabled = false
  flux-enabled = false
[monitor]
  store-enabled = false
[continuous_queries]
  enabled = false
[logging]
  level = "warn"
  suppress-logo = true
`, filepath.Join(dir, "meta"), filepath.Join(dir, "data"), filepath.Join(dir, "wal"), port)
}

// answers reports whether a GET of address succeeds.
func answers(address string) bool {
	client := http.Client{Timeout: time.Second}
	res, err := client.Get(address)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode/100 == 2
}

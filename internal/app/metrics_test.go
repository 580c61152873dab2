package app

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest/subscriber"
	"foyer/internal/config"
	"foyer/internal/secret"
)

//go:generate go test -run TestTheReferencePageNamesEveryMetric . -update

var update = flag.Bool("update", false, "write the reference page")

var described = regexp.MustCompile(`fqName: "(foyer_[^"]+)", help: "([^"]*)".*variableLabels: \{([^}]*)\}`)

// metricsPage writes docs/reference/metrics.md from what a process of all roles
// registers, with either transport.
func metricsPage(t *testing.T) string {
	t.Helper()
	c := config.Default()
	c.Data = t.TempDir()
	c.Listen, c.Broker.URL = "127.0.0.1:0", "embedded://127.0.0.1:0"
	a, err := Open(t.Context(), c, Options{Roles: AllRoles(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	external := subscriber.Defaults()
	external.URL, external.Password = "mqtt://127.0.0.1", secret.New("x")
	if _, err := subscriber.New(external, subscriber.Parts{Log: slog.New(slog.DiscardHandler), Metrics: a.metrics}); err != nil {
		t.Fatal(err)
	}
	descs := make(chan *prometheus.Desc, 1000)
	a.metrics.Describe(descs)
	close(descs)
	var rows []string
	for d := range descs {
		m := described.FindStringSubmatch(d.String())
		if m == nil {
			continue // of the Go runtime and the process
		}
		labels := ""
		if m[3] != "" {
			labels = "`" + strings.ReplaceAll(m[3], ",", "`, `") + "`"
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |", m[1], labels, m[2]))
	}
	slices.Sort(rows)
	return "# Metrics\n\n" +
		"`/metrics` answers this machine, and whoever shows `metrics.token`. Beside these it has those of the Go runtime and of the process. No label names a family, a meter, a gateway or a secret.\n\n" +
		"| metric | labels | what it says |\n|---|---|---|\n" + strings.Join(rows, "\n") + "\n"
}

func TestTheReferencePageNamesEveryMetric(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "reference", "metrics.md")
	want := metricsPage(t)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != want {
		t.Errorf("%s differs from what is registered (%v): run go generate ./internal/app", path, err)
	}
	for _, name := range []string{"family", "meter", "gateway", "device", "serial", "token"} {
		if strings.Contains(want, "`"+name+"`") {
			t.Errorf("a metric has the label %s", name)
		}
	}
}

// TestTheAlertRulesNameMetricsThatExist reads the example rules: a rule on a metric
// that nobody has never fires.
func TestTheAlertRulesNameMetricsThatExist(t *testing.T) {
	rules, err := os.ReadFile(filepath.Join("..", "..", "deployments", "prometheus", "alerts.yml"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "reference", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	if err := yaml.Unmarshal(rules, &file); err != nil {
		t.Fatal(err)
	}
	scraped, err := os.ReadFile(filepath.Join("..", "..", "deployments", "prometheus", "prometheus.yml"))
	if err != nil {
		t.Fatal(err)
	}
	names, up := regexp.MustCompile(`foyer_[a-z_]+`), regexp.MustCompile(`^up\{job="([a-z]+)"\}`)
	n := 0
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if job := up.FindStringSubmatch(r.Expr); job != nil { // Prometheus's own, of each that it asks
				if !strings.Contains(string(scraped), "job_name: "+job[1]+"\n") {
					t.Errorf("%s asks for the job %s, which prometheus.yml has not", r.Alert, job[1])
				}
				continue
			}
			found := names.FindAllString(r.Expr, -1)
			if len(found) == 0 {
				t.Errorf("%s asks for no metric: %s", r.Alert, r.Expr)
			}
			for _, name := range found {
				n++
				if !strings.Contains(string(page), "| `"+name+"` |") {
					t.Errorf("%s asks for %s, which nobody has", r.Alert, name)
				}
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d metrics are asked for", n)
	}
}

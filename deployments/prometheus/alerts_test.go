package prometheus

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"foyer/internal/testserver"
)

// TestTheRulesWakeWhoTheyShould has Prometheus read its files here, and try the rules on
// what alerts_test.yml says came.
func TestTheRulesWakeWhoTheyShould(t *testing.T) {
	promtool := testserver.Need(t, "promtool", "On Debian: apt-get install prometheus, or make servers.")
	for _, args := range [][]string{
		{"check", "config", "--syntax-only", "prometheus.yml"},
		{"check", "rules", "alerts.yml"},
		{"test", "rules", "alerts_test.yml"},
	} {
		if said, err := exec.CommandContext(t.Context(), promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, said)
		}
	}
}

// TestEveryRuleIsTried: one that no trial fires may be one that never does.
func TestEveryRuleIsTried(t *testing.T) {
	rules, err := os.ReadFile("alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	trials, err := os.ReadFile("alerts_test.yml")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?m)^ +- alert: (\w+)$`).FindAllStringSubmatch(string(rules), -1)
	for _, name := range names {
		if !strings.Contains(string(trials), `{alertname="`+name[1]+`"`) {
			t.Errorf("%s: no trial in alerts_test.yml fires it", name[1])
		}
	}
	if len(names) < 14 {
		t.Errorf("only %d rules were found", len(names))
	}
}

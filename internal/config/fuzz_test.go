package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzParse reads any text as a configuration: it is one that is valid and can be
// written down, or it is refused with words.
func FuzzParse(f *testing.F) {
	example, err := os.ReadFile(filepath.Join("..", "..", "config.example.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(example)
	for _, text := range []string{
		"", "listen: 127.0.0.1:80\npilot:\n  nom: x\n", "broker: {url: 'embedded://0.0.0.0:1883'}",
		"records: {url: {file: secret}}", "alerts: {cold_home: {days: -1}}", "meters: {assume: [{topic: a/#, assume: {unit: kWh}}]}",
		"channels: {webhook: {endpoints: [{name: a, url: 'https://a.example', secret: s}]}}", "a: &a [*a]", "spool: {max_bytes: 1e99}",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse(text)
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("refused without a word")
			}
			return
		}
		if err := c.Validate(); err != nil {
			t.Errorf("read though %v", err)
		}
		if _, err := c.YAML(); err != nil {
			t.Errorf("cannot be written: %v", err)
		}
	})
}

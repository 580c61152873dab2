package channel_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"foyer/alerts/channel"
)

var update = flag.Bool("update", false, "write the reference page")

func TestTheReferencePageIsThatOfTheRegistry(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "reference", "channels.md")
	if *update {
		if err := os.WriteFile(path, []byte(channel.Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != channel.Page() {
		t.Errorf("%s differs from the registry (%v): run go generate ./alerts/channel", path, err)
	}
	if strings.Contains(string(have), "``") && !strings.Contains(string(have), "```") {
		t.Error("a setting has no name")
	}
}

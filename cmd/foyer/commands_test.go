package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

//go:generate go test -run TestTheReferenceListsEveryCommand . -update

var update = flag.Bool("update", false, "write the list of commands")

// commandsPage is docs/reference/commands.md, written from the commands.
func commandsPage() string {
	var b strings.Builder
	b.WriteString(`# Commands

<!-- Generated from the commands: go generate ./cmd/foyer -->

` + "`foyer COMMAND --help`" + ` tells the rest, with examples. Data goes to stdout, logs and warnings to stderr. Exit 0: done; 1: failed; 2: a mistake in how it was called; 3: a check did not hold.

| command | what it does |
|---|---|
`)
	eachCommand(newRoot(), func(cmd *cobra.Command) {
		if cmd.HasSubCommands() {
			return
		}
		name := cmd.CommandPath()
		if _, args, ok := strings.Cut(cmd.Use, " "); ok {
			name += " " + args
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(name, "|", `\|`), cmd.Short)
	})
	return b.String()
}

func TestTheReferenceListsEveryCommand(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "reference", "commands.md")
	if *update {
		if err := os.WriteFile(path, []byte(commandsPage()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != commandsPage() {
		t.Errorf("%s differs from the commands (%v): run go generate ./cmd/foyer", path, err)
	}
}

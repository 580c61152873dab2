package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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

// named finds a command in a text, at the start of a line or of code: its words up to the
// first that is none of a command's, alternatives with bars between.
var named = regexp.MustCompile("(?m)(?:^|`)foyer((?: [a-z][a-z|-]*)+)")

// TestTheDocsNameCommandsThatThereAre: what somebody copies from a page runs.
func TestTheDocsNameCommandsThatThereAre(t *testing.T) {
	above, seen := filepath.Join("..", ".."), 0
	check := func(path string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			seen++
			if word := missing(newRoot(), strings.Fields(m[1])); word != "" {
				t.Errorf("%s: `foyer%s`: there is no %s", path, m[1], word)
			}
		}
	}
	for _, page := range []string{"README.md", "README.fr.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md"} {
		check(filepath.Join(above, page))
	}
	err := filepath.WalkDir(filepath.Join(above, "docs"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && e.Name() == "adr" {
			return fs.SkipDir // they tell of what was not done, too
		}
		if err == nil && strings.HasSuffix(path, ".md") {
			check(path)
		}
		return err
	})
	if err != nil || seen < 100 {
		t.Errorf("%d commands: %v", seen, err)
	}
}

// missing returns the word that no command is called, "" for none.
func missing(cmd *cobra.Command, words []string) string {
	for _, word := range words {
		if !cmd.HasSubCommands() {
			return "" // the rest are arguments
		}
		var next *cobra.Command
		for _, one := range strings.Split(word, "|") {
			found, _, err := cmd.Find([]string{one})
			if err != nil || found == cmd {
				return one
			}
			next = found
		}
		cmd = next
	}
	return ""
}

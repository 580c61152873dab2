package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var (
	// inCode finds a command that a sentence names, in a page, a comment or an error. It
	// may leave things out.
	inCode = regexp.MustCompile("`/?foyer( [a-z][^`]*)`")

	// onALine finds a command that somebody copies whole.
	onALine = regexp.MustCompile(`(?m)^[ \t]*(?:ExecStart=|[a-z]+=\$\(|runuser -u foyer -- |docker compose exec (?:-T )?foyer |go run \./cmd/)?(?:/usr/bin)?/?foyer( [a-z].*)$`)

	continued = regexp.MustCompile(`\\\n\s*|(?:\\n)?" \+\n\s*"`) // a line of a shell, a text of Go
	word      = regexp.MustCompile(`(?:"(?:\$\([^)]*\)|[^"])*"|'[^']*'|[^\s"'])+`)
)

// TestTheCommandsThatAreQuotedRun: what somebody copies from a page, a unit, or what Foyer
// said, is a command with those flags and as many arguments.
func TestTheCommandsThatAreQuotedRun(t *testing.T) {
	above, lines, codes := filepath.Join("..", ".."), 0, 0
	err := filepath.WalkDir(above, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if name := e.Name(); name == "adr" || name == "testdata" || strings.HasPrefix(name, ".") && path != above {
				return fs.SkipDir // decisions tell of what was not done, too
			}
			return nil
		}
		ext := filepath.Ext(path)
		if !slices.Contains([]string{".md", ".go", ".sh", ".yaml", ".yml", ".service"}, ext) || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := continued.ReplaceAllString(string(b), " ")
		for _, m := range inCode.FindAllStringSubmatch(text, -1) {
			codes++
			if err := named(words(m[1])); err != nil {
				t.Errorf("%s: `foyer%s`: %v", path, m[1], err)
			}
		}
		if ext == ".go" {
			return nil // it is written in pieces
		}
		for _, m := range onALine.FindAllStringSubmatch(text, -1) {
			lines++
			if err := called(words(m[1])); err != nil {
				t.Errorf("%s: foyer%s: %v", path, m[1], err)
			}
		}
		return nil
	})
	eachCommand(newRoot(), func(cmd *cobra.Command) {
		for _, m := range onALine.FindAllStringSubmatch(continued.ReplaceAllString(cmd.Example, " "), -1) {
			lines++
			if err := called(words(m[1])); err != nil {
				t.Errorf("example of %s: foyer%s: %v", cmd.CommandPath(), m[1], err)
			}
		}
	})
	if err != nil || lines < 200 || codes < 200 {
		t.Errorf("%d lines, %d in code: %v", lines, codes, err)
	}
}

// words splits a command as a shell does, up to its comment or to another command.
func words(line string) []string {
	var out []string
	for _, w := range word.FindAllString(line, -1) {
		if strings.ContainsRune("#|&<>;", rune(w[0])) || strings.HasPrefix(w, "2>") {
			break
		}
		out = append(out, strings.NewReplacer(`"`, "", "'", "").Replace(w))
	}
	return out
}

// called wants a command to take these words: it parses them, and does nothing.
func called(words []string) error {
	cmd, rest, err := newRoot().Find(words)
	if err != nil {
		return err
	}
	if cmd.HasSubCommands() {
		return fmt.Errorf("%s is no command by itself", cmd.CommandPath())
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	return errors.Join(cmd.ValidateArgs(cmd.Flags().Args()), cmd.ValidateRequiredFlags())
}

// named wants commands and flags of these names, alternatives with bars between.
func named(words []string) error {
	cmd := newRoot()
	for _, word := range words {
		if flag, ok := strings.CutPrefix(word, "--"); ok {
			flag, _, _ = strings.Cut(flag, "=")
			cmd.InitDefaultHelpFlag()
			if cmd.Flag(strings.TrimRight(flag, ",.…")) == nil {
				return fmt.Errorf("%s has no flag %s", cmd.CommandPath(), word)
			}
			continue
		}
		if !cmd.HasSubCommands() {
			continue // an argument
		}
		var next *cobra.Command
		for one := range strings.SplitSeq(word, "|") {
			found, _, err := cmd.Find([]string{one})
			if err != nil || found == cmd {
				return fmt.Errorf("%s has no command %s", cmd.CommandPath(), one)
			}
			next = found
		}
		cmd = next
	}
	return nil
}

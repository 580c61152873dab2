package main

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// eachCommand calls f with every command of Foyer's own.
func eachCommand(cmd *cobra.Command, f func(*cobra.Command)) {
	f(cmd)
	for _, c := range cmd.Commands() {
		eachCommand(c, f)
	}
}

func TestEveryCommandSaysWhatItDoesAndShowsHow(t *testing.T) {
	eachCommand(newRoot(), func(cmd *cobra.Command) {
		name := cmd.CommandPath()
		if first := []rune(cmd.Short); len(first) == 0 || !unicode.IsUpper(first[0]) || strings.HasSuffix(cmd.Short, ".") || len(first) > 90 {
			t.Errorf("%s: %q is not a line of a list", name, cmd.Short)
		}
		if !cmd.HasSubCommands() && !strings.Contains(cmd.Example, name) {
			t.Errorf("%s: no example of it", name)
		}
		for _, line := range strings.Split(cmd.Long, "\n") {
			if n := len([]rune(line)); n > 120 {
				t.Errorf("%s: a line of its help is %d characters long", name, n)
			}
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			// What stands in backticks is taken for the kind of value.
			if kind, usage := pflag.UnquoteUsage(f); usage == "" || strings.Contains(kind, " ") {
				t.Errorf("%s --%s: kind %q, %q", name, f.Name, kind, usage)
			}
		})
	})
}

func TestAMistakeOfTheCallerIsOne(t *testing.T) {
	for _, args := range [][]string{{"nosuch"}, {"meter", "nosuch"}, {"indicator", "list", "extra"}, {"version", "--nosuch"}, {"readings", "import"}, {"serve", "--leave"}} {
		root := newRoot()
		root.SetOut(io.Discard)
		root.SetErr(io.Discard)
		root.SetArgs(args)
		var usage usageError
		if err := root.ExecuteContext(t.Context()); !errors.As(err, &usage) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/charter"
)

func newCharter() *cobra.Command {
	cmd := &cobra.Command{Use: "charter", Short: "Say what the town promises, since when, who decided and why"}
	cmd.AddCommand(newCharterSet(), newCharterShow(), newCharterList())
	return cmd
}

func newCharterSet() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "set NAME VALUE",
		Short: "Change a promise, from now or from a day on",
		Long: "The journal tells of it, and everybody reads it at /charter: who decided and why, so name a meeting or an\n" +
			"office rather than a person. A charter can be stricter than Foyer's own rules, not laxer; docs/reference/charter.md\n" +
			"lists the parameters. What is past cannot be changed.",
		Example: "  foyer charter set k 20 --by 'conseil municipal, 12 mars' --why 'le village est petit'\n" +
			"  foyer charter set purposes 'family_view alert' --by 'assemblée des foyers' --why 'le reste ne sert pas' --from 2027-01-01",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usageError{errors.New("want NAME and VALUE; a list of words is one value: 'family_view alert'")}
			}
			return nil
		},
	}
	path := configFlag(cmd)
	by := cmd.Flags().String("by", "", "who decided")
	why := cmd.Flags().String("why", "", "why")
	from := cmd.Flags().String("from", "", "day from which it holds; now by default")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		x, err := charter.Change{Name: args[0], Value: args[1], By: *by, Why: *why}.Check()
		if err != nil {
			return usageError{err}
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			if x.From, err = dayFlag(o, "from", *from); err != nil {
				return err
			}
			now, changed, err := o.Registry.Amend(cmd.Context(), x)
			if errors.Is(err, charter.ErrPast) {
				return usageError{fmt.Errorf("--from %q: %w", *from, charter.ErrPast)}
			}
			if err != nil {
				return err
			}
			if !changed {
				return say(cmd, "%s is %s already", x.Name, x.Value)
			}
			return say(cmd, "%s is %s from %s on", now.Name, now.Value, now.From.In(o.Zone).Format(time.RFC3339))
		})
	}
	return cmd
}

func newCharterShow() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show", Short: "Show what holds, now or at the beginning of a day",
		Long:    "since is empty where nobody decided: it is Foyer's own rule.",
		Example: "  foyer charter show\n  foyer charter show --at 2026-06-01 --json", Args: noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	day := cmd.Flags().String("at", "", "day; now by default")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			at, err := dayFlag(o, "at", *day)
			if err != nil {
				return err
			}
			if at.IsZero() {
				at = app.Wall()
			}
			book, err := o.Registry.Charter(cmd.Context())
			if err != nil {
				return err
			}
			now := book.At(at)
			var all []charter.Change
			for _, p := range charter.Parameters {
				all = append(all, now.Get(p.Name))
			}
			return printCharter(cmd, o, *asJSON, append(all, now.Rules()...))
		})
	}
	return cmd
}

func newCharterList() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List every change, the newest first, those that begin later too", Example: "  foyer charter list --json", Args: noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			book, err := o.Registry.Charter(cmd.Context())
			if err != nil {
				return err
			}
			slices.Reverse(book)
			return printCharter(cmd, o, *asJSON, book)
		})
	}
	return cmd
}

func printCharter(cmd *cobra.Command, o *app.Office, asJSON bool, all []charter.Change) error {
	var rows [][]string
	for _, x := range all {
		since := ""
		if !x.From.IsZero() {
			since = x.From.In(o.Zone).Format(time.RFC3339)
		}
		rows = append(rows, []string{x.Name, x.Value, since, x.By, strings.TrimSpace(x.Why)})
	}
	return printRows(cmd.OutOrStdout(), asJSON, []string{"name", "value", "since", "by", "why"}, rows)
}

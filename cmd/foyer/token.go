package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/permission"
)

func newToken() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Let machines of the cooperative read"}
	cmd.AddCommand(newTokenAdd(), newTokenList(), newTokenRevoke())
	return cmd
}

func newTokenAdd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Make a token and print it once", Example: "  foyer token add crm --days 90 --scope families:read,alerts:read",
		Args: oneArg("a name for the token"),
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	days := cmd.Flags().Int("days", 90, "how long it is good for")
	scopes := cmd.Flags().StringSlice("scope", []string{string(permission.ReadFamilies), string(permission.ReadAlerts)},
		"what it is for: families:read, alerts:read, alerts:write")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			var held []permission.Scope
			for _, s := range *scopes {
				held = append(held, permission.Scope(s))
			}
			id, bearer, err := o.Accounts.AddToken(cmd.Context(), o.Config.Pilot.ID, args[0], time.Duration(*days)*24*time.Hour, held...)
			if err != nil {
				return err
			}
			if *asJSON {
				return printRows(cmd.OutOrStdout(), true, []string{"id", "name", "scopes", "token"},
					[][]string{{id, args[0], strings.Join(*scopes, " "), bearer}})
			}
			return say(cmd, "%s", bearer)
		})
	}
	return cmd
}

func newTokenList() *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List the tokens", Example: "  foyer token list", Args: noArgs}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			all, err := o.Accounts.Tokens(cmd.Context())
			if err != nil {
				return err
			}
			var rows [][]string
			for _, t := range all {
				used := ""
				if !t.LastUsed.IsZero() {
					used = t.LastUsed.In(o.Zone).Format(time.DateOnly)
				}
				rows = append(rows, []string{t.ID, t.Name, t.Scopes, t.Expires.In(o.Zone).Format(time.DateOnly), used})
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"id", "name", "scopes", "expires", "last_used"}, rows)
		})
	}
	return cmd
}

func newTokenRevoke() *cobra.Command {
	cmd := &cobra.Command{
		Use: "revoke ID", Aliases: []string{"remove"}, Short: "Make a token worthless, at once", Example: "  foyer token revoke t4k7 --yes",
		Args: oneArg("the id of a token"),
	}
	path, sure := configFlag(cmd), yesFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !*sure {
			return errNotSure
		}
		return inOffice(cmd, *path, func(o *app.Office) error { return o.Accounts.RemoveToken(cmd.Context(), args[0]) })
	}
	return cmd
}

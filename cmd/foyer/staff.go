package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/household"
	"foyer/internal/permission"
)

func newStaff() *cobra.Command {
	cmd := &cobra.Command{Use: "staff", Short: "Say who may sign in to the console"}
	cmd.AddCommand(newStaffAdd(), newStaffRemove())
	return cmd
}

func newStaffAdd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "add E-MAIL", Short: "Add a person; the password is read from standard input",
		Long: "Reads one line from standard input: a password of 12 characters or more, 5 of them\n" +
			"different, without the name in the address and without the word foyer.",
		Example: `  foyer staff add nadia@coop.example --name Nadia < password.txt`,
		Args:    oneArg("an e-mail address"),
	}
	path := configFlag(cmd)
	name := cmd.Flags().String("name", "", "name that colleagues see")
	role := cmd.Flags().String("role", "caseworker", "caseworker, lead, auditor, funder or operator")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if terminal(cmd.InOrStdin()) {
			cmd.PrintErrf("Password of %s, which shows as you type it: ", args[0])
		}
		line, err := bufio.NewReader(io.LimitReader(cmd.InOrStdin(), 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		password := strings.TrimRight(line, "\r\n")
		return inOffice(cmd, *path, func(o *app.Office) error {
			_, err := o.Accounts.AddStaff(cmd.Context(), household.Staff{
				Pilot: o.Config.Pilot.ID, Email: args[0], Name: *name, Role: *role,
			}, password)
			return err
		})
	}
	return cmd
}

// terminal reports whether somebody types what is read.
func terminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func newStaffRemove() *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove E-MAIL", Short: "Take a person's access away, at once", Example: "  foyer staff remove nadia@coop.example --yes",
		Args: oneArg("an e-mail address"),
	}
	path, sure := configFlag(cmd), yesFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !*sure {
			return errNotSure
		}
		return inOffice(cmd, *path, func(o *app.Office) error { return o.Accounts.RemoveStaff(cmd.Context(), args[0]) })
	}
	return cmd
}

func newToken() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Let machines of the cooperative read"}
	cmd.AddCommand(newTokenAdd(), newTokenList(), newTokenRemove())
	return cmd
}

func newTokenAdd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Make a token and print it once", Example: "  foyer token add crm --days 90 --scope families:read,alerts:read",
		Args: oneArg("a name for the token"),
	}
	path := configFlag(cmd)
	days := cmd.Flags().Int("days", 90, "how long it is good for")
	scopes := cmd.Flags().StringSlice("scope", []string{string(permission.ReadFamilies), string(permission.ReadAlerts)},
		"what it is for: families:read, alerts:read, alerts:write")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			var held []permission.Scope
			for _, s := range *scopes {
				held = append(held, permission.Scope(s))
			}
			_, bearer, err := o.Accounts.AddToken(cmd.Context(), o.Config.Pilot.ID, args[0], time.Duration(*days)*24*time.Hour, held...)
			if err != nil {
				return err
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

func newTokenRemove() *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove ID", Short: "Make a token worthless, at once", Example: "  foyer token remove t4k7 --yes",
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

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"foyer/internal/account"
	"foyer/internal/app"
	"foyer/internal/household"
)

func newStaff() *cobra.Command {
	cmd := &cobra.Command{Use: "staff", Short: "Say who may sign in to the console"}
	cmd.AddCommand(newStaffAdd(), newStaffList(), newStaffShow(), newStaffRole(), newStaffLink(), newStaffPassword(), newStaffResetTOTP(), newStaffRemove())
	return cmd
}

// passwordLong says how a password is read, for the help of commands that do.
const passwordLong = "Reads one line from standard input: a password of 12 characters or more, 5 of them\n" +
	"different, without the name in the address, without the word foyer, and none that\n" +
	"many people have."

func newStaffAdd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "add E-MAIL", Short: "Add a person; the password is read from standard input, or they choose it",
		Long: passwordLong + " At the first sign-in the person sets a second factor up.\n" +
			"With --link nothing is read, and what `foyer staff link` makes is printed.",
		Example: `  foyer staff add nadia@coop.example --name Nadia --link --at https://foyer.ville.example
  foyer staff add lea@ville.example --name Léa --role lead < password.txt`,
		Args: oneArg("an e-mail address"),
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	name := cmd.Flags().String("name", "", "name that colleagues see")
	role := cmd.Flags().String("role", "caseworker", "caseworker, lead, auditor, funder or operator")
	link := cmd.Flags().Bool("link", false, "print a link with which the person chooses the password")
	at := atFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *link && *asJSON || *at != "" && !*link {
			return usageError{errors.New("--link goes with --at, and not with --json")}
		}
		s := household.Staff{Email: args[0], Name: *name, Role: *role}
		if *link {
			return inOffice(cmd, *path, func(o *app.Office) error {
				s.Pilot = o.Config.Pilot.ID
				token, err := o.Accounts.Welcome(cmd.Context(), s)
				if err != nil {
					return err
				}
				return say(cmd, "%s", setupLink(*at, token))
			})
		}
		password, err := readPassword(cmd, args[0])
		if err != nil {
			return err
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			s.Pilot = o.Config.Pilot.ID
			id, err := o.Accounts.AddStaff(cmd.Context(), s, password)
			if err != nil || !*asJSON {
				return err
			}
			return printPerson(cmd, o, id, true)
		})
	}
	return cmd
}

// readPassword reads a line that nobody else is to see.
func readPassword(cmd *cobra.Command, email string) (string, error) {
	if terminal(cmd.InOrStdin()) {
		cmd.PrintErrf("Password of %s, which shows as you type it: ", email)
	}
	line, err := bufio.NewReader(io.LimitReader(cmd.InOrStdin(), 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
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

var staffHeader = []string{"id", "pilot", "email", "name", "role", "second_factor"}

func staffRow(s household.Staff) []string {
	factor := "not set up"
	if s.SecondFactor {
		factor = "totp"
	}
	return []string{s.ID, s.Pilot, s.Email, s.Name, s.Role, factor}
}

func newStaffList() *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List who may sign in", Example: "  foyer staff list", Args: noArgs}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			all, err := o.Accounts.Staff(cmd.Context())
			if err != nil {
				return err
			}
			var rows [][]string
			for _, s := range all {
				rows = append(rows, staffRow(s))
			}
			return printRows(cmd.OutOrStdout(), *asJSON, staffHeader, rows)
		})
	}
	return cmd
}

func newStaffShow() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show E-MAIL", Short: "Show one person", Example: "  foyer staff show nadia@coop.example", Args: oneArg("an e-mail address"),
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error { return printPerson(cmd, o, args[0], *asJSON) })
	}
	return cmd
}

// printPerson prints the person of an address or an id.
func printPerson(cmd *cobra.Command, o *app.Office, who string, asJSON bool) error {
	s, err := person(cmd, o, who)
	if err != nil {
		return err
	}
	return printRows(cmd.OutOrStdout(), asJSON, staffHeader, [][]string{staffRow(s)})
}

func person(cmd *cobra.Command, o *app.Office, who string) (household.Staff, error) {
	all, err := o.Accounts.Staff(cmd.Context())
	if err != nil {
		return household.Staff{}, err
	}
	for _, s := range all {
		if s.Email == strings.ToLower(strings.TrimSpace(who)) || s.ID == who {
			return s, nil
		}
	}
	return household.Staff{}, fmt.Errorf("staff %q: %w; `foyer staff list` shows them", who, account.ErrUnknown)
}

func newStaffRole() *cobra.Command {
	cmd := &cobra.Command{
		Use: "role E-MAIL ROLE", Short: "Give a person another role; their sessions and case-load end",
		Example: "  foyer staff role nadia@coop.example lead", Args: cobra.ExactArgs(2),
	}
	path := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error { return o.Accounts.SetRole(cmd.Context(), args[0], args[1]) })
	}
	return cmd
}

func newStaffPassword() *cobra.Command {
	cmd := &cobra.Command{
		Use: "password E-MAIL", Short: "Replace a password, read from standard input; the person's sessions end",
		Long: passwordLong, Example: "  foyer staff password nadia@coop.example < password.txt", Args: oneArg("an e-mail address"),
	}
	path := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		password, err := readPassword(cmd, args[0])
		if err != nil {
			return err
		}
		return inOffice(cmd, *path, func(o *app.Office) error { return o.Accounts.SetPassword(cmd.Context(), args[0], password) })
	}
	return cmd
}

func newStaffResetTOTP() *cobra.Command {
	return staffEnding("reset-totp E-MAIL", "Have a person set the second factor up anew; their sessions end",
		"  foyer staff reset-totp nadia@coop.example --yes",
		func(cmd *cobra.Command, o *app.Office, email string) error {
			return o.Accounts.ResetSecondFactor(cmd.Context(), email)
		})
}

func newStaffRemove() *cobra.Command {
	return staffEnding("remove E-MAIL", "Take a person's access away, at once", "  foyer staff remove nadia@coop.example --yes",
		func(cmd *cobra.Command, o *app.Office, email string) error {
			return o.Accounts.RemoveStaff(cmd.Context(), email)
		})
}

// staffEnding is a command that takes something away from a person.
func staffEnding(use, short, example string, do func(*cobra.Command, *app.Office, string) error) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Example: example, Args: oneArg("an e-mail address")}
	path, sure := configFlag(cmd), yesFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !*sure {
			return errNotSure
		}
		return inOffice(cmd, *path, func(o *app.Office) error { return do(cmd, o, args[0]) })
	}
	return cmd
}

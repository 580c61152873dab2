package main

import (
	"strings"

	"github.com/spf13/cobra"

	"foyer/internal/app"
)

func newStaffLink() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "link E-MAIL",
		Short: "Make a link with which a person chooses a password, and print it once",
		Long: "It opens once, within 30 minutes; links of the person from before open no more. The password and\n" +
			"the sessions of now hold until the link is used, the second factor beyond.",
		Example: "  foyer staff link lea@ville.example --at https://foyer.ville.example",
		Args:    oneArg("an e-mail address"),
	}
	path, at := configFlag(cmd), atFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			s, err := person(cmd, o, args[0])
			if err != nil {
				return err
			}
			token, err := o.Accounts.OfferSetup(cmd.Context(), s.Email)
			if err != nil {
				return err
			}
			return say(cmd, "%s", setupLink(*at, token))
		})
	}
	return cmd
}

// atFlag adds --at to a command that prints a link.
func atFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("at", "", "address of the pages, to print the whole link")
}

// setupLink is where a person chooses a password; without the address of the pages, what
// comes after it.
func setupLink(at, token string) string { return strings.TrimSuffix(at, "/") + "/setup/" + token }

package main

import (
	"strings"

	"github.com/spf13/cobra"

	"foyer/internal/app"
)

func newInvite() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "invite HOUSEHOLD",
		Short:   "Make a code that connects a family's phone, and print it once",
		Example: `  foyer invite "Foyer 01" --at https://foyer.ville.example`,
		Args:    oneArg("a household"),
	}
	path, at := configFlag(cmd), atFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			code, err := o.Accounts.Invite(cmd.Context(), family.ID)
			if err != nil {
				return err
			}
			if *at != "" {
				return say(cmd, "%s/i/%s", strings.TrimSuffix(*at, "/"), code)
			}
			return say(cmd, "%s", code)
		})
	}
	return cmd
}

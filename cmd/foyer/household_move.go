package main

import (
	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/household"
)

func newHouseholdMoveOut() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "move-out HOUSEHOLD",
		Short: "Say that a family left its home at an instant, and who lives there since",
		Long: "All its meters are the newcomer's from then on, in the roles they had, or nobody's without\n" +
			"--to. What was used before stays the family's that used it, and the newcomer never sees it.",
		Example: `  foyer household move-out "Foyer 01" --to "Foyer 14" --at 2026-12-01T00:00:00+01:00 --by "A. Roy" --why "end of lease"`,
		Args:    oneArg("a household"),
	}
	path, word := configFlag(cmd), wordFlags(cmd)
	at := cmd.Flags().String("at", "", "when it left, RFC 3339")
	to := cmd.Flags().String("to", "", "label or id of the household that moved in")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		when, err := instantFlag(*at)
		if err != nil {
			return err
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			from, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			var next household.Family
			if *to != "" {
				if next, err = o.Family(cmd.Context(), *to); err != nil {
					return err
				}
			}
			n, err := o.Registry.MoveOut(cmd.Context(), from.ID, next.ID, when, *word)
			if err != nil {
				return err
			}
			return say(cmd, "%d meters", n)
		})
	}
	return cmd
}

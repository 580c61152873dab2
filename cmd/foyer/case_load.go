package main

import (
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/household"
)

func newCaseLoad() *cobra.Command {
	cmd := &cobra.Command{Use: "case-load", Short: "Say which caseworker helps which family"}
	cmd.AddCommand(newCaseLoadAdd(), newCaseLoadList(), newCaseLoadEnd())
	return cmd
}

func newCaseLoadAdd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "add HOUSEHOLD E-MAIL", Short: "Have a caseworker help a family, from now on",
		Long:    "The caseworker then sees what the family agreed to show the cooperative, no more.",
		Example: `  foyer case-load add "Foyer 07" nadia@coop.example`, Args: cobra.ExactArgs(2),
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			s, err := person(cmd, o, args[1])
			if err != nil {
				return err
			}
			x, err := o.Registry.Assign(cmd.Context(), o.Config.Pilot.ID, family.ID, s.ID)
			if err != nil {
				return err
			}
			return printAssignments(cmd, o, *asJSON, x)
		})
	}
	return cmd
}

func newCaseLoadList() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List who helps which family", Example: "  foyer case-load list --all", Args: noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	ended := cmd.Flags().Bool("all", false, "those that ended too")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			all, err := o.Registry.CaseLoads(cmd.Context(), o.Config.Pilot.ID)
			if err != nil {
				return err
			}
			var wanted []household.Assignment
			for _, x := range all {
				if *ended || x.To.IsZero() {
					wanted = append(wanted, x)
				}
			}
			return printAssignments(cmd, o, *asJSON, wanted...)
		})
	}
	return cmd
}

func newCaseLoadEnd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "end ID", Short: "Have a caseworker no longer help a family, from now on",
		Example: "  foyer case-load end labcdefghijklmnop", Args: oneArg("the id of an assignment"),
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			x, err := o.Registry.EndAssignment(cmd.Context(), o.Config.Pilot.ID, args[0])
			if err != nil {
				return err
			}
			return printAssignments(cmd, o, *asJSON, x)
		})
	}
	return cmd
}

func printAssignments(cmd *cobra.Command, o *app.Office, asJSON bool, all ...household.Assignment) error {
	var rows [][]string
	for _, x := range all {
		to := ""
		if !x.To.IsZero() {
			to = x.To.In(o.Zone).Format(time.RFC3339)
		}
		rows = append(rows, []string{x.ID, string(x.Family), x.Label, x.StaffName, x.From.In(o.Zone).Format(time.RFC3339), to, x.By})
	}
	return printRows(cmd.OutOrStdout(), asJSON, []string{"id", "family", "household", "caseworker", "from", "to", "by"}, rows)
}

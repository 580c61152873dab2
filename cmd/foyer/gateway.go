package main

import (
	"github.com/spf13/cobra"

	"foyer/internal/app"
)

func newGateway() *cobra.Command {
	cmd := &cobra.Command{Use: "gateway", Short: "Let gateways publish"}
	cmd.AddCommand(newGatewayAdd(), newGatewayList(), newGatewayRemove())
	return cmd
}

func newGatewayAdd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Let a gateway publish, and print its password once",
		Long: "Prints the password of the gateway, which is kept as a hash alone. The name is the\n" +
			"gateway's MQTT user and client id, and its devices publish below foyer/NAME/.\n" +
			"A gateway that is there already gets a new password. Mosquitto is told by `foyer broker\n" +
			"config` and a reload.",
		Example: "  foyer gateway add gw-01",
		Args:    oneArg("the name of a gateway"),
	}
	path := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			secret, err := o.Registry.AddGateway(cmd.Context(), o.Config.Pilot.ID, args[0])
			if err != nil {
				return err
			}
			return say(cmd, "%s", secret)
		})
	}
	return cmd
}

func newGatewayList() *cobra.Command {
	cmd := &cobra.Command{Use: "list", Short: "List the gateways", Example: "  foyer gateway list", Args: noArgs}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			all, err := o.Registry.Gateways(cmd.Context())
			if err != nil {
				return err
			}
			var rows [][]string
			for _, g := range all {
				rows = append(rows, []string{g.ID, g.Pilot})
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"gateway", "pilot"}, rows)
		})
	}
	return cmd
}

func newGatewayRemove() *cobra.Command {
	cmd := &cobra.Command{
		Use: "remove NAME", Short: "Stop a gateway from publishing", Example: "  foyer gateway remove gw-01 --yes",
		Args: oneArg("the name of a gateway"),
	}
	path, sure := configFlag(cmd), yesFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !*sure {
			return errNotSure
		}
		return inOffice(cmd, *path, func(o *app.Office) error { return o.Registry.RemoveGateway(cmd.Context(), args[0]) })
	}
	return cmd
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// newRoot assembles the commands, one file each.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "foyer",
		Short: "Notice early that a home is cold or its bills run away, and prove what helped",
		Long: "Foyer takes the readings of household meters in over MQTT, computes how heavily\n" +
			"energy weighs on each family, and serves what the family agreed to.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		newConfig(),
		newConsent(),
		newDecode(),
		newDemo(),
		newGateway(),
		newHousehold(),
		newIndicator(),
		newInvite(),
		newMeter(),
		newServe(),
		newSimulate(),
		newStaff(),
		newToken(),
		newVersion(),
		newWebhook(),
	)
	return root
}

// noArgs refuses arguments as a mistake of usage.
func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("unexpected argument %q", args[0])}
	}
	return nil
}

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
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		newAudit(),
		newBackup(),
		newBroker(),
		newCaltrack(),
		newCharter(),
		newCompute(),
		newConfig(),
		newConflicts(),
		newConsent(),
		newDecode(),
		newDemo(),
		newForecast(),
		newGateway(),
		newHousehold(),
		newIndicator(),
		newInit(),
		newInvite(),
		newJobs(),
		newKeys(),
		newLedger(),
		newMeter(),
		newQuarantine(),
		newReadings(),
		newReady(),
		newRestore(),
		newRetention(),
		newServe(),
		newSimulate(),
		newStaff(),
		newCaseLoad(),
		newTariff(),
		newToken(),
		newVersion(),
		newWeather(),
		newWebhook(),
	)
	group(root)
	return root
}

// group has a command that only holds others show its help, and refuse a name that
// none of them has: a script with a mistake in it fails.
func group(cmd *cobra.Command) {
	if !cmd.HasSubCommands() {
		return
	}
	cmd.DisableFlagsInUseLine = true
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usageError{fmt.Errorf("unknown command %q for %q", args[0], cmd.CommandPath())}
		}
		return nil
	}
	for _, c := range cmd.Commands() {
		group(c)
	}
}

// noArgs refuses arguments as a mistake of usage.
func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("unexpected argument %q", args[0])}
	}
	return nil
}

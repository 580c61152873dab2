package main

import (
	"errors"

	"github.com/spf13/cobra"

	"foyer/internal/config"
	"foyer/internal/tariff"
)

func newConfig() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check and print the configuration"}
	check := &cobra.Command{
		Use: "check", Short: "Report every fault of the configuration", Example: "  foyer config check --config foyer.yaml", Args: noArgs,
	}
	checked := configFlag(check)
	check.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := config.Load(*checked)
		if err == nil {
			_, _, meters := c.Meters.Open()
			_, tariffs := tariff.Open(c.Tariffs.Folder)
			err = errors.Join(meters, tariffs)
		}
		if err != nil {
			cmd.PrintErrln(err)
			return errCheck
		}
		return say(cmd, "%s: ok", *checked)
	}
	show := &cobra.Command{
		Use: "print", Short: "Print the configuration in force, without secrets", Example: "  foyer config print --config foyer.yaml", Args: noArgs,
	}
	shown := configFlag(show)
	show.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := config.Load(*shown)
		if err != nil {
			return err
		}
		b, err := c.YAML()
		if err != nil {
			return err
		}
		_, err = cmd.OutOrStdout().Write(b)
		return err
	}
	cmd.AddCommand(check, show)
	return cmd
}

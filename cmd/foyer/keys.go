package main

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
)

func newKeys() *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "Look after the keys under which what names a family is kept"}
	cmd.AddCommand(newKeysStatus(), newKeysRotate())
	return cmd
}

func newKeysStatus() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Open every key and say how the ring of keys stands",
		Long: "ring is the name that the records ask for; master that of the master key in force, which gives\n" +
			"nothing of the key away; destroyed counts households whose key was destroyed.",
		Example: "  foyer keys status\n  foyer keys status --json",
		Args:    noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			s, err := o.Keys.Status(cmd.Context())
			if err != nil {
				return err
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"ring", "master", "households", "destroyed", "since"}, [][]string{
				{s.ID, s.Master, strconv.Itoa(s.Families), strconv.Itoa(s.Destroyed), s.Since.Format(time.RFC3339)},
			})
		})
	}
	return cmd
}

func newKeysRotate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Put a new master key in force",
		Long: "Wraps every key under a new master key, which replaces the old one in its file. Foyer may run\n" +
			"meanwhile, and nothing that is kept is written anew. Stopped in between, it leaves keys that open:\n" +
			"run it again. Copies of the key store from before need the old master key.",
		Example: "  foyer keys rotate",
		Args:    noArgs,
	}
	path := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			if err := o.Keys.Rotate(cmd.Context()); err != nil {
				return err
			}
			s, err := o.Keys.Status(cmd.Context())
			if err != nil {
				return err
			}
			return say(cmd, "Master key %s is in force. Keep a copy of its file and of the key store, apart from the backups of the data.", s.Master)
		})
	}
	return cmd
}

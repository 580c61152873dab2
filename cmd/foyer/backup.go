package main

import (
	"errors"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/backup"
	"foyer/internal/config"
)

func newBackup() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backup FOLDER",
		Short: "Copy the data into a folder, while Foyer runs",
		Long: "Copies what waits in this machine's spool, the records and the readings, with a manifest of checksums,\n" +
			"whole or not at all. FOLDER must be empty or not be there. PostgreSQL is copied by pg_dump, which must\n" +
			"be installed; InfluxDB is not copied: run `influxd backup` right after.\n\n" +
			"No key is in it. Copy keys.db, master.key and journal.key to another place: docs/en/how-to/back-up-and-restore.md.",
		Example: "  foyer backup /mnt/backups/2026-11-26",
		Args:    oneArg("FOLDER"),
	}
	path := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			m, err := o.Backup(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			for _, f := range m.Files {
				if err := say(cmd, "%s  %d bytes", f.Name, f.Bytes); err != nil {
					return err
				}
			}
			if m.Elsewhere {
				if err := say(cmd, "The readings are in InfluxDB and not in it: run `influxd backup` now, and keep both together."); err != nil {
					return err
				}
			}
			return say(cmd, "No key is in it: keep copies of the keys of ring %s, and of the journal's key, in another place.", m.Ring)
		})
	}
	return cmd
}

func newRestore() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "restore FOLDER",
		Short: "Put a backup in the place of the data, with what was erased and withdrawn since",
		Long: "Stop Foyer first. Every bit of the backup is looked at before anything is changed; a damaged one is named,\n" +
			"and the command ends with 3. The keys must be there already, in the newest copy you have: they know who\n" +
			"was erased and what was withdrawn since the backup, and that holds again when the command ends.\n\n" +
			"A database of PostgreSQL must be empty. A backup of InfluxDB is restored first, by its own tools.",
		Example: "  foyer restore /mnt/backups/2026-11-26\n  foyer restore /mnt/backups/2026-11-26 --replace",
		Args:    oneArg("FOLDER"),
	}
	path := configFlag(cmd)
	replace := cmd.Flags().Bool("replace", false, "move aside what lies there")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := config.Load(*path)
		if err != nil {
			return err
		}
		// What it would warn of is what the command prints.
		log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelError}))
		r, err := app.Restore(cmd.Context(), c, args[0], *replace, log)
		if errors.Is(err, backup.ErrDamaged) {
			return errors.Join(say(cmd, "broken: %s", visible(err.Error())), errCheck)
		}
		if err != nil {
			return err
		}
		for _, name := range r.Aside {
			if err := say(cmd, "What lay there is in %s", name); err != nil {
				return err
			}
		}
		if err := say(cmd, "Erased again: %d households. Withdrawn again: %d consents. Shown out again: %d phones, people and tokens. To be erased as confirmed: %d households.", r.Erased, r.Withdrawn, r.Shut, r.Due); err != nil {
			return err
		}
		return say(cmd, "The data is as it was at %s. The journal goes on from there: write down that you restored it, and why.", r.At.Format(time.RFC3339))
	}
	return cmd
}

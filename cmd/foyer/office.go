package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/config"
)

// configFlag adds --config to a command.
func configFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("config", "foyer.yaml", "configuration file")
}

// inOffice runs a command with the records of its configuration open.
func inOffice(cmd *cobra.Command, path string, do func(*app.Office) error) error {
	c, err := config.Load(path)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	office, err := app.OpenOffice(cmd.Context(), c, log, prometheus.NewRegistry())
	if err != nil {
		return err
	}
	return errors.Join(do(office), office.Close())
}

// asJSON adds --json to a command that reads.
func jsonFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("json", false, "print JSON, one object a line")
}

// printRows prints a table, or each row as a JSON object with the header's names.
// Cells may hold what devices say: nothing of them reaches a terminal as a command.
func printRows(w io.Writer, asJSON bool, header []string, rows [][]string) error {
	if asJSON {
		enc := json.NewEncoder(visibleJSON{w})
		for _, row := range rows {
			object := map[string]string{}
			for i, cell := range row {
				object[header[i]] = cell
			}
			if err := enc.Encode(object); err != nil {
				return err
			}
		}
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, row := range append([][]string{header}, rows...) {
		for j, cell := range row {
			if j > 0 {
				_, _ = io.WriteString(t, "\t")
			}
			if cell == "" && i > 0 {
				cell = "-"
			}
			_, _ = io.WriteString(t, visible(cell))
		}
		_, _ = io.WriteString(t, "\n")
	}
	return t.Flush()
}

// say prints one line for the person who ran the command.
func say(cmd *cobra.Command, format string, args ...any) error {
	_, err := fmt.Fprintf(cmd.OutOrStdout(), format+"\n", args...)
	return err
}

// errNotSure ends a command that destroys and was not given --yes.
var errNotSure = usageError{errors.New("this cannot be taken back: add --yes to do it")}

// yesFlag adds --yes to a command that destroys.
func yesFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("yes", false, "do it; without, nothing is done")
}

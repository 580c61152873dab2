package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/export"
	"foyer/internal/text"
)

func newHouseholdExport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export HOUSEHOLD",
		Short: "Write everything that is kept about a family, for it to take with it",
		Long: "A family downloads it from its own page. This is for one that asks at a desk: it finds the\n" +
			"export among who read its data. Figures are those it agrees to see itself.\n" +
			"docs/reference/export.md describes every table.",
		Example: "  foyer household export \"Foyer 07\" --out foyer-07.zip\n  foyer household export \"Foyer 07\" --format json > foyer-07.json",
		Args:    oneArg("a household"),
	}
	path := configFlag(cmd)
	format := cmd.Flags().String("format", "zip", "zip, of CSV tables; or json")
	out := cmd.Flags().String("out", "", "file to write, which must not be there yet; standard output without")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if *format != "zip" && *format != "json" {
			return usageError{fmt.Errorf("--format %q: want zip or json", *format)}
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			e, err := o.Gate().ExportAtDesk(cmd.Context(), o.Config.Pilot.ID, family.ID)
			if err != nil {
				return err
			}
			texts, err := text.Load()
			if err != nil {
				return err
			}
			book, err := o.Registry.Charter(cmd.Context())
			if err != nil {
				return err
			}
			w := export.Writer{Words: texts.In(family.Language), Now: app.Wall, Controller: func(at time.Time) (consent.Controller, error) {
				return controller(o, family.Language, book.At(at))
			}}
			write := w.Zip
			if *format == "json" {
				write = w.JSON
			}
			return writeExport(cmd, *out, e, write)
		})
	}
	return cmd
}

// writeExport writes to a file of its owner alone. One that cannot be finished is not left.
func writeExport(cmd *cobra.Command, name string, e *disclosure.Export, write func(context.Context, io.Writer, *disclosure.Export) error) error {
	if name == "" {
		return write(cmd.Context(), cmd.OutOrStdout(), e)
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return usageError{err}
	}
	if err := errors.Join(write(cmd.Context(), f, e), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
)

// casesAtOnce bounds how many cases of the quarantine are in memory.
const casesAtOnce = 200

func newQuarantine() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "quarantine",
		Short: "Look at messages that nobody understood, and replay them",
		Long: "A message that Foyer does not understand, or does not believe, is kept for a person with\n" +
			"the reason. These commands work on the machine that takes messages in, whether or not\n" +
			"`foyer serve` runs there. What messages hold is shown with every byte that a terminal\n" +
			"might obey written as an escape.",
	}
	cmd.AddCommand(newQuarantineList(), newQuarantineShow(), newQuarantineReplay(), newQuarantineDiscard())
	return cmd
}

// inQuarantine runs a command with the quarantine of its configuration open.
func inQuarantine(cmd *cobra.Command, path string, do func(*app.Office, *app.Quarantine) error) error {
	return inOffice(cmd, path, func(o *app.Office) error {
		q, err := o.OpenQuarantine(cmd.Context(), newLogger(cmd.ErrOrStderr(), o.Config.Log))
		if err != nil {
			return err
		}
		return errors.Join(do(o, q), q.Close())
	})
}

// dialectFlag adds --dialect to a command that works on cases.
func dialectFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("dialect", "", "only what this dialect or family could not read: tasmota_energy/sensor, tasmota_energy")
}

// ofDialect reports whether a case is of a dialect or a family of them; "" is all.
func ofDialect(c app.Case, dialect string) bool {
	return dialect == "" || c.Dialect == dialect || strings.HasPrefix(c.Dialect, dialect+"/")
}

// eachCase calls do with every case of a dialect, the oldest first.
func eachCase(ctx context.Context, q *app.Quarantine, dialect string, do func(app.Case) error) error {
	for after := int64(0); ; {
		page, err := q.Cases(ctx, after, casesAtOnce)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return nil
		}
		for _, c := range page {
			after = c.ID
			if !ofDialect(c, dialect) {
				continue
			}
			if err := do(c); err != nil {
				return err
			}
		}
	}
}

func newQuarantineList() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List what waits, the oldest first", Args: noArgs,
		Example: "  foyer quarantine list\n  foyer quarantine list --dialect tasmota_energy --json",
	}
	path, asJSON, dialect := configFlag(cmd), jsonFlag(cmd), dialectFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inQuarantine(cmd, *path, func(o *app.Office, q *app.Quarantine) error {
			var rows [][]string
			err := eachCase(cmd.Context(), q, *dialect, func(c app.Case) error {
				device := c.Device
				if !*asJSON {
					device = brief(device)
				}
				rows = append(rows, []string{
					strconv.FormatInt(c.ID, 10), since(c, o.Zone),
					c.Gateway, device, c.Dialect, c.Reason, strconv.Itoa(len(c.Message.Payload)),
				})
				return nil
			})
			if err != nil {
				return err
			}
			header := []string{"id", "since", "gateway", "device", "dialect", "reason", "bytes"}
			if err := printRows(cmd.OutOrStdout(), *asJSON, header, rows); err != nil {
				return err
			}
			return sayDropped(cmd, o, q)
		})
	}
	return cmd
}

// since says since when a case waits, "unknown" of one that was damaged on the disk.
func since(c app.Case, zone *time.Location) string {
	if c.At.IsZero() {
		return "unknown"
	}
	return c.At.In(zone).Format("2006-01-02 15:04")
}

// sayDropped says how many messages are not in the list, and why.
func sayDropped(cmd *cobra.Command, o *app.Office, q *app.Quarantine) error {
	dropped, err := q.Dropped(cmd.Context())
	if err != nil {
		return err
	}
	for _, c := range []struct{ cause, why string }{
		{"alike", "20 like each of them came that day"},
		{"room", "their kind took the most of spool.quarantine_bytes"},
		{"age", fmt.Sprintf("nobody looked at them for %d days, or for as long as the charter keeps readings", o.Config.Spool.QuarantineDays)},
	} {
		if n := dropped[c.cause]; n > 0 {
			if _, err := fmt.Fprintf(cmd.ErrOrStderr(), "%d more of the last 400 days are not kept: %s\n", n, c.why); err != nil {
				return err
			}
		}
	}
	return nil
}

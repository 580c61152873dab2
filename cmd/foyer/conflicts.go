package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
)

// conflictsAtOnce bounds how many conflicts one list shows.
const conflictsAtOnce = 10_000

func newConflicts() *cobra.Command {
	cmd := &cobra.Command{Use: "conflicts", Short: "Look at meters that contradict themselves"}
	cmd.AddCommand(newConflictsList())
	return cmd
}

func newConflictsList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List second values of one instant, the newest first",
		Long: "A conflict is another value of a counter at an instant of which one is stored, by more than one\n" +
			"step of its display. The first value stands in every figure. More than three a day of one meter\n" +
			"mean that it is broken or meddled with, or that two devices share one name.",
		Example: "  foyer conflicts list\n  foyer conflicts list --since 2026-11-01 --json",
		Args:    noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	since := cmd.Flags().String("since", "", "noted on this day or later, 2026-11-25; all by default")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			var from time.Time
			if *since != "" {
				var err error
				if from, err = time.ParseInLocation(time.DateOnly, *since, o.Zone); err != nil {
					return usageError{fmt.Errorf("--since %q: want a day, 2026-11-25", *since)}
				}
			}
			all, err := o.Records.Conflicts(cmd.Context(), from, conflictsAtOnce)
			if err != nil {
				return err
			}
			var rows [][]string
			for _, c := range all {
				q := c.First.Register.Quantity()
				places := 3 + q.ShownExponent()
				rows = append(rows, []string{
					string(c.First.Meter), string(c.First.Register), c.First.At.Format(time.RFC3339Nano),
					exact(c.First.Value, places), exact(c.Second, places), q.Shown(), c.Seen.Format(time.RFC3339),
				})
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"meter", "register", "at", "first", "second", "unit", "seen_at"}, rows)
		})
	}
	return cmd
}

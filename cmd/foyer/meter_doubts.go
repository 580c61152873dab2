package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/registry"
)

func newMeterDoubts() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doubts",
		Short: "List rises of counters that are not counted until a person decides",
		Long: "A counter that rises by more than its connection carries in that time is believed only\n" +
			"once somebody says that it was used: `foyer meter accept`, or `foyer meter reject` where\n" +
			"it was set higher. Until then the time between the two readings is unknown. One that\n" +
			"is not confirmed yet may still turn out to be a slip of the device.",
		Example: "  foyer meter doubts --json",
		Args:    noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			all, err := o.Registry.Doubts(cmd.Context())
			if err != nil {
				return err
			}
			var rows [][]string
			for _, d := range all {
				r := d.After.Register
				state := "held"
				if !d.Told {
					state = "not confirmed yet"
				}
				rows = append(rows, []string{
					string(d.After.Meter), string(r), d.After.At.In(o.Zone).Format("2006-01-02T15:04:05.000Z07:00"),
					shownValue(r, d.Before.Value), shownValue(r, d.After.Value), shownValue(r, d.Rise()), r.Quantity().Shown(),
					d.Before.At.In(o.Zone).Format(time.RFC3339), state,
				})
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"meter", "register", "at", "before", "after", "rise", "unit", "since", "state"}, rows)
		})
	}
	return cmd
}

func newMeterAccept() *cobra.Command {
	return judge("accept", "Say that what a counter rose by was used: it counts from now on", true)
}

func newMeterReject() *cobra.Command {
	return judge("reject", "Say that what a counter rose by was not used: it was set higher", false)
}

// judge is the command that decides on a line of `foyer meter doubts`.
func judge(verb, short string, used bool) *cobra.Command {
	cmd := &cobra.Command{
		Use:   verb + " METER",
		Short: short,
		Long: short + ".\n\nMETER, --at and --register are those of a line of `foyer meter doubts`. What was said stays\n" +
			"written down, see `foyer meter history`; said again otherwise, the last word holds.",
		Example: fmt.Sprintf(`  foyer meter %s m4k7xq2pz --at 2026-11-25T10:30:00.000+01:00 --by "A. Roy" --why "asked the family"`, verb),
		Args:    oneArg("a meter"),
	}
	path, word := configFlag(cmd), wordFlags(cmd)
	at := cmd.Flags().String("at", "", "the reading it rose to, RFC 3339")
	register := cmd.Flags().String("register", "", "of which register, when several wait")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		when, err := instantFlag(*at)
		if err != nil {
			return err
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			err := o.Registry.Judge(cmd.Context(), energy.MeterID(args[0]), energy.Register(*register), when, used, *word)
			if errors.Is(err, registry.ErrNoDoubt) {
				return fmt.Errorf("%w; `foyer meter doubts` lists what does", err)
			}
			return err
		})
	}
	return cmd
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/household"
)

func newHouseholdMoveOut() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "move-out HOUSEHOLD",
		Short: "Say that a family left its home at an instant, and who lives there since",
		Long: "All its meters are the newcomer's from then on, in the roles they had, or nobody's without\n" +
			"--to. What was used before stays the family's that used it, and the newcomer never sees it.",
		Example: `  foyer household move-out "Foyer 01" --to "Foyer 14" --at 2026-12-01T00:00:00+01:00 --by "A. Roy" --why "end of lease"`,
		Args:    oneArg("a household"),
	}
	path, word := configFlag(cmd), wordFlags(cmd)
	at := cmd.Flags().String("at", "", "when it left, RFC 3339")
	to := cmd.Flags().String("to", "", "label or id of the household that moved in")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		when, err := instantFlag(*at)
		if err != nil {
			return err
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			from, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			var next household.Family
			if *to != "" {
				if next, err = o.Family(cmd.Context(), *to); err != nil {
					return err
				}
			}
			n, err := o.Registry.MoveOut(cmd.Context(), from.ID, next.ID, when, *word)
			if err != nil {
				return err
			}
			return say(cmd, "%d meters", n)
		})
	}
	return cmd
}

func newHouseholdContract() *cobra.Command {
	c := household.Contract{}
	var from, instalment string
	cmd := &cobra.Command{
		Use:   "contract HOUSEHOLD",
		Short: "Say that a family has another electricity contract from a day on",
		Long: "The contract before ends there. Prices, off-peak hours and the power that tells a slip of\n" +
			"the meter from use follow by the day.",
		Example: `  foyer household contract "Foyer 01" --from 2026-12-01 --tariff fr-bleu-hphc --kva 9 --off-peak 22:00-06:00`,
		Args:    oneArg("a household"),
	}
	path := configFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "first day it is in force")
	f.StringVar(&c.Tariff, "tariff", "", "tariff, fr-bleu-base")
	f.IntVar(&c.PowerKVA, "kva", 0, "subscribed power")
	f.StringVar(&c.OffPeak, "off-peak", "", "off-peak hours, 22:00-06:00")
	f.StringVar(&instalment, "instalment", "", "monthly instalment in euros; none when each bill is paid")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var err error
		if c.From, err = energy.ParseDay(from); err != nil {
			return usageError{fmt.Errorf("--from %q: want a day, 2026-11-25", from)}
		}
		if c.Instalment, err = euros("--instalment", instalment); err != nil {
			return err
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			c.Family = family.ID
			return o.Registry.ChangeContract(cmd.Context(), c)
		})
	}
	return cmd
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
	"foyer/internal/tariff"
)

func newHouseholdAid() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "aid",
		Short: "Write down what a family paid and what helped it to",
		Long: "Dated amounts for a fuel of a family: help with the bill (voucher, discount, grant), what was\n" +
			"paid (instalment, prepayment), what came back (refund), what a delivery of oil, gas in bottles or\n" +
			"wood cost (delivery), and what heating in the rent costs for twelve months (rent_heat). They are\n" +
			"only ever added; one that was wrong is taken back.",
	}
	cmd.AddCommand(newAidAdd(), newAidList(), newAidTakeBack(), newAidImport())
	return cmd
}

func newAidAdd() *cobra.Command {
	var e household.Entry
	var day, eur, quantity string
	cmd := &cobra.Command{
		Use:   "add HOUSEHOLD",
		Short: "Write down an amount",
		Example: `  foyer household aid add "Foyer 01" --kind voucher --day 2026-11-12 --eur 194 --source "chèque 2026" --by "A. Roy"
  foyer household aid add "Foyer 01" --kind instalment --fuel gas --day 2026-11-05 --eur 80 --source prélèvement --by "A. Roy"
  foyer household aid add "Foyer 01" --kind delivery --fuel oil --day 2026-10-02 --eur 1150 --quantity 1000 --unit l --by "A. Roy"`,
		Args: oneArg("a household"),
	}
	path := configFlag(cmd)
	f := cmd.Flags()
	f.StringVar((*string)(&e.Kind), "kind", "", "voucher, discount, grant, instalment, prepayment, refund, delivery or rent_heat")
	f.StringVar((*string)(&e.Fuel), "fuel", "electricity", "of which contract: electricity, gas, heat, oil, lpg or wood")
	f.StringVar(&day, "day", "", "day it was paid, given or brought; today by default")
	f.StringVar(&eur, "eur", "", "amount in euros")
	f.StringVar(&quantity, "quantity", "", "of a delivery")
	f.StringVar(&e.Unit, "unit", "", "of the quantity: l, kg or stere")
	f.StringVar(&e.Source, "source", "", "from whom, or which paper")
	f.StringVar(&e.By, "by", "", "who says so")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var err error
		if e.Cents, err = euros("--eur", eur); err != nil {
			return err
		}
		if e.Quantity, err = registry.ParseQuantity(quantity); err != nil {
			return usageError{fmt.Errorf("--quantity %w", err)}
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			if e.Day = energy.DayOf(o.World.Now(), o.Zone); day != "" {
				if e.Day, err = energy.ParseDay(day); err != nil {
					return usageError{fmt.Errorf("--day %q: want a day, 2026-11-25", day)}
				}
			}
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			e.Family = family.ID
			ids, err := o.Registry.AddMoney(cmd.Context(), []household.Entry{e})
			if err != nil {
				return err
			}
			return say(cmd, "%s", ids[0])
		})
	}
	return cmd
}

func newAidList() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list HOUSEHOLD",
		Short:   "List the amounts of a family, those that were taken back too",
		Example: `  foyer household aid list "Foyer 01" --json`,
		Args:    oneArg("a household"),
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			all, err := o.Registry.Money(cmd.Context(), family.ID)
			if err != nil {
				return err
			}
			var rows [][]string
			for _, e := range all {
				taken := ""
				if !e.Taken.IsZero() {
					taken = e.Taken.UTC().Format(time.RFC3339)
				}
				quantity := ""
				if e.Quantity > 0 {
					quantity = tariff.KWh(e.Quantity*1000).String() + " " + e.Unit
				}
				rows = append(rows, []string{e.ID, e.Day.String(), string(e.Fuel), string(e.Kind), tariff.Euros(e.Cents), quantity, e.Source, e.By, taken})
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"id", "day", "fuel", "kind", "eur", "quantity", "source", "by", "taken_back"}, rows)
		})
	}
	return cmd
}

func newAidTakeBack() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "take-back ID",
		Short:   "Say that an amount was wrong: it counts no longer, and stays to be seen",
		Example: `  foyer household aid take-back e4k7xq2pzaaaaaaaa --by "A. Roy" --why "entered twice" --yes`,
		Args:    oneArg("the id of an amount"),
	}
	path, word := configFlag(cmd), wordFlags(cmd)
	yes := cmd.Flags().Bool("yes", false, "do it: it cannot be undone")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !*yes {
			return usageError{errors.New("this cannot be undone; say --yes")}
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			return o.Registry.TakeBackMoney(cmd.Context(), args[0], *word)
		})
	}
	return cmd
}

func newAidImport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import FILE.csv",
		Short: "Write down the amounts of a list; all of them or none",
		Long: "Reads a list with a header of label, fuel, day, kind, eur, quantity, unit, source, separated by\n" +
			"commas or semicolons; label, day, kind and eur must be there. Each line with a mistake is named,\n" +
			"and the command exits with 3.",
		Example: `  foyer household aid import cheques.csv --by "A. Roy" --dry-run`,
		Args:    oneArg("a list of amounts"),
	}
	path := configFlag(cmd)
	by := cmd.Flags().String("by", "", "who says so")
	dry := cmd.Flags().Bool("dry-run", false, "say what is wrong and write nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			var lines []registry.MoneyLine
			var faults []registry.RowError
			err := readFile(args[0], func(r io.Reader) (err error) {
				lines, faults, err = registry.ReadMoney(r, *by)
				return err
			})
			if err != nil {
				return err
			}
			entries, unknown, err := familiesOf(cmd.Context(), o, lines)
			if err != nil {
				return err
			}
			for _, fault := range append(faults, unknown...) {
				reason := cmp.Or(moneyFaults[fault.Fault], familyFaults[fault.Fault])
				if err := say(cmd, "%s", lineFault(args[0], fault.Line, fault.Column, fault.Value, reason)); err != nil {
					return err
				}
			}
			if len(faults)+len(unknown) > 0 {
				return errCheck
			}
			if *dry {
				if err := o.Registry.CheckMoney(cmd.Context(), entries); err != nil {
					return err
				}
				return say(cmd, "%d amounts can be added; nothing was written", len(entries))
			}
			ids, err := o.Registry.AddMoney(cmd.Context(), entries)
			if err != nil {
				return err
			}
			return say(cmd, "%d amounts added", len(ids))
		})
	}
	return cmd
}

// familiesOf finds whose the amounts of a list are.
func familiesOf(ctx context.Context, o *app.Office, lines []registry.MoneyLine) ([]household.Entry, []registry.RowError, error) {
	families, err := o.Registry.Families(ctx, o.Config.Pilot.ID)
	if err != nil {
		return nil, nil, err
	}
	byLabel := map[string]household.FamilyID{}
	for _, f := range families {
		byLabel[f.Label], byLabel[string(f.ID)] = f.ID, f.ID
	}
	var entries []household.Entry
	var faults []registry.RowError
	for _, l := range lines {
		id, ok := byLabel[l.Label]
		if !ok && l.Label != "" {
			faults = append(faults, registry.RowError{Line: l.Line, Column: "label", Value: l.Label, Fault: faultNobody})
		}
		l.Entry.Family = id
		entries = append(entries, l.Entry)
	}
	return entries, faults, nil
}

const faultNobody registry.Fault = "import.nobody"

// moneyFaults say what is wrong with a cell of a list of amounts, and what to do.
var moneyFaults = map[registry.Fault]string{
	faultNobody:         "no household has that label; `foyer household list` shows them",
	registry.FaultKind:  "write voucher, discount, grant, instalment, prepayment, refund, delivery or rent_heat",
	registry.FaultFuel:  "write electricity, gas, heat, oil, lpg or wood",
	registry.FaultRange: "write an amount above 0",
}

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

func newHousehold() *cobra.Command {
	cmd := &cobra.Command{Use: "household", Short: "Add and list the families of the pilot"}
	cmd.AddCommand(newHouseholdAdd(), newHouseholdImport(), newHouseholdList(), newHouseholdMoveOut(), newHouseholdContract(), newHouseholdAid(), newHouseholdWorks(), newHouseholdAnswer(),
		newHouseholdErase(), newHouseholdErased(), newHouseholdExport())
	return cmd
}

func newHouseholdAdd() *cobra.Command {
	var file household.File
	var d household.Dwelling
	var c household.Contract
	var income, aid, instalment string
	var since string
	cmd := &cobra.Command{
		Use:     "add",
		Short:   "Add a family with its home, contract and income",
		Example: `  foyer household add --label "Foyer 01" --persons 2 --under14 1 --tariff fr-bleu-hphc --kva 6 --off-peak 22:00-06:00 --income 18200`,
		Args:    noArgs,
	}
	path := configFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&file.Family.Label, "label", "", "what caseworkers call the family")
	f.StringVar(&file.Family.Language, "language", "fr", "language of its page")
	f.StringVar(&since, "since", "", "day from which home, contract and income hold; a year ago by default")
	f.IntVar(&d.Persons14, "persons", 1, "persons of 14 or more")
	f.IntVar(&d.PersonsUnder14, "under14", 0, "younger persons")
	f.IntVar(&d.AreaM2, "area", 0, "floor area in m2; 0 when unknown")
	f.StringVar(&d.Heating, "heating", "", "how the home is heated")
	f.BoolVar(&d.Fragile, "fragile", false, "someone is over 65, under 5 or ill, as the family says")
	f.BoolVar(&d.HeatedInRent, "heated-in-rent", false, "heating is paid in the rent")
	f.StringVar(&c.Tariff, "tariff", "fr-bleu-base", "tariff of the electricity contract")
	f.IntVar(&c.PowerKVA, "kva", 6, "subscribed power")
	f.StringVar(&c.OffPeak, "off-peak", "", "off-peak hours, 22:00-06:00")
	f.StringVar(&instalment, "instalment", "", "monthly instalment in euros; none when each bill is paid")
	f.StringVar(&income, "income", "", "disposable income of twelve months in euros")
	f.StringVar(&aid, "aid", "", "energy aid of twelve months in euros")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			from := energy.DayOf(o.World.Now(), o.Zone).Add(-365)
			if since != "" {
				var err error
				if from, err = energy.ParseDay(since); err != nil {
					return usageError{fmt.Errorf("--since %q: want a day, 2026-11-25", since)}
				}
			}
			d.From, c.From = from, from
			var err error
			if c.Instalment, err = euros("--instalment", instalment); err != nil {
				return err
			}
			file.Family.Pilot = o.Config.Pilot.ID
			file.Family.Since = from.Start(o.Zone)
			file.Dwellings, file.Contracts = []household.Dwelling{d}, []household.Contract{c}
			if income != "" {
				i := household.Income{From: from}
				if i.Disposable, err = euros("--income", income); err != nil {
					return err
				}
				if i.Aid, err = euros("--aid", aid); err != nil {
					return err
				}
				file.Incomes = []household.Income{i}
			}
			id, err := o.Registry.AddFamily(cmd.Context(), file)
			if err != nil {
				return err
			}
			warnUnpriced(cmd, o, file.Contracts...)
			return say(cmd, "%s", id)
		})
	}
	return cmd
}

func newHouseholdImport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import FILE.csv",
		Short: "Add the families of a list; all of them or none",
		Long: "Reads a list with a header, separated by commas or semicolons. Columns:\n\n  " +
			strings.Join(registry.Columns, "\n  ") + "\n\n" +
			"Only label must be there. Amounts are euros with a point or a comma, days 2026-11-25,\n" +
			"truths yes or no. Each line with a mistake is named, and the command exits with 3.",
		Example: "  foyer household import families.csv --dry-run",
		Args:    oneArg("a list of families"),
	}
	path := configFlag(cmd)
	dry := cmd.Flags().Bool("dry-run", false, "say what is wrong and write nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			f, err := os.Open(args[0])
			if err != nil {
				return usageError{err}
			}
			files, faults, err := registry.ReadFamilies(f, o.Zone)
			if err = errors.Join(err, f.Close()); err != nil {
				return err
			}
			for _, fault := range faults {
				if err := say(cmd, "%s", lineFault(args[0], fault.Line, fault.Column, fault.Value, familyFaults[fault.Fault])); err != nil {
					return err
				}
			}
			if len(faults) > 0 {
				return errCheck
			}
			var contracts []household.Contract
			for _, f := range files {
				contracts = append(contracts, f.Contracts...)
			}
			warnUnpriced(cmd, o, contracts...)
			if *dry {
				return say(cmd, "%d families can be added; nothing was written", len(files))
			}
			for i := range files {
				files[i].Family.Pilot = o.Config.Pilot.ID
			}
			ids, err := o.Registry.AddFamilies(cmd.Context(), files)
			if err != nil {
				return err
			}
			return say(cmd, "%d families added", len(ids))
		})
	}
	return cmd
}

// familyFaults say what is wrong with a cell of a list of families, and what to do.
var familyFaults = map[registry.Fault]string{
	registry.FaultMissing:   "something is needed here",
	registry.FaultNumber:    "not a number; write digits alone",
	registry.FaultRange:     "no home has that; is it the right column?",
	registry.FaultAmount:    "not an amount in euros; write 1234.50 or 1234,50",
	registry.FaultTruth:     "write yes or no",
	registry.FaultDay:       "not a day; write 2026-11-25",
	registry.FaultDuplicate: "a line before has that label; give each household its own",
	registry.FaultColumn:    "no such column; `foyer household import --help` lists them",
	registry.FaultRow:       "the line has not as many cells as the header",
}

// lineFault says what is wrong with a cell of a file.
func lineFault(file string, line int, column, value, reason string) string {
	place := fmt.Sprintf("%s line %d", filepath.Base(file), line)
	if column != "" {
		place += fmt.Sprintf(", %.40q", column)
	}
	if value != "" {
		place += fmt.Sprintf(" is %.60q", value)
	}
	return place + ": " + reason
}

func newHouseholdList() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the families", Example: "  foyer household list --json", Args: noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			families, err := o.Registry.Families(cmd.Context(), o.Config.Pilot.ID)
			if err != nil {
				return err
			}
			var rows [][]string
			for _, f := range families {
				rows = append(rows, []string{string(f.ID), f.Label, f.Language, f.Since.In(o.Zone).Format(time.DateOnly)})
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"id", "label", "language", "since"}, rows)
		})
	}
	return cmd
}

// oneArg asks for exactly one argument.
func oneArg(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError{fmt.Errorf("give %s", what)}
		}
		return nil
	}
}

// euros reads an amount in euros into cents; "" is 0.
func euros(flag, s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	d, err := decimal.NewFromString(s)
	if err != nil || !d.Shift(2).IsInteger() {
		return 0, usageError{fmt.Errorf("%s %q: want an amount in euros, 1234.50", flag, s)}
	}
	return d.Shift(2).IntPart(), nil
}

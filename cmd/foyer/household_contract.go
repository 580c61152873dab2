package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/household"
)

func newHouseholdContract() *cobra.Command {
	c := household.Contract{}
	var from, instalment, fuel string
	cmd := &cobra.Command{
		Use:   "contract HOUSEHOLD",
		Short: "Say that a family has another energy contract from a day on",
		Long: "The contract before for the same fuel ends there. Prices, off-peak hours and the power that\n" +
			"tells a slip of the meter from use follow by the day. The fuel is that of the tariff; of one that\n" +
			"is brought, oil, lpg or wood, there is no tariff: `foyer household aid add --kind delivery` says\n" +
			"what each delivery cost.",
		Example: `  foyer household contract "Foyer 01" --from 2026-12-01 --tariff fr-bleu-hphc --kva 9 --off-peak 22:00-06:00
  foyer household contract "Foyer 01" --from 2026-12-01 --tariff fr-gaz-chauffage --instalment 80 --settles 05-31
  foyer household contract "Foyer 01" --from 2026-12-01 --fuel oil`,
		Args: oneArg("a household"),
	}
	path := configFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "first day it is in force")
	f.StringVar(&c.Tariff, "tariff", "", "tariff, fr-bleu-base")
	f.IntVar(&c.PowerKVA, "kva", 0, "subscribed power")
	f.StringVar(&c.OffPeak, "off-peak", "", "off-peak hours, 22:00-06:00")
	f.StringVar(&fuel, "fuel", "", "fuel where no tariff says it: heat, oil, lpg, wood")
	f.StringVar(&c.Settles, "settles", "", "last day of its year, month and day; the eve of the anniversary by default")
	f.StringVar(&instalment, "instalment", "", "monthly instalment in euros; none when each bill is paid")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var err error
		if c.From, err = energy.ParseDay(from); err != nil {
			return usageError{fmt.Errorf("--from %q: want a day, 2026-11-25", from)}
		}
		if c.Instalment, err = euros("--instalment", instalment); err != nil {
			return err
		}
		if c.Fuel, err = fuelOf(*path, c.Tariff, fuel); err != nil {
			return err
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			c.Family = family.ID
			if err := o.Registry.ChangeContract(cmd.Context(), c); err != nil {
				return err
			}
			warnUnpriced(cmd, o, c)
			return nil
		})
	}
	return cmd
}

// fuelOf returns what a contract is for: what its tariff sells, or what was said.
func fuelOf(path, id, said string) (household.Fuel, error) {
	fuel := household.Fuel(said)
	if said != "" && !fuel.Known() {
		return "", usageError{fmt.Errorf("--fuel %q: want one of %v", said, household.Fuels)}
	}
	if id == "" {
		return fuel, nil
	}
	book, err := (&bookFlags{config: path}).open()
	if err != nil {
		return "", err
	}
	t, err := book.Tariff(id)
	switch {
	case err != nil:
		return fuel, nil //nolint:nilerr // its file may come later: days have no price until then
	case said != "" && fuel != t.Fuel:
		return "", usageError{fmt.Errorf("--fuel %q: %s sells %s", said, id, t.Fuel)}
	}
	return t.Fuel, nil
}

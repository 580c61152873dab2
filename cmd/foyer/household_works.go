package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/household"
)

func newHouseholdWorks() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "works HOUSEHOLD",
		Short: "Say that something was done to a home to save energy, or list what was",
		Long: "With --on it writes down works: the saving is computed from the year before them and the year\n" +
			"after, and what passes from the first day to the last counts for neither. Works less than a\n" +
			"year apart are judged together. What is said stays written down; --undo takes it back, and\n" +
			"saying it again with the same kind and first day replaces it. Without --on it lists them.\n" +
			"Kinds: insulation, windows, heating, hot_water, ventilation, appliances, advice, other.",
		Example: `  foyer household works "Foyer 01" --on 2026-06-01 --until 2026-06-12 --kind insulation --cost 8400 --by "A. Roy" --why "invoice"` + "\n" +
			`  foyer household works "Foyer 01" --on 2026-06-01 --kind insulation --undo --by "A. Roy" --why "wrong household"`,
		Args: oneArg("a household"),
	}
	path, word, asJSON := configFlag(cmd), wordFlags(cmd), jsonFlag(cmd)
	f := cmd.Flags()
	on := f.String("on", "", "first day of the works")
	until := f.String("until", "", "last day of them; the first by default")
	kind := f.String("kind", "", "what was done")
	cost := f.String("cost", "", "what it cost in euros, before any aid")
	undo := f.Bool("undo", false, "take back that it was done")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		w := household.Works{Kind: household.WorkKind(*kind), Undone: *undo, By: word.By, Why: word.Why}
		if *on != "" {
			if err := worksDays(&w, *on, *until, *cost); err != nil {
				return err
			}
		} else if *kind != "" || *until != "" || *undo {
			return usageError{errors.New("--on: say the first day of the works")}
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if *on != "" {
				w.Family = family.ID
				return o.Registry.AddWorks(cmd.Context(), w)
			}
			said, err := o.Registry.Works(cmd.Context(), family.ID)
			if err != nil {
				return err
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"kind", "from", "last", "cost", "said", "taken_back", "by", "why"}, worksRows(said, o.Zone))
		})
	}
	return cmd
}

// worksDays reads the days and the cost of works.
func worksDays(w *household.Works, on, until, cost string) (err error) {
	if w.From, err = energy.ParseDay(on); err != nil {
		return usageError{fmt.Errorf("--on %q: want a day, 2026-06-01", on)}
	}
	w.To = w.From.Add(1)
	if until != "" {
		last, err := energy.ParseDay(until)
		if err != nil {
			return usageError{fmt.Errorf("--until %q: want a day, 2026-06-12", until)}
		}
		w.To = last.Add(1)
	}
	if cost != "" {
		cents, err := euros("--cost", cost)
		if err != nil {
			return err
		}
		w.Cost = &cents
	}
	return nil
}

func worksRows(said []household.Works, zone *time.Location) [][]string {
	var rows [][]string
	for _, w := range said {
		cost, back := "", "no"
		if w.Cost != nil {
			cost = decimal.New(*w.Cost, -2).StringFixed(2)
		}
		if w.Undone {
			back = "yes"
		}
		rows = append(rows, []string{string(w.Kind), w.From.String(), w.To.Add(-1).String(), cost, w.Said.In(zone).Format(time.DateTime), back, w.By, w.Why})
	}
	return rows
}

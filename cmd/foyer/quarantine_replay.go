package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"foyer/internal/app"
)

// A selection says which cases a command works on.
type selection struct {
	all     *bool
	dialect *string
}

func selectionFlags(cmd *cobra.Command) selection {
	return selection{cmd.Flags().Bool("all", false, "every case"), dialectFlag(cmd)}
}

// each calls do with the number of every case that is chosen, once.
func (s selection) each(ctx context.Context, q *app.Quarantine, ids []int64, do func(int64) error) error {
	if len(ids) == 0 {
		return eachCase(ctx, q, *s.dialect, func(c app.Case) error { return do(c.ID) })
	}
	for _, id := range ids {
		c, err := q.Case(ctx, id)
		if err != nil {
			return err
		}
		if !ofDialect(c, *s.dialect) {
			continue
		}
		if err := do(id); err != nil {
			return err
		}
	}
	return nil
}

// check returns the numbers among args, which exclude --all. A dialect alone
// stands for all of its cases.
func (s selection) check(args []string) ([]int64, error) {
	switch {
	case *s.all && len(args) > 0:
		return nil, usageError{errors.New("--all and numbers of cases together: want one of them")}
	case !*s.all && len(args) == 0 && *s.dialect == "":
		return nil, usageError{errors.New("which cases? Give their numbers, --dialect or --all")}
	}
	return caseNumbers(args)
}

func caseNumbers(args []string) ([]int64, error) {
	var ids []int64
	for _, a := range args {
		id, err := strconv.ParseInt(a, 10, 64)
		if err != nil || id < 1 {
			return nil, usageError{fmt.Errorf("%q: want the number of a case; `foyer quarantine list` shows them", a)}
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func newQuarantineReplay() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "replay [ID...]",
		Short: "Take messages in again, as of when they arrived",
		Long: "Gives messages another try, after a newer Foyer reads them or a setting is right: a meter's\n" +
			"subscribed power, a topic's gateway. Their readings are stored when they were made, or when\n" +
			"the message arrived. What is taken in leaves the quarantine; what is still refused stays,\n" +
			"with its first reason. A message is believed however old it is.\n\n" +
			"The readings go into the spool, from which `foyer serve` stores them, now or when it runs\n" +
			"next. Killed in the middle, a replay is simply repeated: nothing is stored twice.",
		Example: "  foyer quarantine replay 3 4\n  foyer quarantine replay --dialect tasmota_energy\n  foyer quarantine replay --all",
		Args:    cobra.ArbitraryArgs,
	}
	path, chosen := configFlag(cmd), selectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ids, err := chosen.check(args)
		if err != nil {
			return err
		}
		return inQuarantine(cmd, *path, func(_ *app.Office, q *app.Quarantine) error {
			taken, left := 0, 0
			err := chosen.each(cmd.Context(), q, ids, func(id int64) error {
				refused, err := q.Replay(cmd.Context(), id)
				if err != nil {
					return err
				}
				if refused != "" {
					left++
					return say(cmd, "%d stays: %s", id, refused)
				}
				taken++
				return say(cmd, "%d taken in", id)
			})
			if err != nil {
				return err
			}
			if left > 0 {
				return fmt.Errorf("%d of %d messages are still refused and stay in quarantine", left, taken+left)
			}
			return nil
		})
	}
	return cmd
}

func newQuarantineDiscard() *cobra.Command {
	cmd := &cobra.Command{
		Use: "discard [ID...]", Short: "Throw messages away that will never be readings",
		Example: "  foyer quarantine discard 3 4 --yes", Args: cobra.ArbitraryArgs,
	}
	path, sure, chosen := configFlag(cmd), yesFlag(cmd), selectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ids, err := chosen.check(args)
		if err != nil {
			return err
		}
		if !*sure {
			return errNotSure
		}
		return inQuarantine(cmd, *path, func(_ *app.Office, q *app.Quarantine) error {
			return chosen.each(cmd.Context(), q, ids, func(id int64) error {
				if err := q.Discard(cmd.Context(), id); err != nil {
					return err
				}
				return say(cmd, "%d thrown away", id)
			})
		})
	}
	return cmd
}

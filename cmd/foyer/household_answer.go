package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/household"
)

func newHouseholdAnswer() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "answer",
		Short: "Write down what a family answered to a few questions",
		Long: "Answers are dated, and hold until the family says otherwise. They are only ever added: of\n" +
			"several to one question on one day the last one holds, and one without an answer takes back\n" +
			"what was said of that day. Write down only what the family agreed to have written down.",
	}
	cmd.AddCommand(newAnswerAdd(), newAnswerList(), newAnswerQuestions())
	return cmd
}

func newAnswerAdd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "add HOUSEHOLD QUESTION=ANSWER...",
		Short: "Write down answers; all of them or none",
		Example: `  foyer household answer add "Foyer 01" unable_warm=yes felt_cold=poor_insulation+cost_restriction --by "A. Roy"` + "\n" +
			`  foyer household answer add "Foyer 01" works=done --day 2026-10-12 --by "A. Roy"` + "\n" +
			`  foyer household answer add "Foyer 01" works= --day 2026-10-12 --by "A. Roy"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usageError{errors.New("say a household and at least one QUESTION=ANSWER")}
			}
			return nil
		},
	}
	path := configFlag(cmd)
	day := cmd.Flags().String("day", "", "day from which it holds; today by default")
	by := cmd.Flags().String("by", "", "who writes it down")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if strings.TrimSpace(*by) == "" {
			return usageError{errors.New("--by: say who writes it down")}
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			today := energy.DayOf(o.World.Now(), o.Zone)
			on := today
			if *day != "" {
				var err error
				if on, err = energy.ParseDay(*day); err != nil {
					return usageError{fmt.Errorf("--day %q: want a day, 2026-11-25", *day)}
				}
			}
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			var all []household.Answer
			for _, arg := range args[1:] {
				question, answer, ok := strings.Cut(arg, "=")
				if !ok {
					return usageError{fmt.Errorf("%q: want QUESTION=ANSWER", arg)}
				}
				all = append(all, household.Answer{Family: family.ID, Question: question, Answer: answer, Day: on, By: *by})
			}
			return o.Registry.Answer(cmd.Context(), all, today)
		})
	}
	return cmd
}

func newAnswerList() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list HOUSEHOLD",
		Short:   "List what a family answered, in the order in which it was said",
		Example: `  foyer household answer list "Foyer 01" --json`,
		Args:    oneArg("a household"),
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			family, err := o.Family(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			all, err := o.Registry.Answers(cmd.Context(), family.ID)
			if err != nil {
				return err
			}
			hold := household.Holding(all)
			var rows [][]string
			for _, a := range all {
				holds := "no"
				if slices.Contains(hold, a) {
					holds = "yes"
				}
				rows = append(rows, []string{a.Day.String(), a.Question, a.Answer, holds, a.By, a.Said.UTC().Format(time.RFC3339)})
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"day", "question", "answer", "holds", "by", "said"}, rows)
		})
	}
	return cmd
}

func newAnswerQuestions() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "questions",
		Short:   "List what a family can be asked, and how it can answer",
		Example: "  foyer household answer questions",
		Args:    noArgs,
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var rows [][]string
		for _, q := range household.Questions {
			answers := "an amount, 1234.50"
			if len(q.Choices) > 0 {
				answers = strings.Join(q.Choices, ", ")
			}
			if q.Several {
				answers += "; several joined by +"
			}
			rows = append(rows, []string{q.ID, q.About, answers})
		}
		return printRows(cmd.OutOrStdout(), *asJSON, []string{"question", "about", "answers"}, rows)
	}
	return cmd
}

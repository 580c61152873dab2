package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/spf13/cobra"

	"foyer/indicators"
	"foyer/internal/app"
	"foyer/internal/household"
	"foyer/internal/jobs"
)

func newForecast() *cobra.Command {
	cmd := &cobra.Command{Use: "forecast", Short: "Look at how well months and settlement years are forecast"}
	cmd.AddCommand(newForecastBacktest())
	return cmd
}

func newForecastBacktest() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backtest",
		Short: "Forecast the months, or the settlement years, that are over, and compare",
		Long: "Backtest forecasts each month that is over and known whole, with nothing but what was known on\n" +
			"the morning of five of its days, and compares with what it came to. By day of the month it says\n" +
			"how many forecasts there are, how many were not possible for want of data, which part of the\n" +
			"months lies in the range that is meant to hold 80 %, and the mean error, of what the month came to.\n" +
			"With --horizon year it does so for each whole settlement year of each contract, five times a year,\n" +
			"and says it by how many months of the year were over.",
		Example: "  foyer forecast backtest\n  foyer forecast backtest --horizon year\n" +
			"  foyer forecast backtest --from 2025-11-01 --household 'Foyer 12' --json",
		Args: noArgs,
	}
	path := configFlag(cmd)
	c := computation{asJSON: jsonFlag(cmd)}
	c.flags(cmd)
	horizon := cmd.Flags().String("horizon", "month", "what is forecast: month or year")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		h, ok := horizons[*horizon]
		if !ok {
			return usageError{fmt.Errorf("--horizon %q: want month or year", *horizon)}
		}
		order, err := c.order()
		if err != nil {
			return err
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			if err := c.choose(cmd.Context(), o, &order); err != nil {
				return err
			}
			bar := newProgressBar(cmd.ErrOrStderr())
			order.Progress = func(p jobs.Progress) { bar.show(p.Job, p.Done, p.Total) }
			log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))
			score := map[int]*trialScore{}
			var failed int
			err := o.Compute(cmd.Context(), log, func(p *jobs.Planner) (err error) {
				failed, err = p.BackTest(cmd.Context(), order, h.try, func(_ household.FamilyID, trials []indicators.Trial) {
					for _, t := range trials {
						if score[t.Step] == nil {
							score[t.Step] = &trialScore{}
						}
						score[t.Step].add(t)
					}
				})
				return err
			})
			bar.end()
			if err != nil {
				return err
			}
			if err := printScores(cmd.OutOrStdout(), h, score, *c.asJSON); err != nil {
				return err
			}
			if failed > 0 {
				return fmt.Errorf("%d households could not be tried", failed)
			}
			return nil
		})
	}
	return cmd
}

// A horizon is how far ahead forecasts look.
type horizon struct {
	try         func(indicators.Input) []indicators.Trial
	steps       []int
	step, title string // what a step is, in JSON and in a table
}

var horizons = map[string]horizon{
	"month": {indicators.BackTest, indicators.TrialDays(), "day_of_month", "day"},
	"year":  {indicators.BackTestYears, indicators.YearSteps(), "months_over", "months"},
}

// A trialScore adds up forecasts made at one step of months or years.
type trialScore struct {
	known, unknown, held int
	off, actual          int64 // cents
}

func (s *trialScore) add(t indicators.Trial) {
	if !t.Known {
		s.unknown++
		return
	}
	s.known++
	s.actual += t.Actual
	if t.Holds() {
		s.held++
	}
	if off := t.Central - t.Actual; off < 0 {
		s.off -= off
	} else {
		s.off += off
	}
}

// percent prints a part of a whole with one digit; "" of nothing.
func percent(part, whole int64) string {
	if whole <= 0 {
		return ""
	}
	tenths := (2000*part + whole) / (2 * whole)
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}

func printScores(w io.Writer, h horizon, score map[int]*trialScore, asJSON bool) error {
	var rows [][]string
	for _, step := range h.steps {
		s := score[step]
		if s == nil {
			s = &trialScore{}
		}
		held, off := percent(int64(s.held), int64(s.known)), percent(s.off, s.actual)
		if asJSON {
			object := map[string]any{h.step: step, "forecasts": s.known, "not_enough_data": s.unknown}
			for name, v := range map[string]string{"within_percent": held, "mean_error_percent": off} {
				if v != "" {
					object[name] = json.RawMessage(v)
				}
			}
			if err := json.NewEncoder(w).Encode(object); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{strconv.Itoa(step), strconv.Itoa(s.known), strconv.Itoa(s.unknown), held, off})
	}
	if asJSON {
		return nil
	}
	return printRows(w, false, []string{h.title, "forecasts", "not_enough_data", "within_%", "mean_error_%"}, rows)
}

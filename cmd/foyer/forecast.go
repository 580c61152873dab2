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
	cmd := &cobra.Command{Use: "forecast", Short: "Look at how well months are forecast"}
	cmd.AddCommand(newForecastBacktest())
	return cmd
}

func newForecastBacktest() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backtest",
		Short: "Forecast the months that are over, and compare",
		Long: "Backtest forecasts each month that is over and known whole, with nothing but what was known on\n" +
			"the morning of five of its days, and compares with what it came to. By day of the month it says\n" +
			"how many forecasts there are, how many were not possible for want of data, which part of the\n" +
			"months lies in the range that is meant to hold 80 %, and the mean error, of what the month came to.",
		Example: "  foyer forecast backtest\n  foyer forecast backtest --from 2025-11-01 --household 'Foyer 12' --json",
		Args:    noArgs,
	}
	path := configFlag(cmd)
	c := computation{asJSON: jsonFlag(cmd)}
	c.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
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
				failed, err = p.BackTest(cmd.Context(), order, func(_ household.FamilyID, trials []indicators.Trial) {
					for _, t := range trials {
						if score[t.On.Date] == nil {
							score[t.On.Date] = &trialScore{}
						}
						score[t.On.Date].add(t)
					}
				})
				return err
			})
			bar.end()
			if err != nil {
				return err
			}
			if err := printScores(cmd.OutOrStdout(), score, *c.asJSON); err != nil {
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

// A trialScore adds up forecasts made on one day of months.
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

func printScores(w io.Writer, score map[int]*trialScore, asJSON bool) error {
	var rows [][]string
	for _, day := range indicators.TrialDays() {
		s := score[day]
		if s == nil {
			s = &trialScore{}
		}
		held, off := percent(int64(s.held), int64(s.known)), percent(s.off, s.actual)
		if asJSON {
			object := map[string]any{"day_of_month": day, "forecasts": s.known, "not_enough_data": s.unknown}
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
		rows = append(rows, []string{strconv.Itoa(day), strconv.Itoa(s.known), strconv.Itoa(s.unknown), held, off})
	}
	if asJSON {
		return nil
	}
	return printRows(w, false, []string{"day", "forecasts", "not_enough_data", "within_%", "mean_error_%"}, rows)
}

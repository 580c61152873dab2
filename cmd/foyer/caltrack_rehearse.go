package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"foyer/internal/rehearsal"
	"foyer/simulators"
)

func newCaltrackRehearse() *cobra.Command {
	var scenario string
	var seed uint64
	var towns int
	cmd := &cobra.Command{
		Use:   "rehearse",
		Short: "Try savings on simulated homes that truly saved a known part",
		Long: "Rehearse lives the homes of a scenario with their works and without, so that it is known what\n" +
			"these saved, and asks the calculation of the nightly job what they saved. Nothing is published\n" +
			"or stored. It says how many intervals of 90 % hold what is true, how many homes that heat less\n" +
			"were refused, and where days without weather are in the scenario, how far they move the\n" +
			"estimate and how much wider they make the interval. Exit 3: fewer than 85 % of the intervals\n" +
			"hold, a home that heats less was not refused, an interval with less weather is not wider, or\n" +
			"an estimate moved by a standard error, its own or that with all of the weather. One home in a\n" +
			"hundred or so does by chance, see docs/adr/0010-missing-weather.md: that is no fault by itself.",
		Example: "  foyer caltrack rehearse --scenario saving.yaml --seed 7 --towns 20",
		Args:    noArgs,
	}
	asJSON := jsonFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&scenario, "scenario", "", "file of a scenario whose homes have works")
	f.Uint64Var(&seed, "seed", 0, "seed of the first town instead of the scenario's; each further one has the next")
	f.IntVar(&towns, "towns", 1, "how many towns to live")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		const most = 10_000
		switch {
		case scenario == "":
			return usageError{errors.New("give --scenario")}
		case towns < 1 || towns > most:
			return usageError{fmt.Errorf("--towns %d: want 1 to %d", towns, most)}
		}
		text, err := os.ReadFile(scenario) //nolint:gosec // a file the caller named
		if err != nil {
			return usageError{err}
		}
		s, err := simulators.Parse(text)
		if err != nil {
			return usageError{fmt.Errorf("%s: %w", scenario, err)}
		}
		if f.Changed("seed") {
			s.Seed = seed
		}
		return rehearseSavings(cmd, s, towns, *asJSON)
	}
	return cmd
}

// rehearseSavings lives towns and prints each trial, and what they come to.
func rehearseSavings(cmd *cobra.Command, s simulators.Scenario, towns int, asJSON bool) error {
	var score rehearsal.Score
	bar := newProgressBar(cmd.ErrOrStderr())
	out := json.NewEncoder(cmd.OutOrStdout())
	for n := range towns {
		bar.show("towns", n, towns)
		var failed error
		err := rehearsal.Try(s, func(t rehearsal.Trial) {
			score.Add(t)
			if asJSON {
				failed = errors.Join(failed, out.Encode(t))
			}
		})
		if err = errors.Join(err, failed); err != nil {
			return err
		}
		s.Seed++
	}
	bar.show("towns", towns, towns)
	if asJSON {
		if err := out.Encode(score); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	} else if err := printRows(cmd.OutOrStdout(), false, []string{"what", "figure"}, scoreRows(score)); err != nil {
		return err
	}
	if !score.Holds() {
		return errCheck
	}
	return nil
}

func scoreRows(s rehearsal.Score) [][]string {
	percent := func(v float64) string { return strconv.FormatFloat(100*v, 'f', 1, 64) + " %" }
	count := strconv.Itoa
	return [][]string{
		{"homes that do not heat less", count(s.Homes)},
		{"saved in truth, on average", percent(s.Saved)},
		{"with an interval of 90 %", count(s.Estimated)},
		{"whose interval holds what is true", count(s.Within) + " (" + percent(s.Share) + ")"},
		{"refused for being cold, though they do not heat less", count(s.Refused)},
		{"homes that heat less", count(s.Colder)},
		{"refused for being cold", count(s.Caught)},
		{"compared with all of their weather", count(s.Compared)},
		{"moved by a standard error of their own or more", count(s.Moved)},
		{"by one of the estimate with all of the weather", count(s.MovedWhole)},
		{"moved on average, in standard errors of that", strconv.FormatFloat(s.MeanMoved, 'f', 3, 64)},
		{"whose interval is not wider", count(s.NotWider)},
	}
}

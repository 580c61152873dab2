package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"foyer/indicators/caltrack"
)

func newCaltrack() *cobra.Command {
	cmd := &cobra.Command{Use: "caltrack", Short: "Compute what a home saved, its weather taken into account"}
	cmd.AddCommand(newCaltrackFit(), newCaltrackRehearse())
	return cmd
}

func newCaltrackFit() *cobra.Command {
	var periods, temperature, settings string
	cmd := &cobra.Command{
		Use:   "fit",
		Short: "Fit a baseline and compare what followed with it, by CalTRACK 2.0",
		Long: "Fit reads metering periods (columns period_start_utc and value, empty where it is not known;\n" +
			"for days temp_mean, hours_with_temp and hours_without_temp), hourly temperatures\n" +
			"(hour_start_utc, and temp_C or temp_F) where the periods do not give theirs, and settings in\n" +
			"JSON: interpretation (electricity, gas), frequency (daily, billing_monthly,\n" +
			"billing_bimonthly), temperature_unit (C, F), settings, baseline.requested_end,\n" +
			"reporting.requested_start, time_zone where days are not those of UTC, and comfort: guard\n" +
			"(rise_points, small_percent, coverage_percent, fall_c), before and after (hours_below,\n" +
			"hours_seen, hours, coldest_days_c), restricted. It prints one JSON object: whether the baseline\n" +
			"suffices, its model, how well that describes it, the savings with their uncertainty and with\n" +
			"bounds for what is missing, and a verdict.",
		Example: "  foyer caltrack fit --periods p.csv --settings s.json --temperature t.csv",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if periods == "" || settings == "" {
				return usageError{errors.New("give --periods and --settings")}
			}
			return caltrackFit(cmd.OutOrStdout(), periods, settings, temperature)
		},
	}
	cmd.Flags().StringVar(&periods, "periods", "", "file of metering periods, comma-separated")
	cmd.Flags().StringVar(&settings, "settings", "", "file of settings, JSON")
	cmd.Flags().StringVar(&temperature, "temperature", "", "file of hourly temperatures, comma-separated; its column names their unit")
	return cmd
}

// caltrackFit answers the case of some files.
func caltrackFit(w io.Writer, periods, settings, temperature string) error {
	var c caltrack.Case
	err := readFile(settings, func(r io.Reader) (err error) {
		c, err = caltrack.ReadCase(r)
		return err
	})
	if err != nil {
		return err
	}
	var hours []caltrack.Hour
	scale := c.Scale // of the periods, when no file says another
	if temperature != "" {
		err := readFile(temperature, func(r io.Reader) (err error) {
			hours, scale, err = caltrack.ReadHours(r)
			return err
		})
		if err != nil {
			return err
		}
	}
	var ps []caltrack.Period
	err = readFile(periods, func(r io.Reader) (err error) {
		ps, err = caltrack.ReadPeriods(r, hours, scale, c.Scale, c.Settings.Frequency, c.Zone)
		return err
	})
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	if err := out.Encode(c.Compute(ps)); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return nil
}

// readFile reads a file that the caller named.
func readFile(name string, read func(io.Reader) error) error {
	f, err := os.Open(name) //nolint:gosec // a file the caller named
	if err != nil {
		return fmt.Errorf("read %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	if err := read(f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

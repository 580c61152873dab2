package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/energy"
	"foyer/internal/weather"
)

func newWeather() *cobra.Command {
	cmd := &cobra.Command{Use: "weather", Short: "Read how warm it was outdoors, from a station or an archive"}
	cmd.AddCommand(newWeatherRead(), newWeatherFetch(), newWeatherImport(), newWeatherPin(), newWeatherList())
	return cmd
}

func newWeatherRead() *cobra.Command {
	var station string
	var out weatherOutput
	cmd := &cobra.Command{
		Use:   "read FILE",
		Short: "Read a file of a station of Météo-France",
		Long: "Read takes an hourly or daily file of the climatological data of Météo-France, as\n" +
			"meteo.data.gouv.fr has them for each département, packed by gzip or not. It prints the\n" +
			"hourly temperatures that `foyer caltrack fit` reads, or with --json the means of local days\n" +
			"with how much of each was seen, and where they come from. What the producer doubts is left out.",
		Example: "  foyer weather read H_75_latest-2024-2025.csv.gz --station 75114001 > t.csv",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("give one file")}
			}
			var s weather.Series
			err := readFile(args[0], func(r io.Reader) (err error) {
				s, err = weather.ReadMeteoFrance(r, station)
				return err
			})
			if err != nil {
				return err
			}
			return out.write(cmd.OutOrStdout(), s)
		},
	}
	cmd.Flags().StringVar(&station, "station", "", "number of the station; not needed when the file has one alone")
	out.flags(cmd)
	return cmd
}

func newWeatherFetch() *cobra.Command {
	var at, from, to string
	var out weatherOutput
	cmd := &cobra.Command{
		Use:   "fetch",
		Short: "Ask Open-Meteo's archive",
		Long: "Fetch asks archive-api.open-meteo.com for the hourly temperatures of a place, and prints\n" +
			"them as `foyer weather read` does. The place is rounded to a tenth of a degree before it is\n" +
			"sent. Nothing in Foyer asks but this, `foyer weather import --fetch`, and jobs where the\n" +
			"configuration says weather.place.",
		Example: "  foyer weather fetch --at 45.8,4.8 --from 2023-01-01 --to 2023-12-31 > t.csv",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := fetchWeather(cmd, at, from, to)
			if err != nil {
				return err
			}
			return out.write(cmd.OutOrStdout(), s)
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "LATITUDE,LONGITUDE in degrees, like 45.8,4.8")
	cmd.Flags().StringVar(&from, "from", "", "first day, like 2023-01-01")
	cmd.Flags().StringVar(&to, "to", "", "last day")
	out.flags(cmd)
	return cmd
}

// flagged names the flag that does not read as a day.
func flagged(name, value string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("--%s %q: want a day like 2023-01-31", name, value)
}

// A weatherOutput is how temperatures are printed.
type weatherOutput struct {
	json *bool
	zone string
}

func (o *weatherOutput) flags(cmd *cobra.Command) {
	o.json = jsonFlag(cmd)
	cmd.Flags().StringVar(&o.zone, "zone", "Europe/Paris", "zone of the local days of --json")
}

// A weatherPage is what --json prints.
type weatherPage struct {
	Source  weather.Source `json:"source"`
	Zone    string         `json:"zone"`
	Days    []weatherDay   `json:"days"`
	Missing int            `json:"missing_days"` // between the first and the last
}

// A weatherDay is a local day.
type weatherDay struct {
	Day  string          `json:"day"`
	Mean json.RawMessage `json:"mean_c"` // an exact decimal
	Seen float64         `json:"coverage"`
}

func (o *weatherOutput) write(w io.Writer, s weather.Series) error {
	if !*o.json {
		return writeHours(w, s.Held)
	}
	zone, err := time.LoadLocation(o.zone)
	if err != nil {
		return usageError{fmt.Errorf("--zone %q: want a name like Europe/Paris", o.zone)}
	}
	page := weatherPage{Source: s.Source, Zone: o.zone, Days: []weatherDay{}}
	days := s.Days(zone)
	for i, d := range days {
		if i > 0 {
			page.Missing += d.Day.Sub(days[i-1].Day) - 1
		}
		page.Days = append(page.Days, weatherDay{d.Day.String(), json.RawMessage(exact(d.Mean, 3)), float64(d.Seen) / float64(d.Of)})
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	if err := out.Encode(page); err != nil {
		return fmt.Errorf("write weather: %w", err)
	}
	return nil
}

// writeHours prints hourly temperatures; a day's mean stands in each of its hours.
func writeHours(w io.Writer, held []energy.Held) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"hour_start_utc", "temp_C"}}
	for _, h := range held {
		for at := h.From; at.Before(h.To); at = at.Add(time.Hour) {
			rows = append(rows, []string{at.Format(time.RFC3339), exact(h.Value, 3)})
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write weather: %w", err)
	}
	return nil
}

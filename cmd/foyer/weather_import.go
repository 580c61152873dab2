package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/weather"
)

func newWeatherImport() *cobra.Command {
	var station, at, from, to string
	var fetch bool
	cmd := &cobra.Command{
		Use:   "import [FILE]",
		Short: "Keep the weather of a station or an archive for the pilot",
		Long: "Import reads a file of a station of Météo-France as `foyer weather read` does, or with --fetch\n" +
			"asks Open-Meteo's archive as `foyer weather fetch` does, and keeps its local days and its hours\n" +
			"with where they come from. Who is believed of a day: of those who saw nine tenths of it, the\n" +
			"pilot's own sensors, then a station, then an archive; else who saw most; `foyer weather pin`\n" +
			"decides otherwise. What was read before of the same source stays written down. The next pass\n" +
			"of jobs computes again what the days change. The same file twice is kept once.",
		Example: "  foyer weather import H_69_latest-2025-2026.csv.gz --station 69029001 --dry-run\n" +
			"  foyer weather import --fetch --at 45.8,4.8 --from 2025-01-01 --to 2025-12-31",
	}
	path, dry, asJSON := configFlag(cmd), cmd.Flags().Bool("dry-run", false, "say what would be kept and write nothing"), jsonFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&station, "station", "", "number of the station; not needed when the file has one alone")
	f.BoolVar(&fetch, "fetch", false, "ask Open-Meteo's archive instead of reading a file")
	f.StringVar(&at, "at", "", "with --fetch: LATITUDE,LONGITUDE in degrees, like 45.8,4.8")
	f.StringVar(&from, "from", "", "with --fetch: first day, like 2025-01-01")
	f.StringVar(&to, "to", "", "with --fetch: last day")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if fetch != (len(args) == 0) || len(args) > 1 {
			return usageError{errors.New("give one file, or --fetch")}
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			var s weather.Series
			var err error
			if fetch {
				s, err = fetchWeather(cmd, at, from, to)
			} else {
				err = readFile(args[0], func(r io.Reader) (err error) {
					s, err = weather.ReadMeteoFrance(r, station)
					return err
				})
			}
			if err != nil {
				return err
			}
			return importWeather(cmd, o, s, *dry, *asJSON)
		})
	}
	return cmd
}

// fetchWeather asks Open-Meteo's archive for a place and days.
func fetchWeather(cmd *cobra.Command, at, from, to string) (weather.Series, error) {
	place, err := weather.ParsePlace(at)
	first, err1 := energy.ParseDay(from)
	last, err2 := energy.ParseDay(to)
	if err := errors.Join(err, flagged("from", from, err1), flagged("to", to, err2)); err != nil {
		return weather.Series{}, usageError{err}
	}
	return weather.NewArchive().Hours(cmd.Context(), place, first, last.Add(1))
}

// An importedWeather says what an import comes to.
type importedWeather struct {
	Source  weather.Source `json:"source"`
	From    string         `json:"from"`
	To      string         `json:"to"` // the last day
	Days    int            `json:"days"`
	Whole   int            `json:"whole_days"`   // of which nine tenths are known
	Missing int            `json:"missing_days"` // between the first and the last
	Kept    bool           `json:"kept"`
	Why     string         `json:"why_not,omitempty"` // "dry_run", "already_imported"
}

func importWeather(cmd *cobra.Command, o *app.Office, s weather.Series, dry, asJSON bool) error {
	x := s.Import(o.Config.Pilot.ID, o.Zone, o.World.Now())
	if len(x.Days) == 0 {
		return errors.New("there is no temperature to keep")
	}
	first, last := x.Days[0].Day, x.Days[len(x.Days)-1].Day
	said := importedWeather{Source: s.Source, From: first.String(), To: last.String(), Days: len(x.Days), Missing: last.Sub(first) + 1 - len(x.Days), Why: "dry_run"}
	for _, d := range x.Days {
		if weather.Whole(d) {
			said.Whole++
		}
	}
	if !dry {
		var err error
		if said.Kept, err = o.Records.ImportWeather(cmd.Context(), x); err != nil {
			return err
		}
		said.Why = ""
		if !said.Kept {
			said.Why = "already_imported"
		}
	}
	if asJSON {
		out := json.NewEncoder(cmd.OutOrStdout())
		out.SetEscapeHTML(false)
		return out.Encode(said)
	}
	what := map[string]string{"": "kept", "dry_run": "can be kept; nothing was written", "already_imported": "are kept already"}[said.Why]
	return say(cmd, "%s: %d days from %s to %s, %d of them whole, %d missing between; %s", x.Source, said.Days, said.From, said.To, said.Whole, said.Missing, what)
}

func newWeatherList() *cobra.Command {
	var from, to, asOf string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the weather of the pilot by day, and who is believed",
		Long: "List shows each day with its mean temperature, how much of it is known and by whom; with\n" +
			"--imports what was imported; with --as-of what was believed at an instant of the past.",
		Example: "  foyer weather list --from 2026-01-01 --to 2026-01-31\n  foyer weather list --imports --json",
		Args:    noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	imports := cmd.Flags().Bool("imports", false, "list what was imported instead")
	cmd.Flags().StringVar(&from, "from", "", "first day; 30 days ago by default")
	cmd.Flags().StringVar(&to, "to", "", "last day; today by default")
	cmd.Flags().StringVar(&asOf, "as-of", "", "instant of the past, RFC 3339")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			if *imports {
				all, err := o.Records.WeatherImports(cmd.Context(), o.Config.Pilot.ID)
				if err != nil {
					return err
				}
				return printRows(cmd.OutOrStdout(), *asJSON, []string{"id", "source", "name", "measure", "licence", "doubtful_values", "sha256", "imported"}, importRows(all, o.Zone))
			}
			last := energy.DayOf(o.World.Now(), o.Zone)
			first := last.Add(-30)
			if err := errors.Join(dayInto("from", from, &first), dayInto("to", to, &last)); err != nil {
				return usageError{err}
			}
			days, err := o.Records.Weather(cmd.Context(), o.Config.Pilot.ID, first, last.Add(1))
			if asOf != "" {
				at, failed := time.Parse(time.RFC3339, asOf)
				if failed != nil {
					return usageError{fmt.Errorf("--as-of %q: want an instant, 2026-11-25T12:00:00+01:00", asOf)}
				}
				days, err = o.Records.WeatherAsOf(cmd.Context(), o.Config.Pilot.ID, first, last.Add(1), at)
			}
			if err != nil {
				return err
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"day", "mean_c", "coverage", "source"}, weatherRows(days))
		})
	}
	return cmd
}

// dayInto reads a day into to; "" leaves it as it is.
func dayInto(name, value string, to *energy.Day) error {
	if value == "" {
		return nil
	}
	d, err := energy.ParseDay(value)
	if err == nil {
		*to = d
	}
	return flagged(name, value, err)
}

func weatherRows(days []household.Weather) [][]string {
	var rows [][]string
	for _, d := range days {
		rows = append(rows, []string{d.Day.String(), exact(d.Mean, 3), strconv.FormatFloat(float64(d.Seen)/float64(d.Of), 'f', 3, 64), d.Source.String()})
	}
	return rows
}

func importRows(all []household.WeatherImport, zone *time.Location) [][]string {
	var rows [][]string
	for _, x := range all {
		rows = append(rows, []string{
			strconv.FormatInt(x.ID, 10), x.Source.String(), x.Name, x.Measure, x.Licence, strconv.Itoa(x.Left), x.Digest, x.At.In(zone).Format(time.DateTime),
		})
	}
	return rows
}

func newWeatherPin() *cobra.Command {
	var source, from, to string
	cmd := &cobra.Command{
		Use:   "pin SOURCE",
		Short: "Say who is to be believed of some days, whatever others say",
		Long: "SOURCE is sensor, or as `foyer weather list` names it: meteo_france:69029001. Days of which it\n" +
			"says nothing are decided as the others. What is said stays written down; --undo takes it back.",
		Example: `  foyer weather pin meteo_france:69029001 --from 2025-10-01 --to 2026-04-30 --by "A. Roy" --why "our sensor hung in the sun"`,
		Args:    oneArg("a source"),
	}
	path, word := configFlag(cmd), wordFlags(cmd)
	cmd.Flags().StringVar(&from, "from", "", "first day")
	cmd.Flags().StringVar(&to, "to", "", "last day")
	undo := cmd.Flags().Bool("undo", false, "decide these days as the others again")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		source = args[0]
		kind, place, _ := strings.Cut(source, ":")
		p := household.WeatherPin{Source: household.WeatherSource{Kind: household.WeatherKind(kind), Place: place}, Undone: *undo, By: word.By, Why: word.Why}
		if from == "" || to == "" {
			return usageError{errors.New("give --from and --to")}
		}
		if err := errors.Join(dayInto("from", from, &p.From), dayInto("to", to, &p.To)); err != nil {
			return usageError{err}
		}
		p.To = p.To.Add(1)
		return inOffice(cmd, *path, func(o *app.Office) error {
			p.Pilot, p.At = o.Config.Pilot.ID, o.World.Now()
			if err := checkPin(cmd, o, p); err != nil {
				return err
			}
			return o.Records.PinWeather(cmd.Context(), p)
		})
	}
	return cmd
}

// checkPin returns what is wrong with a pin.
func checkPin(cmd *cobra.Command, o *app.Office, p household.WeatherPin) error {
	const most = 36_600
	switch {
	case strings.TrimSpace(p.By) == "" || strings.TrimSpace(p.Why) == "":
		return usageError{errors.New("--by, --why: say who says so and why: what is written down stays")}
	case !p.From.Before(p.To) || p.To.Sub(p.From) > most:
		return usageError{fmt.Errorf("--to %s: want a day from %s on, at most a century later", p.To.Add(-1), p.From)}
	case p.Source == household.WeatherSource{Kind: household.OwnSensor}:
		return nil
	}
	all, err := o.Records.WeatherImports(cmd.Context(), p.Pilot)
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Source == p.Source {
			return nil
		}
	}
	return usageError{fmt.Errorf("%q: nothing of that source was imported; want sensor, or one of `foyer weather list --imports`", p.Source)}
}

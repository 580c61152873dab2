package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"foyer/internal/tariff"
)

func newTariffDays() *cobra.Command {
	cmd := &cobra.Command{Use: "days", Short: "Tell Foyer the colours of days, as those of Tempo"}
	cmd.AddCommand(newDaysImport())
	return cmd
}

func newDaysImport() *cobra.Command {
	var known bookFlags
	var calendar, source, mark string
	cmd := &cobra.Command{
		Use:   "import FILE.csv",
		Short: "Add the colours of a list of days; all of them or none",
		Long: "Reads a list with a header of day and colour, separated by commas or semicolons: days as 2026-01-14\n" +
			"or 14/01/2026, colours as blue, white, red or bleu, blanc, rouge. The same list may be given again as\n" +
			"it grows: days that are known already are left out. What is added becomes a file of kind calendar in\n" +
			"the folder of tariffs, dated and with its source; `foyer serve` reads it at its next start and bills\n" +
			"the days again that it changes. With a fault nothing is written, and the command exits with 3.",
		Example: `  foyer tariff days import tempo.csv --source "RTE, tempo 2025-2026, read on 2026-04-02" --config foyer.yaml
  foyer tariff days import tempo.csv --source RTE --tariffs tariffs.d --dry-run`,
		Args: oneArg("a list of days"),
	}
	known.on(cmd)
	f := cmd.Flags()
	f.StringVar(&calendar, "calendar", "fr-tempo", "calendar that the days are of")
	f.StringVar(&source, "source", "", "where the colours were found")
	f.StringVar(&mark, "mark", "V", "how sure that is: V seen in a primary source, S in a secondary one, M from memory, C a convention")
	dry := f.Bool("dry-run", false, "say what would be added and write nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case strings.TrimSpace(source) == "":
			return usageError{errors.New("--source is missing: say where the colours were found")}
		case !slices.Contains([]string{"V", "S", "M", "C"}, mark):
			return usageError{fmt.Errorf("--mark %q: want V, S, M or C", mark)}
		}
		folder, err := known.where()
		if err != nil {
			return err
		}
		book, err := tariff.Open(folder)
		if err != nil {
			return err
		}
		var days []tariff.ColouredDay
		err = readFile(args[0], func(r io.Reader) error {
			var faults error
			if days, faults = book.ReadDays(r, filepath.ToSlash(args[0]), calendar); faults != nil {
				cmd.PrintErrln(visibleLines(faults.Error()))
				return errCheck
			}
			return nil
		})
		if err != nil {
			return err
		}
		if len(days) == 0 {
			return say(cmd, "every day of %s is known already; nothing was written", args[0])
		}
		first, last := days[0].Day, days[len(days)-1].Day
		if *dry {
			return say(cmd, "%d days from %s to %s can be added; nothing was written", len(days), first, last)
		}
		name := filepath.Join(folder, fmt.Sprintf("%s-%s-%s.yaml", calendar, first, last))
		text := tariff.CalendarFile(calendar, fmt.Sprintf("%s, %s to %s", calendar, first, last), source, mark, days)
		if err := addFile(name, text); err != nil {
			return err
		}
		return say(cmd, "%d days added in %s; restart foyer serve to bill them", len(days), name)
	}
	return cmd
}

// where returns the folder of the operator's own tariffs.
func (f *bookFlags) where() (string, error) {
	folder, err := f.of()
	if err == nil && folder == "" {
		err = usageError{errors.New("--config or --tariffs is missing: say where tariffs of your own lie")}
	}
	return folder, err
}

// addFile writes a file that is not there yet, whole or not at all.
func addFile(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // tariffs are public
		return err
	}
	t, err := os.CreateTemp(filepath.Dir(name), ".days-*")
	if err != nil {
		return err
	}
	_, err = t.Write(text)
	err = errors.Join(err, t.Chmod(0o644), t.Sync(), t.Close())
	if err == nil {
		err = os.Link(t.Name(), name)
	}
	return errors.Join(err, os.Remove(t.Name()))
}

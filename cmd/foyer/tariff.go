package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"foyer/internal/config"
	"foyer/internal/energy"
	"foyer/internal/tariff"
)

func newTariff() *cobra.Command {
	cmd := &cobra.Command{Use: "tariff", Short: "Check tariffs, and say what energy costs under them"}
	cmd.AddCommand(newTariffCheck(), newTariffList(), newTariffPrice(), newTariffPreview(), newTariffDays())
	return cmd
}

// bookFlags let a command know tariffs of the operator's own.
type bookFlags struct{ config, folder string }

func (f *bookFlags) on(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.config, "config", "", "configuration file whose tariffs are known too")
	cmd.Flags().StringVar(&f.folder, "tariffs", "", "folder of tariff files that are known too")
}

func (f *bookFlags) open() (*tariff.Book, error) {
	folder, err := f.of()
	if err != nil {
		return nil, err
	}
	return tariff.Open(folder)
}

// of returns the folder of tariffs that the flags name; "" for none.
func (f *bookFlags) of() (string, error) {
	if f.folder != "" {
		if _, err := os.Stat(f.folder); err != nil {
			return "", usageError{fmt.Errorf("--tariffs: %w", err)}
		}
		return f.folder, nil
	}
	if f.config == "" {
		return "", nil
	}
	c, err := config.Load(f.config)
	if err != nil {
		return "", err
	}
	return c.Tariffs.Folder, nil
}

func newTariffCheck() *cobra.Command {
	var known bookFlags
	cmd := &cobra.Command{
		Use:   "check FILE.yaml…",
		Short: "Report every fault of tariff files, with line and column",
		Long: "Checks files of any kind: tariff, calendar, taxes, calorific. What they refer to may stand in\n" +
			"another of them, come with Foyer or lie in the folder of --tariffs. The format is told in\n" +
			"docs/reference/tariffs.md, and to editors in docs/reference/tariff.schema.json.",
		Example: "  foyer tariff check tariffs.d/*.yaml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("give tariff files")}
			}
			return nil
		},
	}
	known.on(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		book, err := known.open()
		if err != nil {
			return err
		}
		var faults []error
		for _, name := range args {
			text, err := os.ReadFile(name) //nolint:gosec // a file the caller named
			if err != nil {
				return usageError{err}
			}
			one, err := tariff.Parse(filepath.ToSlash(name), text)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			book = book.With(one)
		}
		if err := errors.Join(append(faults, book.Check())...); err != nil {
			cmd.PrintErrln(visibleLines(err.Error()))
			return errCheck
		}
		return say(cmd, "%s: ok", strings.Join(args, ", "))
	}
	return cmd
}

// visibleLines is visible for a text of several lines.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = visible(l)
	}
	return strings.Join(lines, "\n")
}

func newTariffList() *cobra.Command {
	var known bookFlags
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the tariffs that are known, their prices over time and where these were found",
		Example: "  foyer tariff list\n  foyer tariff list --config foyer.yaml --json",
		Args:    noArgs,
	}
	known.on(cmd)
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		book, err := known.open()
		if err != nil {
			return err
		}
		var rows [][]string
		for _, id := range book.IDs() {
			t, err := book.Tariff(id)
			if err != nil {
				return err
			}
			for _, v := range t.Versions {
				rows = append(rows, tariffRow(t, v))
			}
		}
		return printRows(cmd.OutOrStdout(), *asJSON, []string{"tariff", "fuel", "from", "until", "eur_per_kwh", "eur_per_year", "mark", "source"}, rows)
	}
	return cmd
}

// tariffRow shows a version of a tariff.
func tariffRow(t *tariff.Tariff, v tariff.Version) []string {
	prices := make([]string, len(v.Energy))
	for i, p := range v.Energy {
		prices[i] = p.Period + " " + p.PerKWh.String()
		if p.UpToKVA > 0 {
			prices[i] += " up to " + strconv.Itoa(p.UpToKVA) + " kVA"
		}
	}
	standing := make([]string, 0, len(v.Standing))
	for _, kva := range v.Standing.Powers() {
		s, _ := v.Standing.Of(kva)
		of := strconv.Itoa(kva) + " kVA "
		if kva == 0 {
			of = ""
		}
		standing = append(standing, of+s.StringFixed(2))
	}
	if len(standing) == 0 {
		standing = []string{"unknown"}
	}
	until := ""
	if v.Until != (energy.Day{}) {
		until = v.Until.String()
	}
	return []string{t.ID, string(t.Fuel), v.From.String(), until, strings.Join(prices, ", "), strings.Join(standing, ", "), v.Mark, v.Source}
}

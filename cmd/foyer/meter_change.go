package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

// wordFlags adds --by and --why to a command whose effect stays written down.
func wordFlags(cmd *cobra.Command) *registry.Word {
	var w registry.Word
	cmd.Flags().StringVar(&w.By, "by", "", "who says so")
	cmd.Flags().StringVar(&w.Why, "why", "", "how you know: a letter, a visit, a call")
	return &w
}

// instantFlag reads --at, which must hold an instant.
func instantFlag(s string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, usageError{fmt.Errorf("--at %q: want an instant, 2026-11-25T12:00:00+01:00", s)}
	}
	return at, nil
}

func newMeterReplace() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "replace METER",
		Short: "Say that another meter hangs there from an instant on",
		Long: "The history stays one: what was used until --last is the old meter's, what was used from\n" +
			"--first on the new one's. Give the indexes that the fitter wrote down, in kWh or m3; a\n" +
			"meter of several registers wants each by its name, --last hc=8123.4 --last hp=12007.9.\n" +
			"Without them what was used between the readings around is unknown, never made up.\n" +
			"Where another device speaks from then on, --new names it. Said again for the same\n" +
			"instant it corrects; --undo takes it back.",
		Example: `  foyer meter replace m4k7xq2pz --at 2026-11-25T10:30:00+01:00 --last 48210.7 --first 0 --by "A. Roy" --why "fitter's note"
  foyer meter replace m4k7xq2pz --new m9z2yk3aa --at 2026-11-25T10:30:00+01:00 --by "A. Roy" --why "visit"`,
		Args: oneArg("a meter"),
	}
	path, word := configFlag(cmd), wordFlags(cmd)
	f := cmd.Flags()
	at := f.String("at", "", "when it was replaced, RFC 3339")
	next := f.String("new", "", "the meter that speaks from then on; the same by default")
	last := f.StringArray("last", nil, "index of the old one at the end; may be repeated")
	first := f.StringArray("first", nil, "index of the new one at the start; may be repeated")
	undo := f.Bool("undo", false, "take back that it was replaced then")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		when, err := instantFlag(*at)
		if err != nil {
			return err
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			x := registry.Exchange{Meter: energy.MeterID(args[0]), New: energy.MeterID(*next), At: when, Undo: *undo, Word: *word}
			var err error
			if x.Last, err = indexes(cmd.Context(), o, "--last", *last, x.Meter); err != nil {
				return err
			}
			if x.First, err = indexes(cmd.Context(), o, "--first", *first, x.New, x.Meter); err != nil {
				return err
			}
			return o.Registry.Replace(cmd.Context(), x)
		})
	}
	return cmd
}

// indexes reads NAME=INDEX or INDEX in the unit that is shown, of the registers of
// the first meter that has any.
func indexes(ctx context.Context, o *app.Office, flag string, given []string, meters ...energy.MeterID) (map[energy.Register]int64, error) {
	var known []energy.Register
	for _, m := range meters {
		if m == "" || len(known) > 0 {
			continue
		}
		all, err := o.Registry.Registers(ctx, m)
		if err != nil {
			return nil, err
		}
		known = slices.DeleteFunc(all, func(r energy.Register) bool { return !r.Quantity().Cumulative() })
	}
	out := map[energy.Register]int64{}
	for _, s := range given {
		name, digits, named := strings.Cut(s, "=")
		if !named {
			name, digits = "", s
		}
		var of []energy.Register
		for _, r := range known {
			if !named || r.Name() == name || string(r) == name {
				of = append(of, r)
			}
		}
		if len(of) != 1 {
			return nil, usageError{fmt.Errorf("%s %q: say of which register as NAME=INDEX; the meter shows %v", flag, s, known)}
		}
		d, err := decimal.NewFromString(strings.Replace(digits, ",", ".", 1))
		if err != nil || d.IsNegative() {
			return nil, usageError{fmt.Errorf("%s %q: want an index in %s, 48210.7", flag, s, of[0].Quantity().Shown())}
		}
		out[of[0]] = d.Shift(int32(of[0].Quantity().ShownExponent()) + 3).Round(0).IntPart() //nolint:gosec // 0 or 3
	}
	return out, nil
}

func newMeterMove() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "move METER",
		Short: "Say that a meter is another household's from an instant on",
		Long: "What it measured until then stays the household's that had it; what it measures from\n" +
			"then on is the other's. `foyer household move-out` does so for all meters of a home.",
		Example: `  foyer meter move m4k7xq2pz --to "Foyer 02" --at 2026-12-01T00:00:00+01:00 --by "A. Roy" --why "plug lent on"`,
		Args:    oneArg("a meter"),
	}
	path, word := configFlag(cmd), wordFlags(cmd)
	at := cmd.Flags().String("at", "", "when it moved, RFC 3339")
	to := cmd.Flags().String("to", "", "label or id of the household that has it then")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		when, err := instantFlag(*at)
		if err != nil {
			return err
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			family, err := o.Family(cmd.Context(), *to)
			if err != nil {
				return err
			}
			meters, err := o.Registry.Meters(cmd.Context())
			if err != nil {
				return err
			}
			i := slices.IndexFunc(meters, func(m household.Meter) bool { return string(m.ID) == args[0] && m.Family != "" })
			if i < 0 {
				return fmt.Errorf("meter %q is no household's now; `foyer meter list` shows whose each is", args[0])
			}
			return o.Registry.Move(cmd.Context(), meters[i].ID, meters[i].Family, family.ID, when, *word)
		})
	}
	return cmd
}

func newMeterHistory() *cobra.Command {
	cmd := &cobra.Command{
		Use: "history METER", Short: "List what was said of a meter, and who said it", Example: "  foyer meter history m4k7xq2pz --json",
		Args: oneArg("a meter"),
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			all, err := o.Registry.History(cmd.Context(), energy.MeterID(args[0]))
			if err != nil {
				return err
			}
			var rows [][]string
			for _, c := range all {
				rows = append(rows, []string{
					c.At.In(o.Zone).Format(time.RFC3339), string(c.Kind), string(c.Register), shownIndex(c.Register, c.Last), shownIndex(c.Register, c.First),
					string(c.Family), c.By, c.Why, c.Said.In(o.Zone).Format(time.RFC3339),
				})
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"at", "what", "register", "last", "first", "household", "by", "why", "said"}, rows)
		})
	}
	return cmd
}

func shownIndex(r energy.Register, i household.Index) string {
	if !i.Known {
		return ""
	}
	return shownValue(r, i.Value)
}

// shownValue prints what a register shows in its unit for people.
func shownValue(r energy.Register, value int64) string {
	return decimal.New(value, -3-int32(r.Quantity().ShownExponent())).String() //nolint:gosec // 0 or 3
}

package main

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
)

// listUnknown prints the devices that nobody has claimed. It is the one place that
// shows what they say.
func listUnknown(cmd *cobra.Command, o *app.Office, asJSON bool) error {
	all, err := o.Registry.Unknown(cmd.Context())
	if err != nil {
		return err
	}
	health, err := o.Records.Health(cmd.Context())
	if err != nil {
		return err
	}
	held := map[energy.MeterID]app.Held{}
	q, err := o.OpenQuarantine(cmd.Context(), newLogger(cmd.ErrOrStderr(), o.Config.Log))
	switch {
	case errors.Is(err, app.ErrNoSpool): // another machine takes messages in
	case err != nil:
		return err
	default:
		waiting, err := q.Held(cmd.Context())
		if err := errors.Join(err, q.Close()); err != nil {
			return err
		}
		for _, h := range waiting {
			held[h.Meter] = h
		}
	}
	var rows [][]string
	for _, m := range all {
		row := []string{
			string(m.ID), m.Gateway, deviceNames(m), health[m.ID].Dialect, m.FirstSeen.In(o.Zone).Format("2006-01-02 15:04"), "0", "", "",
		}
		if h, ok := held[m.ID]; ok {
			row[5], row[6] = strconv.Itoa(h.Readings), h.Since.In(o.Zone).Format("2006-01-02 15:04")
			row[7] = lastValues(h.Last)
		}
		rows = append(rows, row)
	}
	header := []string{"id", "gateway", "device", "dialect", "first_seen", "waiting", "waiting_since", "last"}
	return printRows(cmd.OutOrStdout(), asJSON, header, rows)
}

// lastValues writes readings as "energy_import/hc 7970.903 kWh", joined by commas.
func lastValues(rs []energy.Reading) string {
	var all []string
	for _, r := range rs {
		q := r.Register.Quantity()
		all = append(all, string(r.Register)+" "+exact(r.Value, 3+q.ShownExponent())+" "+q.Shown())
	}
	return strings.Join(all, ", ")
}

func newMeterClocks() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "clocks",
		Short: "List devices whose clock is wrong",
		Long: "Compares each device's own time with when its messages arrive. A clock is\n\n" +
			"  unset        before the year 2000: the device started and nobody told it the time\n" +
			"  ahead        more than 5 minutes fast\n" +
			"  hour_ahead   an hour fast: summer time in winter, or a wrong zone\n" +
			"  behind       steadily more than 5 minutes slow, for half an hour or more\n" +
			"  hour_behind  an hour slow: winter time in summer, or a wrong zone\n\n" +
			"Of clocks that are ahead or unset the arrival counts instead. Those that are behind are believed,\n" +
			"because a message may be late: set the clock of the device. Nothing is corrected afterwards.",
		Example: "  foyer meter clocks\n  foyer meter clocks --all --json",
		Args:    noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	every := cmd.Flags().Bool("all", false, "good clocks too, and devices without one")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			health, err := o.Records.Health(cmd.Context())
			if err != nil {
				return err
			}
			meters, err := o.Registry.Meters(cmd.Context())
			if err != nil {
				return err
			}
			var rows [][]string
			for _, m := range meters {
				h, heard := health[m.ID]
				fault := h.Clock != "" && h.Clock != energy.ClockGood
				if !heard || !fault && !*every {
					continue
				}
				row := []string{string(m.ID), m.Gateway, deviceNames(m), string(h.Clock), "", "", h.Seen.In(o.Zone).Format("2006-01-02 15:04")}
				if h.Clock != "" {
					row[4], row[5] = h.Offset.Round(time.Second).String(), h.Since.In(o.Zone).Format("2006-01-02 15:04")
				}
				rows = append(rows, row)
			}
			header := []string{"id", "gateway", "device", "clock", "offset", "since", "seen"}
			return printRows(cmd.OutOrStdout(), *asJSON, header, rows)
		})
	}
	return cmd
}

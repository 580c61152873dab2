package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/registry"
)

func newMeter() *cobra.Command {
	cmd := &cobra.Command{Use: "meter", Short: "List, claim, replace, move, release and ignore meters, and look at their clocks"}
	cmd.AddCommand(newMeterList(), newMeterClaim(), newMeterReplace(), newMeterMove(), newMeterRelease(), newMeterIgnore(),
		newMeterHistory(), newMeterClocks(), newMeterDoubts(), newMeterAccept(), newMeterReject())
	return cmd
}

func newMeterList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List meters; with --unknown those that nobody has claimed",
		Long: "With --unknown it lists the devices that were heard and are nobody's: what Foyer reads them\n" +
			"as, and on the machine that takes messages in also how many readings wait, since when, and the\n" +
			"last of each register. They wait at most 24 hours. `foyer meter claim` keeps them, `foyer meter\n" +
			"ignore` drops them.",
		Example: "  foyer meter list\n  foyer meter list --unknown --json",
		Args:    noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	unknown := cmd.Flags().Bool("unknown", false, "only devices that were heard and are nobody's")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			if *unknown {
				return listUnknown(cmd, o, *asJSON)
			}
			all, err := o.Registry.Meters(cmd.Context())
			if err != nil {
				return err
			}
			var rows [][]string
			for _, m := range all {
				rows = append(rows, []string{
					string(m.ID), m.Gateway, deviceNames(m), string(m.State), string(m.Role), string(m.Family),
					m.FirstSeen.In(o.Zone).Format("2006-01-02 15:04"),
				})
			}
			return printRows(cmd.OutOrStdout(), *asJSON, []string{"id", "gateway", "device", "state", "role", "household", "first_seen"}, rows)
		})
	}
	return cmd
}

func deviceNames(m household.Meter) string {
	var names []string
	for _, d := range m.Devices {
		names = append(names, d.Scheme+"/"+d.ID)
	}
	return strings.Join(names, " ")
}

func newMeterClaim() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "claim METER",
		Short: "Say whose readings a meter's are",
		Long: "METER is an id of `foyer meter list`, or GATEWAY/SCHEME/DEVICE for a device that has\n" +
			"not spoken yet. An outdoor sensor belongs to the pilot: give it no household. Claim a\n" +
			"household's own meter again to date it further back or to correct --kva.",
		Example: `  foyer meter claim m4k7xq2pz --household "Foyer 01" --role electricity
  foyer meter claim gw-01/tasmota/linky --household "Foyer 01" --role electricity --kva 6`,
		Args: oneArg("a meter"),
	}
	path := configFlag(cmd)
	f := cmd.Flags()
	home := f.String("household", "", "label or id of the family")
	role := f.String("role", "electricity", fmt.Sprintf("what it measures: %v", household.Roles))
	from := f.String("from", "", "since when its readings are the family's, RFC 3339; when it was first heard by default")
	kva := f.Int64("kva", 0, "subscribed power, to tell a glitch from use")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			c := registry.Claim{Meter: energy.MeterID(args[0]), Role: household.Role(*role), MaxPower: *kva * 1_000_000}
			if parts := strings.SplitN(args[0], "/", 3); len(parts) == 3 {
				m, err := o.Registry.Lookup(cmd.Context(), registry.DeviceRef{Gateway: parts[0], Scheme: parts[1], ID: parts[2]})
				if err != nil {
					return err
				}
				c.Meter = m.ID
			}
			if *home != "" {
				family, err := o.Family(cmd.Context(), *home)
				if err != nil {
					return err
				}
				c.Family = family.ID
			}
			if *from != "" {
				at, err := time.Parse(time.RFC3339, *from)
				if err != nil {
					return usageError{fmt.Errorf("--from %q: want an instant, 2026-11-25T00:00:00+01:00", *from)}
				}
				c.From = at
			}
			switch err := o.Registry.Claim(cmd.Context(), c); {
			case errors.Is(err, registry.ErrUnknown):
				return fmt.Errorf("%w: %q; `foyer meter list --unknown` shows those that were heard", err, args[0])
			case errors.Is(err, registry.ErrClaimed):
				return fmt.Errorf("%w; `foyer meter list` shows whose", err)
			case err != nil:
				return err
			}
			return say(cmd, "%s", c.Meter)
		})
	}
	return cmd
}

func newMeterRelease() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "release METER",
		Short: "End that a meter is a household's: it was replaced, or the family moved",
		Long: "What it measured until then stays the household's. From then on it is nobody's, and\n" +
			"waits to be claimed.",
		Example: "  foyer meter release m4k7xq2pz --at 2026-11-25T12:00:00+01:00 --yes",
		Args:    oneArg("a meter"),
	}
	path, sure := configFlag(cmd), yesFlag(cmd)
	at := cmd.Flags().String("at", "", "when it ended, RFC 3339; now by default")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !*sure {
			return errNotSure
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			end := o.World.Now()
			if *at != "" {
				var err error
				if end, err = time.Parse(time.RFC3339, *at); err != nil {
					return usageError{fmt.Errorf("--at %q: want an instant, 2026-11-25T12:00:00+01:00", *at)}
				}
			}
			err := o.Registry.Release(cmd.Context(), energy.MeterID(args[0]), end)
			if errors.Is(err, registry.ErrUnknown) {
				return fmt.Errorf("%w: %q is nobody's at that instant; `foyer meter list` shows whose each is", err, args[0])
			}
			return err
		})
	}
	return cmd
}

func newMeterIgnore() *cobra.Command {
	cmd := &cobra.Command{
		Use: "ignore METER", Short: "Drop what a meter says from now on", Example: "  foyer meter ignore m4k7xq2pz",
		Args: oneArg("a meter"),
	}
	path := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			return o.Registry.Ignore(cmd.Context(), energy.MeterID(args[0]))
		})
	}
	return cmd
}

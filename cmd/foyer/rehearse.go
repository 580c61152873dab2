package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/simulators"
)

// rehearse enrols the homes in the pilot of --config and writes the passwords of
// their gateways to a file that is not there yet.
func (s *simulation) rehearse(cmd *cobra.Command, town *simulators.Town) error {
	return inOffice(cmd, *s.config, func(o *app.Office) error {
		f, err := os.OpenFile(s.credentials, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			return usageError{fmt.Errorf("--credentials %s: the file is there already and is left as it is; name another", s.credentials)}
		}
		if err != nil {
			return err
		}
		settled, err := o.Rehearse(cmd.Context(), town)
		if err != nil {
			return errors.Join(err, f.Close(), os.Remove(s.credentials))
		}
		if err := errors.Join(writeCredentials(f, settled.Passwords), f.Close()); err != nil {
			return err
		}
		return say(cmd, "%d homes enrolled in the pilot %s. When the broker knows the gateways of %s, publish:\n%s",
			len(settled.Families), o.Config.Pilot.ID, s.credentials, s.again(cmd, town, o.Config.Broker.URL))
	})
}

// writeCredentials writes gateway:password lines, in the order of the gateways.
func writeCredentials(w io.Writer, passwords map[string]string) error {
	var b strings.Builder
	for _, gateway := range slices.Sorted(maps.Keys(passwords)) {
		fmt.Fprintf(&b, "%s:%s\n", gateway, passwords[gateway])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// again returns the command that lets the homes publish from now on, to the broker of
// the configuration.
func (s *simulation) again(cmd *cobra.Command, town *simulators.Town, broker string) string {
	words := []string{"foyer simulate"}
	for _, name := range []string{"scenario", "homes", "seed", "days"} {
		if f := cmd.Flags().Lookup(name); f.Changed {
			words = append(words, "--"+name, f.Value.String())
		}
	}
	words = append(words, "--start", town.Scenario.Start, "--now --broker", strings.Replace(broker, "embedded://", "mqtt://", 1), "--credentials", s.credentials)
	return strings.Join(words, " ")
}

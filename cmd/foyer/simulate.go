package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/simulators"
)

// A simulation is what the flags of `foyer simulate` ask for.
type simulation struct {
	scenario, start        string
	seed                   uint64
	homes, days            int
	broker, credentials    string
	config                 *string
	oracle, history, acked string
	printed, asJSON        bool
	enrol, now             bool
	speed                  float64
	during                 time.Duration
	live                   bool // the town's time is the wall clock's
}

func newSimulate() *cobra.Command {
	var s simulation
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Publish what simulated homes' meters would send",
		Long: "Builds homes with walls, heaters, tanks and people from a scenario and a seed,\n" +
			"and publishes what their meters would send, in the bytes of real devices, to any\n" +
			"MQTT broker. Writes down what each register showed at each half-hour.\n\n" +
			"A scenario is a YAML file; simulators/testdata/scenario.yaml has every key.\n\n" +
			"To rehearse a pilot, --enrol makes the homes the families of the empty pilot of\n" +
			"--config, brings in their past, writes the passwords of their gateways to the new file\n" +
			"--credentials, and prints the command that publishes from then on.",
		Example: "  foyer simulate --print --homes 2 --days 1 | foyer decode\n" +
			"  foyer simulate --broker mqtt://127.0.0.1:1883 --credentials gateways.txt --speed 600\n" +
			"  foyer simulate --scenario winter.yaml --seed 7 --oracle oracle.jsonl --history past.csv\n" +
			"  foyer simulate --enrol --config rehearsal.yaml --credentials gateways.txt",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&s.scenario, "scenario", "", "scenario file; without one, --homes homes of all kinds")
	f.IntVar(&s.homes, "homes", 12, "number of homes when there is no scenario file")
	f.Uint64Var(&s.seed, "seed", 0, "instead of the scenario's seed")
	f.StringVar(&s.start, "start", "", "instead of the scenario's start: 2026-11-10, 2026-11-10T20:00 or RFC 3339; now by default")
	f.IntVar(&s.days, "days", 0, "instead of the scenario's days; 0 never ends")
	s.config = f.String("config", "foyer.yaml", "configuration file of the pilot, with --enrol")
	f.BoolVar(&s.enrol, "enrol", false, "make the homes the families of an empty pilot")
	f.BoolVar(&s.now, "now", false, "leave out what was sent before now and keep pace with the clock")
	f.StringVar(&s.broker, "broker", "", "publish to this broker, mqtt://host:port or mqtts://host:port")
	f.StringVar(&s.credentials, "credentials", "", "file of gateway:password lines; --enrol writes it")
	f.Float64Var(&s.speed, "speed", 1, "how many times faster than life; 0 is as fast as the broker acknowledges")
	f.DurationVar(&s.during, "for", 0, "stop publishing after this time; 0 for when the scenario ends")
	f.StringVar(&s.acked, "acked", "", "write each acknowledged message to this file, one JSON line each")
	f.StringVar(&s.oracle, "oracle", "", "write what the registers show to this file, one JSON line each")
	f.StringVar(&s.history, "history", "", "write what was used before the start to this CSV file, which foyer readings import reads")
	f.BoolVar(&s.printed, "print", false, "print the messages as foyer decode reads them and publish nothing")
	f.BoolVar(&s.asJSON, "json", false, "print what was published as JSON")
	return cmd
}

func (s *simulation) run(cmd *cobra.Command) error {
	if err := s.check(); err != nil {
		return usageError{err}
	}
	town, err := s.town(cmd)
	if err != nil {
		return err
	}
	from, to := town.Span()
	if to.IsZero() && (s.printed || s.oracle != "") {
		return usageError{errors.New("--print and --oracle need an end: give --days, or days in the scenario")}
	}
	if s.enrol {
		if err := s.rehearse(cmd, town); err != nil {
			return err
		}
	}
	if s.history != "" {
		err := writeFile(s.history, func(w io.Writer) error { return simulators.WritePast(w, town.Past(), meterName) })
		if err != nil {
			return err
		}
	}
	if s.oracle != "" {
		if err := writeFile(s.oracle, func(w io.Writer) error { return town.WriteOracle(w, from, to) }); err != nil {
			return err
		}
	}
	if s.printed {
		return town.WriteMessages(cmd.OutOrStdout(), town.Emissions(from, time.Time{}))
	}
	if s.broker == "" {
		return nil
	}
	return s.publish(cmd, town)
}

// check refuses flags that do nothing, or not together.
func (s *simulation) check() error {
	switch {
	case s.broker == "" && !s.printed && s.oracle == "" && s.history == "" && !s.enrol:
		return errors.New("nothing to do: give --broker, --print, --oracle, --history or --enrol")
	case s.enrol && s.credentials == "":
		return errors.New("--enrol writes the passwords of the gateways: give --credentials, a file that is not there yet")
	case s.now && s.speed != 1:
		return errors.New("--now keeps pace with the clock: leave --speed out")
	}
	return nil
}

// town builds the scenario of the flags.
func (s *simulation) town(cmd *cobra.Command) (*simulators.Town, error) {
	scenario := simulators.Default(s.homes)
	if s.scenario != "" {
		b, err := os.ReadFile(s.scenario)
		if err != nil {
			return nil, usageError{err}
		}
		if scenario, err = simulators.Parse(b); err != nil {
			return nil, usageError{fmt.Errorf("%s: %w", s.scenario, err)}
		}
	}
	if cmd.Flags().Changed("seed") {
		scenario.Seed = s.seed
	}
	if s.start != "" {
		scenario.Start = s.start
	}
	if scenario.Start == "" {
		scenario.Start = app.Wall().Truncate(30 * time.Minute).Format(time.RFC3339)
		s.live = s.speed == 1
	}
	if cmd.Flags().Changed("days") {
		scenario.Days = s.days
	}
	town, err := simulators.Open(scenario)
	if err != nil {
		return nil, usageError{err}
	}
	return town, nil
}

// publish sends the town's messages to the broker.
func (s *simulation) publish(cmd *cobra.Command, town *simulators.Town) error {
	passwords, err := readCredentials(s.credentials)
	if err != nil {
		return usageError{err}
	}
	from, to := town.Span()
	fleet := simulators.Fleet{
		Broker: s.broker, Passwords: passwords, Hello: town.Hello,
		Until: simulators.Pace(from, s.speed, app.Wall), Now: app.Wall,
		Logger: slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)).With("component", "simulators"),
	}
	if s.now {
		from = app.Wall()
	}
	if s.now || s.live { // what is due already comes at once, the rest in its time
		fleet.Until = func(at time.Time) time.Duration { return at.Sub(app.Wall()) }
	}
	ctx := cmd.Context()
	if s.during > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, s.during)
		defer stop()
	}
	send := func(w io.Writer) error {
		if w != nil {
			fleet.Acked = simulators.Ledger(w)
		}
		return fleet.Run(ctx, watched(town.Emissions(from, time.Time{}), from, to, cmd.ErrOrStderr()))
	}
	if s.acked == "" {
		err = send(nil)
	} else {
		err = writeFile(s.acked, send)
	}
	if err != nil {
		return err
	}
	c := fleet.Counts()
	if s.asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(c)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d messages published, %d acknowledged, %d sent again, %d connections\n", c.Sent, c.Acked, c.Resent, c.Connects)
	return err
}

// watched passes emissions on and, on a terminal, says how far they are.
func watched(all iter.Seq[simulators.Emission], from, to time.Time, stderr io.Writer) iter.Seq[simulators.Emission] {
	f, ok := stderr.(*os.File)
	if !ok || to.IsZero() {
		return all
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return all
	}
	return func(yield func(simulators.Emission) bool) {
		began, told := app.Wall(), app.Wall()
		defer func() { _, _ = io.WriteString(f, "\r\033[K") }()
		for e := range all {
			if now := app.Wall(); now.Sub(told) > time.Second {
				told = now
				done := float64(e.Sent.Sub(from)) / float64(to.Sub(from))
				left := time.Duration(float64(now.Sub(began)) * (1 - done) / max(done, 0.001))
				_, _ = fmt.Fprintf(f, "\r\033[K%3.0f %%  %s  about %s left", 100*done, e.Sent.Format("2006-01-02 15:04"), left.Round(time.Second))
			}
			if !yield(e) {
				return
			}
		}
	}
}

// writeFile creates a file and lets fill write it. It is whole when writeFile returns nil.
func writeFile(name string, fill func(io.Writer) error) (err error) {
	f, err := os.Create(name) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return fill(f)
}

// readCredentials reads gateway:password lines.
func readCredentials(name string) (map[string]string, error) {
	passwords := map[string]string{}
	if name == "" {
		return passwords, nil
	}
	b, err := os.ReadFile(name) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(b)) {
		gateway, password, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		if !ok && strings.TrimSpace(line) != "" {
			return nil, fmt.Errorf("%s: want gateway:password on each line", name)
		}
		passwords[gateway] = password
	}
	return passwords, nil
}

// meterName is what a device is called in a file of past intervals.
func meterName(d simulators.Device) string { return d.Gateway + "/" + d.Scheme + "/" + d.ID }

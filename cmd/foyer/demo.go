package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
)

func newDemo() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run everything in one process with simulated homes",
		Long: "Runs the broker, the stores, the jobs, the pages and twelve simulated homes on this\n" +
			"machine alone, from yesterday evening on, 600 times faster until now. Nothing is sent\n" +
			"to anybody, and nothing stays when it ends.",
		Example: "  foyer demo\n  foyer demo --for 60s --json",
		Args:    noArgs,
	}
	during := cmd.Flags().Duration("for", 0, "end by itself after this time; 0 for Ctrl+C")
	seed := cmd.Flags().Uint64("seed", 1, "other homes, other weather; the same seed gives the same")
	asJSON := cmd.Flags().Bool("json", false, "print the addresses as one JSON line")
	verbose := cmd.Flags().Bool("verbose", false, "show the log")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *during < 0 {
			return usageError{fmt.Errorf("--for %v: want a time, 60s", *during)}
		}
		ctx := cmd.Context()
		if *during > 0 {
			var stop context.CancelFunc
			ctx, stop = context.WithTimeout(ctx, *during)
			defer stop()
		}
		level := slog.LevelError
		if *verbose {
			level = slog.LevelDebug
		}
		log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
		return runDemo(ctx, cmd, *seed, *asJSON, log)
	}
	return cmd
}

func runDemo(ctx context.Context, cmd *cobra.Command, seed uint64, asJSON bool, log *slog.Logger) (err error) {
	began := app.Wall()
	told := cmd.OutOrStdout()
	if asJSON {
		told = cmd.ErrOrStderr()
	}
	demo, err := app.OpenDemo(ctx, seed, log, func(line string) {
		at := app.Wall().Sub(began).Truncate(time.Second)
		_, _ = fmt.Fprintf(told, "[%02d:%02d] %s\n", int(at.Minutes()), int(at.Seconds())%60, line)
	})
	if err != nil {
		return err
	}
	defer func() {
		if closed := demo.Close(); err == nil {
			err = closed
		}
	}()
	l := demo.Links()
	if asJSON {
		if err := json.NewEncoder(cmd.OutOrStdout()).Encode(l); err != nil {
			return err
		}
	} else if err := say(cmd, "Demo running on this machine only. Stop: Ctrl+C (data is thrown away).\n"+
		"  Family page   %s   (others: …/m/2 to …/m/%d)\n"+
		"  Caseworker    %s\n"+
		"  API docs      %s\n"+
		"%d simulated homes, clock x600, broker %s", l.Family, demo.Homes(), l.Console, l.APIDocs, demo.Homes(), l.Broker); err != nil {
		return err
	}
	return demo.Run(ctx)
}

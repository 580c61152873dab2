package main

import (
	"errors"
	"io"
	"log/slog"
	"runtime/debug"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/config"
)

func newServe() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Take readings in, compute, and answer",
		Long: "Runs until it is told to stop (SIGINT or SIGTERM). What was acknowledged to a meter is\n" +
			"safe at any moment: it may also be killed.",
		Example: "  foyer serve --config foyer.yaml\n  foyer serve --config foyer.yaml --role jobs,api",
		Args:    noArgs,
	}
	path := configFlag(cmd)
	roles := cmd.Flags().String("role", "ingest,jobs,api", "parts of the work this process does")
	leave := cmd.Flags().Bool("leave", false, "for good: with --role ingest, take in what mosquitto still holds for this ingester, then end its session and stop")
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		r, err := app.ParseRoles(*roles)
		if err != nil {
			return usageError{err}
		}
		if *leave && r != (app.Roles{Ingest: true}) {
			return usageError{errors.New("--leave: want --role ingest beside it, and no other")}
		}
		c, err := config.Load(*path)
		if err != nil {
			return err
		}
		logger := newLogger(cmd.ErrOrStderr(), c.Log)
		// A start leaves several times as much garbage as it keeps. What it keeps lies closer
		// together when little gathers meanwhile.
		percent := debug.SetGCPercent(25)
		a, err := app.Open(cmd.Context(), c, app.Options{Roles: r, Log: logger, Leave: *leave})
		debug.SetGCPercent(percent)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Close()) }()
		debug.FreeOSMemory()
		logger.Info("running", "roles", *roles, "pages", a.Web(), "broker", a.Broker(), "version", app.Version())
		return a.Run(cmd.Context())
	}
	return cmd
}

// newLogger returns a logger as the configuration says.
func newLogger(w io.Writer, c config.Log) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Level)) // Validate has read it
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/jobs"
)

func newRetention() *cobra.Command {
	cmd := &cobra.Command{Use: "retention", Short: "Look at what the charter keeps no longer"}
	cmd.AddCommand(newRetentionStatus())
	return cmd
}

func newRetentionStatus() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show what was removed, and what the next run removes",
		Long: "`foyer serve` removes what is older than the charter says, once a day and at once when the charter\n" +
			"keeps less than before. This shows for each pilot when it last did, from which days on things are kept\n" +
			"by the charter as it is now, and what the next run removes if it begins now. It changes nothing.\n" +
			"`foyer charter set half_hour_days|month_years|alert_years|proof_years` changes how long; what is\n" +
			"gone does not come back.",
		Example: "  foyer retention status\n  foyer retention status --json",
		Args:    noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))
			return o.Compute(cmd.Context(), log, func(p *jobs.Planner) error {
				x, err := p.Expiring(cmd.Context())
				if err != nil {
					return err
				}
				if *asJSON {
					return json.NewEncoder(cmd.OutOrStdout()).Encode(expiringJSON(x))
				}
				return tellExpiring(cmd, x)
			})
		})
	}
	return cmd
}

// A keptJSON is the machine's view of one pilot.
type keptJSON struct {
	Pilot      string `json:"pilot"`
	LastRun    string `json:"last_run,omitempty"` // RFC 3339; absent before the first one
	HalfHours  string `json:"half_hours_from"`    // first days that are kept
	Days       string `json:"days_from"`
	Alerts     string `json:"alerts_from"`
	Proofs     string `json:"proofs_from"`
	Households int    `json:"households"` // that lose rows next
	Rows       int64  `json:"rows"`
	Meters     int    `json:"meters"` // that lose readings next
}

// A removalJSON is the machine's view of the next run.
type removalJSON struct {
	Pilots []keptJSON `json:"pilots"`
	Strays int        `json:"meters_of_nobody"`
	Odds   int64      `json:"conflicts_and_doubts"`
	Alerts int64      `json:"alerts"` // rows
	Proofs int64      `json:"proofs"`
}

func expiringJSON(x jobs.Expiring) removalJSON {
	out := removalJSON{Pilots: []keptJSON{}, Strays: x.Strays, Odds: x.Odds, Alerts: x.Alerts, Proofs: x.Proofs}
	for _, p := range x.Pilots {
		one := keptJSON{
			Pilot: p.Pilot, HalfHours: p.HalfHours.String(), Days: p.Days.String(), Alerts: p.Alerts.String(), Proofs: p.Proofs.String(),
			Households: p.Families, Rows: p.Rows, Meters: p.Meters,
		}
		if !p.At.IsZero() {
			one.LastRun = p.At.Format(time.RFC3339)
		}
		out.Pilots = append(out.Pilots, one)
	}
	return out
}

func tellExpiring(cmd *cobra.Command, x jobs.Expiring) error {
	if len(x.Pilots) == 0 {
		return say(cmd, "there is no household yet, and nothing to remove")
	}
	for _, p := range x.Pilots {
		last := "nothing was removed yet"
		if !p.At.IsZero() {
			last = "last run " + p.At.Format(time.RFC3339)
		}
		lines := []string{p.Pilot + ": " + last}
		for _, kept := range []struct {
			what string
			from energy.Day
			span int
			unit string
		}{
			{"readings and half-hours", p.HalfHours, p.Promise.HalfHourDays, "days"},
			{"days, months, bills and results", p.Days, p.Promise.MonthYears, "years"},
			{"alerts that were resolved", p.Alerts, p.Promise.AlertYears, "years"},
			{"proofs of agreements and reads", p.Proofs, p.Promise.ProofYears, "years"},
		} {
			lines = append(lines, fmt.Sprintf("  %s are kept from %s on (%d %s)", kept.what, kept.from, kept.span, kept.unit))
		}
		lines = append(lines, fmt.Sprintf("  next: %d rows of %d households, readings of %d meters", p.Rows, p.Families, p.Meters))
		if err := say(cmd, "%s", strings.Join(lines, "\n")); err != nil {
			return err
		}
	}
	return say(cmd, "next besides: %d conflicts and doubts, %d rows of alerts, %d proofs, readings of %d meters of nobody", x.Odds, x.Alerts, x.Proofs, x.Strays)
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
	"foyer/internal/household"
	"foyer/internal/jobs"
)

// A computation is what `foyer compute` was asked for.
type computation struct {
	from, to   string
	households []string
	verify     bool
	asJSON     *bool
}

func newCompute() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "compute",
		Short: "Compute figures from the readings again, exactly, or verify them",
		Long: "Compute brings usage, bills and results up to date, as the server does by itself. With --from or\n" +
			"--to it computes those days from the readings again; what comes out as it was is left alone, and\n" +
			"what comes out otherwise is added, so that what was known before stays. When it is interrupted,\n" +
			"the server or the next `foyer compute` ends it. It may run beside a server: they take turns.\n\n" +
			"With --verify nothing is changed: everything is computed in memory, and each thing that is not\n" +
			"stored to the byte as it comes out is told, with exit code 3. What waits to be computed is left\n" +
			"out and counted, and so is what stands since the charter keeps the readings it was computed from no\n" +
			"longer. Days are the pilot's; without --from and --to they are all there are.",
		Example: "  foyer compute\n  foyer compute --from 2026-10-01 --to 2026-10-31 --household 'Foyer 12'\n  foyer compute --verify --json",
		Args:    noArgs,
	}
	path := configFlag(cmd)
	c := computation{asJSON: jsonFlag(cmd)}
	c.flags(cmd)
	cmd.Flags().BoolVar(&c.verify, "verify", false, "change nothing, and tell what is not stored as it comes out")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		order, err := c.order()
		if err != nil {
			return err
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			labels := map[household.FamilyID]string{}
			families, err := o.Registry.Families(cmd.Context(), o.Config.Pilot.ID)
			if err != nil {
				return err
			}
			for _, f := range families {
				labels[f.ID] = f.Label
			}
			if err := c.choose(cmd.Context(), o, &order); err != nil {
				return err
			}
			bar := newProgressBar(cmd.ErrOrStderr())
			order.Progress = func(p jobs.Progress) { bar.show(p.Job, p.Done, p.Total) }
			log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))
			return o.Compute(cmd.Context(), log, func(p *jobs.Planner) error {
				if c.verify {
					return c.verified(cmd, p, order, labels, bar)
				}
				return c.computed(cmd, p, order, bar)
			})
		})
	}
	return cmd
}

func (c *computation) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.from, "from", "", "first day, 2026-10-01")
	f.StringVar(&c.to, "to", "", "last day")
	f.StringArrayVar(&c.households, "household", nil, "only this household, by label or id; may be given again")
}

// choose finds the households.
func (c *computation) choose(ctx context.Context, o *app.Office, order *jobs.Order) error {
	for _, name := range c.households {
		f, err := o.Family(ctx, name)
		if err != nil {
			return err
		}
		order.Families = append(order.Families, f.ID)
	}
	return nil
}

// order reads the days.
func (c *computation) order() (o jobs.Order, err error) {
	if c.from != "" {
		if o.From, err = energy.ParseDay(c.from); err != nil {
			return o, usageError{flagged("from", c.from, err)}
		}
	}
	if c.to != "" {
		last, err := energy.ParseDay(c.to)
		if err != nil {
			return o, usageError{flagged("to", c.to, err)}
		}
		o.To = last.Add(1)
	}
	if c.from != "" && c.to != "" && !o.From.Before(o.To) {
		return o, usageError{fmt.Errorf("--from %s: after --to %s", c.from, c.to)}
	}
	return o, nil
}

// computed computes, and tells what was done.
func (c *computation) computed(cmd *cobra.Command, p *jobs.Planner, o jobs.Order, bar *progressBar) error {
	compute := func() (jobs.Report, error) { return p.Recompute(cmd.Context(), o) }
	if c.from == "" && c.to == "" && len(c.households) == 0 {
		compute = func() (jobs.Report, error) { return p.BringUp(cmd.Context(), o.Progress) }
	}
	r, err := compute()
	bar.end()
	if err != nil {
		return err
	}
	if *c.asJSON {
		err = json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]int{
			"rolled_up": r.Rolled, "computed": r.Computed, "results": r.Results, "failed": r.Failed,
		})
	} else {
		err = say(cmd, "%d rolled up, %d computed, %d results added, %d failed", r.Rolled, r.Computed, r.Results, r.Failed)
	}
	if r.Failed > 0 {
		err = errors.Join(err, fmt.Errorf("%d households or stations could not be computed; they are tried again by the next pass", r.Failed))
	}
	return err
}

// verified verifies, and tells what differs.
func (c *computation) verified(cmd *cobra.Command, p *jobs.Planner, o jobs.Order, labels map[household.FamilyID]string, bar *progressBar) error {
	out := visibleJSON{cmd.OutOrStdout()}
	var faults error
	v, err := p.Verify(cmd.Context(), o, func(d jobs.Difference) {
		bar.end()
		faults = errors.Join(faults, c.tell(out, d, labels))
	})
	bar.end()
	if err = errors.Join(err, faults); err != nil {
		return err
	}
	if *c.asJSON {
		err = json.NewEncoder(out).Encode(map[string]int{
			"households": v.Families, "figures": v.Figures, "waiting": v.Waiting, "decayed": v.Decayed, "differences": v.Differences, "failed": v.Failed,
		})
	} else {
		err = say(cmd, "%d households and pilots, %d figures compared, %d wait to be computed, %d differ, %d failed",
			v.Families, v.Figures, v.Waiting, v.Differences, v.Failed)
		if v.Decayed > 0 {
			err = errors.Join(err, say(cmd, "%d days, bills and results stand as they are: the charter keeps what they were computed from no longer", v.Decayed))
		}
	}
	switch {
	case err != nil:
		return err
	case v.Failed > 0:
		return fmt.Errorf("%d households or pilots could not be compared", v.Failed)
	case v.Differences > 0:
		return errCheck
	}
	return nil
}

// tell prints a difference.
func (c *computation) tell(w io.Writer, d jobs.Difference, labels map[household.FamilyID]string) error {
	who := labels[d.Family]
	if d.Family == "" {
		who = d.Pilot
	}
	if *c.asJSON {
		return json.NewEncoder(w).Encode(struct {
			Household string `json:"household,omitempty"`
			Pilot     string `json:"pilot,omitempty"`
			Table     string `json:"table"`
			Key       string `json:"key"`
			Stored    string `json:"stored"`
			Computed  string `json:"computed"`
		}{labels[d.Family], d.Pilot, d.Table, d.Key, d.Stored, d.Computed})
	}
	nothing := func(s string) string {
		if s == "" {
			return "nothing"
		}
		return s
	}
	_, err := fmt.Fprintf(w, "%s, %s %s\n  stored:   %s\n  computed: %s\n", who, d.Table, d.Key, nothing(d.Stored), nothing(d.Computed))
	return err
}

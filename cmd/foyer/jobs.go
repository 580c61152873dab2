package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/household"
	"foyer/internal/jobs"
)

// mostRuns bounds how many runs one list shows.
const mostRuns = 10_000

func newJobs() *cobra.Command {
	cmd := &cobra.Command{Use: "jobs", Short: "Look at what was computed, and when"}
	cmd.AddCommand(newJobsList(), newJobsRuns())
	return cmd
}

func newJobsList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show the last run of each job",
		Long: "Of each job the run begun last; a run is noted when there was anything to do. A job that never ran\n" +
			"is not shown.",
		Example: "  foyer jobs list\n  foyer jobs list --json",
		Args:    noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			var last []household.Run
			for _, job := range jobs.Names {
				one, err := o.Records.Runs(cmd.Context(), household.RunQuery{Job: job, Limit: 1})
				if err != nil {
					return err
				}
				last = append(last, one...)
			}
			return printRuns(cmd, *asJSON, last)
		})
	}
	return cmd
}

func newJobsRuns() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List runs of jobs, the newest first",
		Long: "done and failed count families and weather stations. error is the class of most failures: panic,\n" +
			"timeout, unreachable or other; stopped when Foyer was told to stop in the midst; unended when nothing\n" +
			"wrote the end of a run, as after a kill. The log has each error. A family that failed is tried again\n" +
			"by the next run.",
		Example: "  foyer jobs runs\n  foyer jobs runs --job results --limit 10 --json",
		Args:    noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	job := cmd.Flags().String("job", "", strings.Join(jobs.Names, ", ")+"; all by default")
	limit := cmd.Flags().Int("limit", 50, "most runs shown, 1 to 10000")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *job != "" && !slices.Contains(jobs.Names, *job) {
			return usageError{fmt.Errorf("--job %q: want one of %s", *job, strings.Join(jobs.Names, ", "))}
		}
		if *limit < 1 || *limit > mostRuns {
			return usageError{fmt.Errorf("--limit %d: want 1 to %d", *limit, mostRuns)}
		}
		return inOffice(cmd, *path, func(o *app.Office) error {
			runs, err := o.Records.Runs(cmd.Context(), household.RunQuery{Job: *job, Limit: *limit})
			if err != nil {
				return err
			}
			return printRuns(cmd, *asJSON, runs)
		})
	}
	return cmd
}

func printRuns(cmd *cobra.Command, asJSON bool, runs []household.Run) error {
	var rows [][]string
	for _, r := range runs {
		ended := ""
		if !r.Finished.IsZero() {
			ended = r.Finished.Format(time.RFC3339)
		}
		rows = append(rows, []string{
			r.Job, r.Started.Format(time.RFC3339), ended, strconv.Itoa(r.Done), strconv.Itoa(r.Failed), string(r.Fault),
		})
	}
	return printRows(cmd.OutOrStdout(), asJSON, []string{"job", "started", "ended", "done", "failed", "error"}, rows)
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
)

// ledgerDays is how many days `foyer ledger show` looks back when it is not told.
const ledgerDays = 7

func newLedger() *cobra.Command {
	cmd := &cobra.Command{Use: "ledger", Short: "Show what became of each reading, and what never came"}
	cmd.AddCommand(newLedgerShow())
	return cmd
}

func newLedgerShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show by meter and day what came, what is kept and what is missing",
		Long: "Expected, heard and missing are messages, by the meter's own cadence: the usual time between\n" +
			"two of its messages. Of a meter that speaks when it likes nothing is expected. The other columns\n" +
			"are readings, one for each register of a message: received is the sum of what became of them.\n" +
			"Quarantined and uncounted are messages again: kept for a person, and not kept.\n\n" +
			"With --gaps it lists the stretches in which messages are missing. A gap without an end is still\n" +
			"open. Days are the pilot's. See docs/en/how-to/find-lost-readings.md.",
		Example: "  foyer ledger show\n  foyer ledger show --gateway gw-01 --day 2026-11-25\n  foyer ledger show --meter m4k7xq2pz --gaps --json",
		Args:    noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	f := cmd.Flags()
	meter := f.String("meter", "", "only this meter, by its id")
	gateway := f.String("gateway", "", "only what came from this gateway")
	day := f.String("day", "", "only this day, 2026-11-25; the last seven by default")
	gaps := f.Bool("gaps", false, "list what is missing")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			q := app.LedgerQuery{Meter: energy.MeterID(*meter), Gateway: *gateway}
			q.To = energy.DayOf(o.World.Now(), o.Zone).Add(1)
			q.From = q.To.Add(-ledgerDays)
			if *day != "" {
				d, err := energy.ParseDay(*day)
				if err != nil {
					return usageError{fmt.Errorf("--day %q: want a day, 2026-11-25", *day)}
				}
				q.From, q.To = d, d.Add(1)
			}
			lines, missing, err := o.Ledger(cmd.Context(), q)
			switch {
			case err != nil:
				return err
			case *gaps && *asJSON:
				return printGapsJSON(cmd.OutOrStdout(), missing)
			case *gaps:
				return printGaps(cmd.OutOrStdout(), o, missing)
			case *asJSON:
				return printLedgerJSON(cmd.OutOrStdout(), lines)
			}
			return printLedger(cmd.OutOrStdout(), o, lines)
		})
	}
	return cmd
}

// A shownGap is a gap as JSON shows it.
type shownGap struct {
	Meter   energy.MeterID `json:"meter"`
	Gateway string         `json:"gateway"`
	From    string         `json:"from"`         // the message before, RFC 3339, UTC
	To      string         `json:"to,omitempty"` // the message after; absent while none has come
	Missing int            `json:"missing"`      // messages
	Every   float64        `json:"every_s"`      // the meter's cadence
}

func printGapsJSON(w io.Writer, gaps []app.MeterGap) error {
	enc := json.NewEncoder(visibleJSON{w})
	for _, g := range gaps {
		s := shownGap{Meter: g.Meter, Gateway: g.Gateway, From: g.From.Format(time.RFC3339Nano), Missing: g.Missing, Every: seconds(g.Every)}
		if !g.To.IsZero() {
			s.To = g.To.Format(time.RFC3339Nano)
		}
		if err := enc.Encode(s); err != nil {
			return err
		}
	}
	return nil
}

// seconds returns a length of time in seconds, to the millisecond.
func seconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }

func printGaps(w io.Writer, o *app.Office, gaps []app.MeterGap) error {
	var rows [][]string
	for _, g := range gaps {
		to := ""
		if !g.To.IsZero() {
			to = g.To.In(o.Zone).Format(time.DateTime)
		}
		rows = append(rows, []string{
			string(g.Meter), g.Gateway, g.From.In(o.Zone).Format(time.DateTime), to, strconv.Itoa(g.Missing), g.Every.Round(time.Millisecond).String(),
		})
	}
	return printRows(w, false, []string{"meter", "gateway", "from", "to", "missing", "every"}, rows)
}

// printLedgerJSON prints every count; what is not known is left out.
func printLedgerJSON(w io.Writer, lines []app.LedgerLine) error {
	enc := json.NewEncoder(visibleJSON{w})
	for _, l := range lines {
		s := map[string]any{"day": l.Day.String(), "gateway": l.Gateway, "received": l.Tally.Received()}
		if l.Meter != "" {
			s["meter"] = l.Meter
		}
		for f, n := range l.Tally {
			s[energy.Fate(f).String()] = n
		}
		if l.Resolved {
			s["heard"] = l.Heard
		}
		if l.Cadence.Regular {
			s["expected"], s["missing"], s["every_s"] = l.Heard+l.Missing, l.Missing, seconds(l.Cadence.Every)
		}
		if !l.Last.IsZero() {
			s["last_at"] = l.Last.Format(time.RFC3339Nano)
		}
		if err := enc.Encode(s); err != nil {
			return err
		}
	}
	return nil
}

// printLedger prints a table for a person, without columns that are 0 everywhere.
func printLedger(w io.Writer, o *app.Office, lines []app.LedgerLine) error {
	var sum energy.Tally
	for _, l := range lines {
		sum.Add(l.Tally)
	}
	header := []string{"day", "gateway", "meter", "every", "expected", "heard", "missing", "last", "received"}
	for f := range energy.Fate(energy.NumFates) {
		if sum[f] != 0 || f == energy.FateStored {
			header = append(header, f.String())
		}
	}
	var rows [][]string
	for _, l := range lines {
		row := []string{l.Day.String(), l.Gateway, string(l.Meter), "", "", "", "", "", strconv.FormatInt(l.Tally.Received(), 10)}
		if l.Resolved {
			row[5] = strconv.Itoa(l.Heard)
		}
		if l.Cadence.Regular {
			row[3], row[4], row[6] = l.Cadence.Every.Round(time.Millisecond).String(), strconv.Itoa(l.Heard+l.Missing), strconv.Itoa(l.Missing)
		}
		if !l.Last.IsZero() {
			row[7] = l.Last.In(o.Zone).Format("15:04:05")
		}
		for f := range energy.Fate(energy.NumFates) {
			if sum[f] != 0 || f == energy.FateStored {
				row = append(row, strconv.FormatInt(l.Tally[f], 10))
			}
		}
		rows = append(rows, row)
	}
	return printRows(w, false, header, rows)
}

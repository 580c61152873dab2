package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/energy"
)

// casesAtOnce bounds how many cases of the quarantine are in memory.
const casesAtOnce = 200

func newQuarantine() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "quarantine",
		Short: "Look at messages that nobody understood, and replay them",
		Long: "A message that Foyer does not understand, or does not believe, is kept for a person with\n" +
			"the reason. These commands work on the machine that takes messages in, whether or not\n" +
			"`foyer serve` runs there. What messages hold is shown with every byte that a terminal\n" +
			"might obey written as an escape.",
	}
	cmd.AddCommand(newQuarantineList(), newQuarantineShow(), newQuarantineReplay(), newQuarantineDiscard())
	return cmd
}

// inQuarantine runs a command with the quarantine of its configuration open.
func inQuarantine(cmd *cobra.Command, path string, do func(*app.Office, *app.Quarantine) error) error {
	return inOffice(cmd, path, func(o *app.Office) error {
		q, err := o.OpenQuarantine(cmd.Context(), newLogger(cmd.ErrOrStderr(), o.Config.Log))
		if err != nil {
			return err
		}
		return errors.Join(do(o, q), q.Close())
	})
}

// dialectFlag adds --dialect to a command that works on cases.
func dialectFlag(cmd *cobra.Command) *string {
	return cmd.Flags().String("dialect", "", "only what this dialect or family could not read: tasmota_energy/sensor, tasmota_energy")
}

// ofDialect reports whether a case is of a dialect or a family of them; "" is all.
func ofDialect(c app.Case, dialect string) bool {
	return dialect == "" || c.Dialect == dialect || strings.HasPrefix(c.Dialect, dialect+"/")
}

// eachCase calls do with every case of a dialect, the oldest first.
func eachCase(ctx context.Context, q *app.Quarantine, dialect string, do func(app.Case) error) error {
	for after := int64(0); ; {
		page, err := q.Cases(ctx, after, casesAtOnce)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return nil
		}
		for _, c := range page {
			after = c.ID
			if !ofDialect(c, dialect) {
				continue
			}
			if err := do(c); err != nil {
				return err
			}
		}
	}
}

func newQuarantineList() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List what waits, the oldest first", Args: noArgs,
		Example: "  foyer quarantine list\n  foyer quarantine list --dialect tasmota_energy --json",
	}
	path, asJSON, dialect := configFlag(cmd), jsonFlag(cmd), dialectFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inQuarantine(cmd, *path, func(o *app.Office, q *app.Quarantine) error {
			var rows [][]string
			err := eachCase(cmd.Context(), q, *dialect, func(c app.Case) error {
				device := c.Device
				if !*asJSON {
					device = brief(device)
				}
				rows = append(rows, []string{
					strconv.FormatInt(c.ID, 10), since(c, o.Zone),
					c.Gateway, device, c.Dialect, c.Reason, strconv.Itoa(len(c.Message.Payload)),
				})
				return nil
			})
			if err != nil {
				return err
			}
			header := []string{"id", "since", "gateway", "device", "dialect", "reason", "bytes"}
			if err := printRows(cmd.OutOrStdout(), *asJSON, header, rows); err != nil {
				return err
			}
			return sayDropped(cmd, o, q)
		})
	}
	return cmd
}

// since says since when a case waits, "unknown" of one that was damaged on the disk.
func since(c app.Case, zone *time.Location) string {
	if c.At.IsZero() {
		return "unknown"
	}
	return c.At.In(zone).Format("2006-01-02 15:04")
}

// sayDropped says how many messages are not in the list, and why.
func sayDropped(cmd *cobra.Command, o *app.Office, q *app.Quarantine) error {
	dropped, err := q.Dropped(cmd.Context())
	if err != nil {
		return err
	}
	for _, c := range []struct{ cause, why string }{
		{"alike", "20 like each of them came that day"},
		{"room", "their kind took the most of spool.quarantine_bytes"},
		{"age", fmt.Sprintf("nobody looked at them for %d days, or for as long as the charter keeps readings", o.Config.Spool.QuarantineDays)},
	} {
		if n := dropped[c.cause]; n > 0 {
			if _, err := fmt.Fprintf(cmd.ErrOrStderr(), "%d more of the last 400 days are not kept: %s\n", n, c.why); err != nil {
				return err
			}
		}
	}
	return nil
}

// A shownCase is a case as show prints it: a line of input for `foyer decode`, and
// what else is known.
type shownCase struct {
	ID       int64          `json:"id"`
	Since    string         `json:"since"` // RFC 3339, UTC; "" when unknown
	Gateway  string         `json:"gateway"`
	Device   string         `json:"device"`
	Dialect  string         `json:"dialect"` // that was tried, "" when none
	Reason   string         `json:"reason"`
	Mounted  string         `json:"mounted_topic,omitempty"` // as published
	By       string         `json:"publisher,omitempty"`     // as the embedded broker authenticated it
	Topic    string         `json:"topic,omitempty"`         // the device's own
	Payload  []byte         `json:"payload_b64,omitempty"`
	Delivery string         `json:"delivery,omitempty"`
	Arrived  string         `json:"received_at,omitempty"`      // RFC 3339, UTC
	Zone     string         `json:"site_tz,omitempty"`          // the pilot's
	Readings []shownReading `json:"refused_readings,omitempty"` // that the series store refused
}

type shownReading struct {
	Meter    energy.MeterID  `json:"meter"`
	Register energy.Register `json:"register"`
	At       string          `json:"time"`
	Value    int64           `json:"thousandths"`
}

func showCase(o *app.Office, c app.Case) shownCase {
	s := shownCase{
		ID: c.ID, Gateway: c.Gateway, Device: c.Device, Dialect: c.Dialect, Reason: c.Reason,
	}
	if !c.At.IsZero() {
		s.Since = c.At.Format(time.RFC3339Nano)
	}
	if m := c.Message; m.Topic != "" {
		s.Mounted, s.By, s.Topic, s.Payload = m.Topic, m.Gateway, m.Topic, m.Payload
		if _, own, ok := o.Config.Broker.Mounts.Resolve(m.Topic); ok {
			s.Topic = own
		}
		s.Delivery, s.Arrived, s.Zone = "live", m.At.Format(time.RFC3339Nano), o.Zone.String()
		if m.Retained {
			s.Delivery = "redelivered"
		}
	}
	for _, r := range c.Readings {
		s.Readings = append(s.Readings, shownReading{r.Meter, r.Register, r.At.Format(time.RFC3339Nano), r.Value})
	}
	return s
}

func newQuarantineShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show one message, why it waits and what it holds",
		Long: "Shows a case of `foyer quarantine list`. With --json the message is exact, its payload in\n" +
			"base64, as a line of input of `foyer decode`.",
		Example: "  foyer quarantine show 3\n  foyer quarantine show 3 --json | foyer decode --explain",
		Args:    oneArg("the number of a case"),
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ids, err := caseNumbers(args)
		if err != nil {
			return err
		}
		return inQuarantine(cmd, *path, func(o *app.Office, q *app.Quarantine) error {
			c, err := q.Case(cmd.Context(), ids[0])
			if err != nil {
				return err
			}
			if *asJSON {
				return json.NewEncoder(visibleJSON{cmd.OutOrStdout()}).Encode(showCase(o, c))
			}
			return printCase(cmd.OutOrStdout(), showCase(o, c))
		})
	}
	return cmd
}

// printCase prints a case for a person.
func printCase(w io.Writer, s shownCase) error {
	lines := [][2]string{
		{"case", strconv.FormatInt(s.ID, 10)},
		{"since", s.Since},
		{"gateway", s.Gateway},
		{"device", s.Device},
		{"dialect", s.Dialect},
		{"reason", s.Reason},
	}
	if s.Mounted != "" {
		lines = append(lines, [2]string{"topic", s.Mounted}, [2]string{"publisher", s.By}, [2]string{"arrived", s.Arrived},
			[2]string{"delivery", s.Delivery}, [2]string{"bytes", strconv.Itoa(len(s.Payload))}, [2]string{"payload", string(s.Payload)})
	}
	for _, r := range s.Readings {
		lines = append(lines, [2]string{"reading", fmt.Sprintf("%s %s %s %d", r.Meter, r.Register, r.At, r.Value)})
	}
	for _, l := range lines {
		if l[1] == "" {
			l[1] = "-"
		}
		if _, err := fmt.Fprintf(w, "%-10s %s\n", l[0], visible(l[1])); err != nil {
			return err
		}
	}
	return nil
}

// A selection says which cases a command works on.
type selection struct {
	all     *bool
	dialect *string
}

func selectionFlags(cmd *cobra.Command) selection {
	return selection{cmd.Flags().Bool("all", false, "every case"), dialectFlag(cmd)}
}

// each calls do with the number of every case that is chosen, once.
func (s selection) each(ctx context.Context, q *app.Quarantine, ids []int64, do func(int64) error) error {
	if len(ids) == 0 {
		return eachCase(ctx, q, *s.dialect, func(c app.Case) error { return do(c.ID) })
	}
	for _, id := range ids {
		c, err := q.Case(ctx, id)
		if err != nil {
			return err
		}
		if !ofDialect(c, *s.dialect) {
			continue
		}
		if err := do(id); err != nil {
			return err
		}
	}
	return nil
}

// check returns the numbers among args, which exclude --all. A dialect alone
// stands for all of its cases.
func (s selection) check(args []string) ([]int64, error) {
	switch {
	case *s.all && len(args) > 0:
		return nil, usageError{errors.New("--all and numbers of cases together: want one of them")}
	case !*s.all && len(args) == 0 && *s.dialect == "":
		return nil, usageError{errors.New("which cases? Give their numbers, --dialect or --all")}
	}
	return caseNumbers(args)
}

func caseNumbers(args []string) ([]int64, error) {
	var ids []int64
	for _, a := range args {
		id, err := strconv.ParseInt(a, 10, 64)
		if err != nil || id < 1 {
			return nil, usageError{fmt.Errorf("%q: want the number of a case; `foyer quarantine list` shows them", a)}
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func newQuarantineReplay() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "replay [ID...]",
		Short: "Take messages in again, as of when they arrived",
		Long: "Gives messages another try, after a newer Foyer reads them or a setting is right: a meter's\n" +
			"subscribed power, a topic's gateway. Their readings are stored when they were made, or when\n" +
			"the message arrived. What is taken in leaves the quarantine; what is still refused stays,\n" +
			"with its first reason. A message is believed however old it is.\n\n" +
			"The readings go into the spool, from which `foyer serve` stores them, now or when it runs\n" +
			"next. Killed in the middle, a replay is simply repeated: nothing is stored twice.",
		Example: "  foyer quarantine replay 3 4\n  foyer quarantine replay --dialect tasmota_energy\n  foyer quarantine replay --all",
		Args:    cobra.ArbitraryArgs,
	}
	path, chosen := configFlag(cmd), selectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ids, err := chosen.check(args)
		if err != nil {
			return err
		}
		return inQuarantine(cmd, *path, func(_ *app.Office, q *app.Quarantine) error {
			taken, left := 0, 0
			err := chosen.each(cmd.Context(), q, ids, func(id int64) error {
				refused, err := q.Replay(cmd.Context(), id)
				if err != nil {
					return err
				}
				if refused != "" {
					left++
					return say(cmd, "%d stays: %s", id, refused)
				}
				taken++
				return say(cmd, "%d taken in", id)
			})
			if err != nil {
				return err
			}
			if left > 0 {
				return fmt.Errorf("%d of %d messages are still refused and stay in quarantine", left, taken+left)
			}
			return nil
		})
	}
	return cmd
}

func newQuarantineDiscard() *cobra.Command {
	cmd := &cobra.Command{
		Use: "discard [ID...]", Short: "Throw messages away that will never be readings",
		Example: "  foyer quarantine discard 3 4 --yes", Args: cobra.ArbitraryArgs,
	}
	path, sure, chosen := configFlag(cmd), yesFlag(cmd), selectionFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ids, err := chosen.check(args)
		if err != nil {
			return err
		}
		if !*sure {
			return errNotSure
		}
		return inQuarantine(cmd, *path, func(_ *app.Office, q *app.Quarantine) error {
			return chosen.each(cmd.Context(), q, ids, func(id int64) error {
				if err := q.Discard(cmd.Context(), id); err != nil {
					return err
				}
				return say(cmd, "%d thrown away", id)
			})
		})
	}
	return cmd
}

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

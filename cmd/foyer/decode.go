package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"foyer/ingest/decoder"
	"foyer/internal/config"
	"foyer/internal/energy"
	"foyer/internal/written"
)

func newDecode() *cobra.Command {
	var explain bool
	var file, folder string
	cmd := &cobra.Command{
		Use:   "decode",
		Short: "Say what each message would store",
		Long: "Decode reads one MQTT message a line, as JSON with the members id, topic, payload or\n" +
			"payload_b64, retained, delivery (\"redelivered\": handed over on subscribe), received_at,\n" +
			"site_tz, assume and context (earlier messages), and prints one line each: what the\n" +
			"message is, which dialect read it, and the readings in it. Topics come without the mount\n" +
			"of a gateway. A time of null stands for the arrival.",
		Example: `  foyer decode < messages.jsonl
  echo '{"id":1,"topic":"zigbee2mqtt/room","payload":"{\"temperature\":18.5}"}' | foyer decode --explain`,
		Args: noArgs,
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		d, err := openDialects(file, folder)
		if err != nil {
			return err
		}
		d.explain = explain
		return d.lines(cmd.InOrStdin(), cmd.OutOrStdout())
	}
	cmd.Flags().StringVar(&file, "config", "", "configuration whose templates and assumptions count too; those of one gateway do not")
	cmd.Flags().StringVar(&folder, "templates", "", "folder of templates that count too, instead of the configuration's")
	cmd.Flags().BoolVar(&explain, "explain", false, "also say which dialect matched, which path gave what and why something was left out; quotes the payload")
	return cmd
}

// A decodeInput is one line of input.
type decodeInput struct {
	ID         json.RawMessage `json:"id"`
	Topic      string          `json:"topic"`
	Payload    *string         `json:"payload"`
	PayloadB64 *string         `json:"payload_b64"`
	Retained   bool            `json:"retained"` // by the publisher; the delivery counts
	Delivery   string          `json:"delivery"`
	ReceivedAt *string         `json:"received_at"`
	SiteTZ     string          `json:"site_tz"`
	Assume     map[string]any  `json:"assume"`
	Context    []decodeInput   `json:"context"`
}

// A decodeOutput is one line of output.
type decodeOutput struct {
	ID       json.RawMessage `json:"id"`
	Outcome  decoder.Outcome `json:"outcome"`
	Dialect  string          `json:"dialect"`
	Reason   string          `json:"reason"`
	Readings []decodeReading `json:"readings"`
	Explain  []string        `json:"explain,omitempty"`
}

// A decodeReading is one reading in the units people use.
type decodeReading struct {
	Device   string          `json:"device"`
	Quantity energy.Quantity `json:"quantity"`
	Register string          `json:"register"`
	Value    json.RawMessage `json:"value"` // an exact decimal
	Unit     string          `json:"unit"`
	Time     *string         `json:"time"`
}

// dialects are what messages are decoded with.
type dialects struct {
	set     *decoder.Set
	tell    func(gateway string, m *decoder.Message) // what a site knows of its devices
	explain bool
}

// openDialects returns the dialects that come with Foyer, with what a configuration
// adds to them and those of a folder instead of its own; "" for neither.
func openDialects(file, folder string) (d dialects, err error) {
	c := config.Default()
	c.Meters.Templates = "" // nothing lies beside no file
	if file != "" {
		if c, err = config.Load(file); err != nil {
			return d, err
		}
	}
	if folder != "" {
		if _, err := os.Stat(folder); err != nil {
			return d, usageError{fmt.Errorf("--templates: %w", err)}
		}
		c.Meters.Templates = folder
	}
	set, known, err := c.Meters.Open()
	return dialects{set: set, tell: known.Tell}, err
}

// lines answers each line of r with one of w, as it comes.
func (d dialects) lines(r io.Reader, w io.Writer) error {
	in, out := bufio.NewReaderSize(r, 1<<16), bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for number := 1; ; number++ {
		line, readErr := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := enc.Encode(d.line(line, number)); err != nil {
				return fmt.Errorf("write line %d: %w", number, err)
			}
			if in.Buffered() == 0 { // somebody may wait for the answer
				if err := out.Flush(); err != nil {
					return fmt.Errorf("write line %d: %w", number, err)
				}
			}
		}
		switch {
		case errors.Is(readErr, io.EOF):
			if err := out.Flush(); err != nil {
				return fmt.Errorf("write line %d: %w", number, err)
			}
			return nil
		case readErr != nil:
			return fmt.Errorf("read line %d: %w", number, readErr)
		}
	}
}

func (d dialects) line(line []byte, number int) decodeOutput {
	var in decodeInput
	err := written.JSON(line, &in)
	var m decoder.Message
	if err == nil {
		m, err = d.message(&in)
	}
	if len(in.ID) == 0 {
		in.ID = json.RawMessage("null")
	}
	out := decodeOutput{ID: in.ID, Outcome: decoder.Refused, Readings: []decodeReading{}}
	if err != nil {
		out.Reason = fmt.Sprintf("line %d: %v", number, err)
		return out
	}
	res, lines, err := d.decode(m)
	out.Outcome, out.Dialect, out.Reason, out.Explain = res.Outcome, res.Dialect, res.Reason, lines
	if err != nil {
		return out
	}
	for _, o := range res.Observations {
		q := o.Register.Quantity()
		r := decodeReading{
			Device: o.Device.ID, Quantity: q, Register: o.Register.Name(),
			Value: json.RawMessage(exact(o.Value, 3+q.ShownExponent())), Unit: q.Shown(),
		}
		if !o.At.IsZero() {
			at := o.At.Format(time.RFC3339Nano)
			r.Time = &at
		}
		out.Readings = append(out.Readings, r)
	}
	return out
}

func (d dialects) decode(m decoder.Message) (decoder.Result, []string, error) {
	if d.explain {
		return d.set.Explain(m)
	}
	r, err := d.set.Decode(m)
	return r, nil, err
}

// message reads the message of a line, after it has decoded those of its context.
func (d dialects) message(in *decodeInput) (decoder.Message, error) {
	m := decoder.Message{Topic: in.Topic, Redelivered: in.Delivery == "redelivered", Assume: in.Assume}
	switch {
	case in.Payload != nil && in.PayloadB64 != nil:
		return m, errors.New("payload_b64: stands beside payload: give one of them")
	case in.Payload != nil:
		m.Payload = []byte(*in.Payload)
	case in.PayloadB64 != nil:
		b, err := base64.StdEncoding.DecodeString(*in.PayloadB64)
		if err != nil {
			return m, fmt.Errorf("payload_b64: %q: want the bytes of the payload in base64: %w", cut(*in.PayloadB64), err)
		}
		m.Payload = b
	}
	if in.Delivery != "" && in.Delivery != "redelivered" && in.Delivery != "live" {
		return m, fmt.Errorf("delivery: %q: want live or redelivered", cut(in.Delivery))
	}
	if in.ReceivedAt != nil {
		at, err := time.Parse(time.RFC3339, *in.ReceivedAt)
		if err != nil {
			return m, fmt.Errorf("received_at: %q: want an instant like 2026-11-25T14:00:00Z", cut(*in.ReceivedAt))
		}
		m.ReceivedAt = at
	}
	if in.Assume == nil {
		d.tell("", &m)
	}
	if in.SiteTZ != "" {
		zone, err := time.LoadLocation(in.SiteTZ)
		if err != nil {
			return m, fmt.Errorf("site_tz: %q: want a zone like Europe/Paris", cut(in.SiteTZ))
		}
		m.Zone = zone
	}
	memory := decoder.Memory{}
	for i := range in.Context {
		earlier := &in.Context[i]
		if earlier.SiteTZ == "" {
			earlier.SiteTZ = in.SiteTZ
		}
		if earlier.Assume == nil {
			earlier.Assume = in.Assume
		}
		e, err := d.message(earlier)
		if err != nil {
			return m, fmt.Errorf("context[%d].%w", i, err)
		}
		e.Context = memory
		r, err := d.set.Decode(e)
		if err == nil { // what is refused teaches nothing
			memory.Keep(r.Remember)
		}
	}
	m.Context = memory
	return m, nil
}

// cut shortens a text that nobody wants to read whole.
func cut(text string) string {
	const most = 60
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// exact writes v × 10^-decimals without trailing zeros.
func exact(v int64, decimals int) string {
	sign, u := "", uint64(v) //nolint:gosec // two's complement is what the next line wants
	if v < 0 {
		sign, u = "-", -u
	}
	s := strconv.FormatUint(u, 10)
	if len(s) <= decimals {
		s = strings.Repeat("0", decimals-len(s)+1) + s
	}
	whole, part := s[:len(s)-decimals], strings.TrimRight(s[len(s)-decimals:], "0")
	if part == "" {
		return sign + whole
	}
	return sign + whole + "." + part
}

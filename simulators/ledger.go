package simulators

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"foyer/internal/energy"
)

// A Statement is a message in the ledger of what was acknowledged: one JSON line.
type Statement struct {
	Gateway string                    `json:"gateway"`
	Scheme  string                    `json:"scheme"`
	Device  string                    `json:"device"`
	Role    Role                      `json:"role"`
	At      time.Time                 `json:"at"`                // the instant it states, or was made at where it states none
	Untimed bool                      `json:"untimed,omitempty"` // it states none
	Sent    time.Time                 `json:"sent"`              // when it was due to be sent
	Values  map[energy.Register]int64 `json:"values"`
}

// State returns the ledger's line of an emission.
func (e Emission) State() Statement {
	d := e.Device
	s := Statement{d.Gateway, d.Scheme, d.ID, d.Role, e.At, d.Untimed, e.Sent, map[energy.Register]int64{}}
	for _, v := range e.Values {
		s.Values[v.Register] = v.Value
	}
	return s
}

// Ledger returns a function that writes the line of each emission to w at once; it
// suits [Fleet.Acked].
func Ledger(w io.Writer) func(Emission) error {
	out := json.NewEncoder(w)
	return func(e Emission) error {
		if err := out.Encode(e.State()); err != nil {
			return fmt.Errorf("write to the ledger: %w", err)
		}
		return nil
	}
}

// WriteMessages writes emissions as `foyer decode` reads them: one JSON line each, the
// topic as the device knows it, without the mount.
func (t *Town) WriteMessages(w io.Writer, emissions iter.Seq[Emission]) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	n := 0
	for e := range emissions {
		n++
		line := struct {
			ID       string    `json:"id"`
			Topic    string    `json:"topic"`
			Payload  string    `json:"payload"`
			Retained bool      `json:"retained"`
			Received time.Time `json:"received_at"`
			Zone     string    `json:"site_tz"`
		}{strconv.Itoa(n), strings.TrimPrefix(e.Topic, e.Device.Mount()), string(e.Payload), e.Retained, e.Sent, t.Scenario.Zone}
		if err := out.Encode(line); err != nil {
			return fmt.Errorf("write message %d: %w", n, err)
		}
	}
	return nil
}

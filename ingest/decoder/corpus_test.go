package decoder

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// ours are the families of the recorded corpus that have a decoder. Of the others
// nothing may be read, least of all by a decoder of another family.
var ours = []string{
	"linky_tasmota_teleinfo", "linky_zlinky_z2m", "tasmota_energy", "zigbee2mqtt", "shelly_gen2",
	"linky_teleinfo2mqtt", "linky_teleinfokit", "shelly_gen1",
	"lorawan_tts", "lorawan_chirpstack", "obis_gateways", "enedis_myelectricaldata",
	"dsmr_p1", "wmbusmeters", "openenergymonitor", "glow", "ai_on_the_edge", "grdf_gazpar",
	"senml", "homie", "sparkplug_b", "ha_discovery", "esphome",
}

// A record is one recorded message with what a correct ingest stores of it.
type record struct {
	ID, Family, Topic string
	Payload           string
	PayloadB64        string `json:"payload_b64"`
	Delivery          string
	ReceivedAt        string `json:"received_at"`
	SiteTZ            string `json:"site_tz"`
	Assume            map[string]any
	Context           []record
	Expect            []expected
}

type expected struct {
	Device, Quantity, Register, Unit string
	DeviceAlt                        any `json:"device_alt"`
	RegisterAlt                      any `json:"register_alt"`
	Value                            float64
	Tolerance                        *float64
	Time, TimeAlt                    *string
	TimeOptional                     bool `json:"time_optional"`
	TimeTolS                         float64
	Optional                         bool
}

func (r record) message(t *testing.T) Message {
	t.Helper()
	m := Message{Topic: r.Topic, Payload: []byte(r.Payload), Redelivered: r.Delivery == "redelivered", Assume: r.Assume}
	if r.PayloadB64 != "" {
		b, err := base64.StdEncoding.DecodeString(r.PayloadB64)
		if err != nil {
			t.Fatal(err)
		}
		m.Payload = b
	}
	if r.ReceivedAt != "" {
		m.ReceivedAt = instantOf(t, r.ReceivedAt)
	}
	if r.SiteTZ != "" {
		m.Zone = zone(t, r.SiteTZ)
	}
	memory := Memory{}
	for _, c := range r.Context {
		c.SiteTZ, c.Assume = r.SiteTZ, r.Assume
		cm := c.message(t)
		cm.Context = memory
		if got, err := Decode(cm); err == nil {
			memory.Keep(got.Remember)
		}
	}
	m.Context = memory
	return m
}

// TestRecordedCorpus reads the recorded messages beside the project, where they
// are: they come from public sources and are no part of it.
func TestRecordedCorpus(t *testing.T) {
	files, err := filepath.Glob("../../../shared/reference/payloads/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("the recorded corpus is not beside the project: ../shared/reference/payloads")
	}
	for _, f := range files {
		family := strings.TrimSuffix(filepath.Base(f), ".jsonl")
		t.Run(family, func(t *testing.T) {
			for _, r := range records(t, f) {
				t.Run(r.ID, func(t *testing.T) { checkRecord(t, r, slices.Contains(ours, family)) })
			}
		})
	}
}

func records(t *testing.T, file string) (rs []record) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		rs = append(rs, r)
	}
	return rs
}

func checkRecord(t *testing.T, r record, family bool) {
	m := r.message(t)
	got, err := Decode(m)
	if (err != nil) != (got.Outcome == Refused) || (len(got.Observations) > 0) != (got.Outcome == Readings) {
		t.Fatalf("outcome %s, %d readings, error %v", got.Outcome, len(got.Observations), err)
	}
	left := slices.Clone(got.Observations)
	for _, want := range r.Expect {
		i := slices.IndexFunc(left, func(o Observation) bool { return want.is(t, o, m.ReceivedAt) })
		switch {
		case i >= 0:
			left = slices.Delete(left, i, i+1)
		case family && !want.Optional:
			t.Errorf("missing %s %s/%s %v %s", want.Device, want.Quantity, want.Register, want.Value, want.Unit)
		}
	}
	for _, o := range left {
		t.Errorf("invented by %s: %s %s %d at %s", got.Dialect, o.Device.ID, o.Register, o.Value, o.At)
	}
}

func (e expected) is(t *testing.T, o Observation, arrival time.Time) bool {
	q := o.Register.Quantity()
	value := float64(o.Value) / math.Pow10(3+q.ShownExponent())
	tolerance := 1e-6 * max(1, math.Abs(e.Value))
	if e.Tolerance != nil {
		tolerance = *e.Tolerance
	}
	return among(o.Device.ID, e.Device, e.DeviceAlt) && string(q) == e.Quantity && q.Shown() == e.Unit &&
		(among(o.Register.Name(), e.Register, e.RegisterAlt) || sameRegister(o.Register.Name(), e.Register)) &&
		math.Abs(value-e.Value) <= tolerance && e.when(t, o.At, arrival)
}

func (e expected) when(t *testing.T, at, arrival time.Time) bool {
	tolerance := time.Second
	if e.TimeTolS > 0 {
		tolerance = time.Duration(e.TimeTolS * float64(time.Second))
	}
	if (e.Time == nil || e.TimeOptional) && (at.IsZero() || arrival.IsZero() || at.Sub(arrival).Abs() <= tolerance) {
		return true
	}
	for _, s := range []*string{e.Time, e.TimeAlt} {
		if s != nil && !at.IsZero() && at.Sub(instantOf(t, *s)).Abs() <= tolerance {
			return true
		}
	}
	return false
}

func among(got, want string, alt any) bool {
	switch a := alt.(type) {
	case string:
		return got == want || got == a
	case []any:
		return got == want || slices.Contains(a, any(got))
	}
	return got == want
}

// sameRegister accepts the other spellings of one register.
func sameRegister(a, b string) bool {
	for _, same := range [][]string{{"", "total", "base"}, {"hc", "f01"}, {"hp", "f02"}} {
		if slices.Contains(same, a) && slices.Contains(same, b) {
			return true
		}
	}
	return false
}

package decoder

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"

	"foyer/internal/energy"
)

func TestDialectsAreAskedInAFixedOrder(t *testing.T) {
	order := Dialects()
	before := func(a, b string) {
		if i, j := slices.Index(order, a), slices.Index(order, b); i < 0 || j < 0 || i > j {
			t.Errorf("%s (%d) is not asked before %s (%d)", a, i, b, j)
		}
	}
	before("linky_tasmota_teleinfo/sensor", "tasmota_energy/sensor")
	before("linky_tasmota_teleinfo/energy-of-index", "tasmota_energy/sensor")
	before("tasmota_energy/status-sns", "tasmota_energy/reply")
	before("linky_zlinky_z2m/state", "zigbee2mqtt/device")
	before("zigbee2mqtt/availability", "zigbee2mqtt/device")
	before("zigbee2mqtt/device", "zigbee2mqtt/device-under-another-base")
}

func TestAPinnedDialectIsTheOnlyOne(t *testing.T) {
	m := Message{Topic: "tele/p/SENSOR", Payload: []byte(`{"TIC":{"PAPP":160},"ENERGY":{"Power":5}}`), Assume: map[string]any{"dialect": "linky_tasmota_teleinfo/energy-of-contract"}}
	if r, err := Decode(m); err == nil {
		t.Errorf("%+v", r)
	}
	m.Assume["dialect"] = "linky_tasmota_teleinfo/sensor"
	if r, err := Decode(m); err != nil || r.Observations[0].Value != 160_000 {
		t.Errorf("%+v %v", r, err)
	}
}

func TestRefusalsSayWhatWasTried(t *testing.T) {
	for _, c := range []struct{ topic, payload, dialect, reason string }{
		{"tele/p/SENSOR", `{"Time":"2018-08-18T16:13:47","MCP" "D0":0}`, "tasmota_energy/sensor", reasonJSON},
		{"zigbee2mqtt/room", `{"temperature":`, "zigbee2mqtt/device", reasonJSON},
		{"a/plug/events/rpc", `not json`, "shelly_gen2/notification", reasonJSON},
		{"some/where/else", `{"temperature":20}`, "", reasonUnknown},
		{"some", "\x00\x01", "", reasonUnknown},
	} {
		r, err := Decode(Message{Topic: c.topic, Payload: []byte(c.payload)})
		if err == nil || r.Outcome != Refused || r.Dialect != c.dialect || r.Reason != c.reason {
			t.Errorf("%s %s: %+v, %v", c.topic, c.payload, r, err)
		}
	}
}

func TestReasonsNeverQuoteThePayload(t *testing.T) {
	const secret = "012345678901"
	for _, c := range samples(t) {
		m := c.message
		for _, old := range []string{"0", "1", "null", `"ON"`} {
			m.Payload = bytes.Replace(c.message.Payload, []byte(":"+old), []byte(`:"`+secret+`"`), 1)
			r, err := Decode(m)
			if strings.Contains(r.Reason, secret) || err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("%s: %s %v", c.name, r.Reason, err)
			}
		}
	}
}

func TestEmptyPayloadIsAKnownNothing(t *testing.T) {
	for _, topic := range []string{"zigbee2mqtt/room", "tele/p/SENSOR", "some/where"} {
		if r, err := Decode(Message{Topic: topic}); err != nil || r.Outcome != Ignored {
			t.Errorf("%s: %+v, %v", topic, r, err)
		}
	}
}

func TestHugeAndNumerousAreRefused(t *testing.T) {
	if r, err := Decode(Message{Topic: "tele/p/SENSOR", Payload: make([]byte, maxPayload+1)}); err == nil || r.Reason != reasonSize {
		t.Errorf("%+v", r)
	}
	var b strings.Builder
	b.WriteString(`{"Time":"2025-01-10T08:00:00Z"`)
	for i := range maxObservations + 1 {
		b.WriteString(`,"S` + string(rune('a'+i%26)) + strings.Repeat("x", i/26) + `":{"Temperature":20}`)
	}
	b.WriteString("}")
	if r, err := Decode(Message{Topic: "tele/p/SENSOR", Payload: []byte(b.String())}); err == nil || r.Reason != reasonMany {
		t.Errorf("%s %d", r.Reason, len(r.Observations))
	}
}

func TestADeviceMustHaveAName(t *testing.T) {
	for _, src := range []string{`""`, `"a\u0000b"`, `"` + strings.Repeat("x", 300) + `"`} {
		r, err := Decode(Message{Topic: "p/rpc", Payload: []byte(`{"id":1,"src":` + src + `,"result":{"switch:0":{"apower":5}}}`)})
		if err == nil || r.Reason != reasonIdentity {
			t.Errorf("%.20s: %+v", src, r)
		}
	}
}

func TestABrokenDecoderStopsNobody(t *testing.T) {
	m := Message{Topic: "zigbee2mqtt/room", Payload: []byte(`{"temperature":20}`), Context: brokenContext{}}
	r, err := Decode(m)
	if err == nil || r.Outcome != Refused || r.Reason != reasonPanic || r.Dialect == "" {
		t.Errorf("%+v %v", r, err)
	}
	m.Context = nil
	if r, err := Decode(m); err != nil || len(r.Observations) != 1 {
		t.Errorf("%+v %v", r, err)
	}
}

type brokenContext struct{}

func (brokenContext) Recall(string) (string, bool) { panic("broken") }

func TestWhatIsKnownIsNotRememberedAgain(t *testing.T) {
	memory := Memory{}
	m := Message{Topic: "zigbee2mqtt/bridge/devices", Payload: []byte(`[{"ieee_address":"0x01","friendly_name":"a"},{"ieee_address":"0x02","friendly_name":"b/c"}]`), Context: memory}
	r, err := Decode(m)
	if err != nil || len(r.Remember) != 3 {
		t.Fatalf("%+v %v", r, err)
	}
	memory.Keep(r.Remember)
	if r, _ = Decode(m); len(r.Remember) != 0 {
		t.Errorf("again: %v", r.Remember)
	}
	memory.Keep([]Fact{{Key: "zigbee2mqtt zigbee2mqtt/a"}})
	if r, _ = Decode(m); len(r.Remember) != 1 {
		t.Errorf("forgotten: %v", r.Remember)
	}
}

func TestDecodersShareNothing(t *testing.T) {
	all := samples(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				for _, c := range all {
					r, _ := Decode(c.message)
					if got := lines(r); !slices.Equal(got, c.want) {
						t.Errorf("%s: %q", c.name, got)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestResultsDoNotPointIntoThePayload(t *testing.T) {
	for _, c := range samples(t) {
		m := c.message
		m.Payload = bytes.Clone(m.Payload)
		r, _ := Decode(m)
		for i := range m.Payload {
			m.Payload[i] = 'x'
		}
		if got := lines(r); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q after the payload was reused", c.name, got)
		}
	}
}

// holds checks what is promised of every result, whatever the message.
func holds(t *testing.T, r Result) {
	t.Helper()
	if (r.Outcome == Readings) != (len(r.Observations) > 0) || r.Outcome != Readings && r.Reason == "" || len(r.Observations) > maxObservations {
		t.Fatalf("outcome %q, reason %q, %d observations", r.Outcome, r.Reason, len(r.Observations))
	}
	type identity struct {
		device string
		reg    energy.Register
		at     int64
	}
	seen := map[identity]bool{}
	for _, o := range r.Observations {
		q := o.Register.Quantity()
		if !q.Known() || !validID(o.Device.ID) || o.Device.Scheme == "" || o.Step < 1 {
			t.Fatalf("observation %+v", o)
		}
		if o.Value < limits[q].min || o.Value > limits[q].max || q.Cumulative() && o.Value < 0 {
			t.Fatalf("%s of %d", o.Register, o.Value)
		}
		if !o.At.IsZero() && (o.At.Before(epochFrom) || !o.At.Before(epochTo) || o.At != energy.Instant(o.At)) {
			t.Fatalf("at %s", o.At)
		}
		k := identity{o.Device.ID, o.Register, o.At.UnixMilli()}
		if seen[k] {
			t.Fatalf("%s twice", o.Register)
		}
		seen[k] = true
	}
}

package decoder

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/internal/energy"
)

func TestDialectsAreAskedInAFixedOrder(t *testing.T) {
	order := Builtin().Dialects()
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
		{"some/where/else", `{"temperature":2`, "", reasonJSON},
		{"some/status", `fine`, "", reasonUnknown}, // that topic is one of text: JSON was not expected
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

// TestWhatStandsAroundATextIsNoPartOfIt: a byte order mark before it, the end of a
// line or of a string in C after it.
func TestWhatStandsAroundATextIsNoPartOfIt(t *testing.T) {
	for topic, payload := range map[string]string{
		"tele/p/SENSOR":                                `{"ENERGY":{"Power":5}}`,
		"shellies/p/emeter/0/power":                    "5",
		"emonhub/rx/5/values":                          "5",
		"homie/5/p/meter/power":                        "5",
		"lab/box/power":                                "5",
		"dsmr/reading/electricity_currently_delivered": "0.005",
	} {
		memory := Memory{
			"homie homie/5/p":  "5\nmeter/power\tpower/total W\n",
			"ha lab/box/power": "c\tpower/total W\t$\t1 1 0\tbox\n",
		}
		assume := map[string]any{"names": []any{"power1"}}
		for _, around := range [][2]string{{"", ""}, {"\ufeff", ""}, {"", "\x00"}, {"\ufeff", "\r\n\x00\x00"}, {"", "\r\n"}, {" ", " "}} {
			r, err := Decode(Message{Topic: topic, Payload: []byte(around[0] + payload + around[1]), Context: memory, Assume: assume})
			if err != nil || len(r.Observations) != 1 || r.Observations[0].Value != 5000 {
				t.Errorf("%s with %q: %+v, %v", topic, around, r, err)
			}
		}
	}
}

func TestAWordForNoValueIsAKnownNothing(t *testing.T) {
	for _, topic := range []string{"zigbee2mqtt/room", "tele/p/SENSOR", "some/where", "shellies/p/emeter/0/power"} {
		for _, word := range []string{"unavailable", "unknown", "null", `"unknown"`, "None", " NaN\n"} {
			if r, err := Decode(Message{Topic: topic, Payload: []byte(word)}); err != nil || r.Outcome != Ignored {
				t.Errorf("%s %s: %+v, %v", topic, word, r, err)
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

// TestAHostileMessageCostsLittle sends what a sender could think of to keep a
// decoder busy, in as many bytes as a message may have.
func TestAHostileMessageCostsLittle(t *testing.T) {
	filled := func(head, item, tail string) string {
		return head + strings.Repeat(item+",", (maxPayload-len(head)-len(item)-len(tail))/(len(item)+1)) + item + tail
	}
	numbered := func(head, before, after, tail string) string {
		var b strings.Builder
		b.WriteString(head)
		for i := 0; b.Len() < maxPayload-len(tail)-len(before)-len(after)-8; i++ {
			b.WriteString(before + strconv.Itoa(i) + after + ",")
		}
		return strings.TrimSuffix(b.String(), ",") + tail
	}
	for what, m := range map[string]struct{ topic, payload string }{
		"channels":          {"tele/p/SENSOR", filled(`{"ENERGY":{"Power":[`, "1", "]}}")},
		"channels of null":  {"tele/p/SENSOR", numbered(`{"ENERGY":{"Power":[`+strings.Repeat("null,", maxPayload/10)+"null]},", `"`, `":1`, "}")},
		"sensors":           {"tele/p/SENSOR", numbered("{", `"s`, `":{"Temperature":1}`, "}")},
		"sensors of null":   {"tele/p/SENSOR", numbered("{", `"s`, `":{"Temperature":null}`, "}")},
		"a label again":     {"tele/p/SENSOR", filled(`{"TIC":{`, `"HCHC":1`, "}}")},
		"an object again":   {"tele/p/SENSOR", filled("{", `"ENERGY":{"Total":1}`, "}")},
		"attributes":        {"zigbee2mqtt/p", numbered("{", `"a`, `":1`, "}")},
		"devices":           {"zigbee2mqtt/bridge/devices", numbered("[", `{"ieee_address":"0x1","friendly_name":"d`, `"}`, "]")},
		"channels of plugs": {"p/events/rpc", numbered(`{"src":"shelly","method":"NotifyStatus","params":{`, `"switch:`, `":{"apower":1}`, "}}")},
		"packets":           {"p/events/rpc", numbered(`{"src":"shelly","method":"NotifyEvent","params":{"events":[`, `{"data":{"BTHome_version":2,"temperature":1,"address":"`, `"}}`, "]}}")},
		"tiers":             {"zigbee2mqtt/p", filled(`{`, `"current_tier1_summ_delivered":1`, "}")},
		"depth":             {"zigbee2mqtt/p", strings.Repeat("[", maxPayload)},
		"digits":            {"zigbee2mqtt/p", `{"energy":` + strings.Repeat("9", maxPayload-11) + "}"},
		"records":           {"senml/p", numbered("[", `{"n":"temp`, `","u":"Cel","v":20}`, "]")},
		"records of text":   {"senml/p", filled(`[{"bn":"`+strings.Repeat("1/", 120)+`"},`, `{"n":"0","vs":""}`, "]")},
		"records in CBOR":   {"senml/p", filled("\x9f", "\xa3\x00\x64temp\x01\x63Cel\x02\x14", "\xff")},
		"text in CBOR":      {"senml/p", "\x81\xa2\x00\x64temp\x03\x7a\x00\x0f\xff\x00" + strings.Repeat("n", 0xfff00)},
		"digits in CBOR":    {"senml/p", "\x81\xa2\x00\x64temp\x02\xc4\x82\x00\xc2\x5a\x00\x0f\xff\x00" + strings.Repeat("n", 0xfff00)},
		"a base name":       {"senml/p", filled(`[{"bn":"`+strings.Repeat("1/", maxPayload/4)+`"},`, `{"v":1}`, "]")},
		"properties":        {"homie/5/p/$description", numbered(`{"nodes":{"`+strings.Repeat("n ", 60)+`":{"properties":{`, `"p`, `":{"datatype":"float","unit":"W"}`, "}}}}")},
		"a node's name":     {"homie/5/p/$description", numbered(`{"nodes":{"`+strings.Repeat("n ", maxPayload/4)+`":{"properties":{`, `"p`, `":{"datatype":"float","unit":"W"}`, "}}}}")},
		"components":        {"homeassistant/device/p/config", numbered(`{"cmps":{`, `"c`, `":{"p":"sensor","stat_t":"a/b","unit_of_meas":"W"}`, "}}")},
		"codes":             {"meters/p", numbered(`{"name":"p",`, `"1-0:1.8.`, `":{"value":1}`, "}")},
		"an uplink":         {"v3/a/devices/p/up", numbered(`{"end_device_ids":{"dev_eui":"p"},"uplink_message":{"decoded_payload":{`, `"k`, `":1`, "}}}")},
		"samples":           {"v3/a/devices/p/up", filled(`{"end_device_ids":{"dev_eui":"p"},"uplink_message":{"normalized_payload":[`, `{"air":{"temperature":1}}`, "]}}")},
		"escapes":           {"zigbee2mqtt/p", numbered("{", `"\u0061`, `":1`, "}")},
	} {
		t.Run(what, func(t *testing.T) {
			begun := time.Now()
			r, _ := Decode(Message{Topic: m.topic, Payload: []byte(m.payload)})
			if len(m.payload) < maxPayload*9/10 || r.Reason == reasonUnknown || r.Reason == reasonJSON && what != "depth" {
				t.Fatalf("%d bytes: %s", len(m.payload), r.Reason)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("%s for %s", took, r.Reason)
			}
		})
	}
}

// TestOfARepeatedNameTheLastCounts, whichever way a dialect comes to it.
func TestOfARepeatedNameTheLastCounts(t *testing.T) {
	for topic, payload := range map[string]string{
		"tele/p/SENSOR": `{"Time":"2025-01-10T08:00:00Z","TIC":{"PAPP":1,"PAPP":2}}`,
		"tele/q/SENSOR": `{"ENERGY":{"Power":1},"ENERGY":{"Power":2}}`,
		"tele/r/SENSOR": `{"SML":{"Power_curr":1},"SML":{"Power_curr":2}}`,
		"zigbee2mqtt/p": `{"power_l1":1,"power_l1":2}`,
		"zigbee2mqtt/q": `{"current_tarif":"HC..","apparent_power":1,"apparent_power":2}`,
		"p/events/rpc":  `{"src":"shelly","method":"NotifyStatus","params":{"switch:0":{"apower":1},"switch:0":{"apower":2}}}`,
	} {
		r, err := Decode(Message{Topic: topic, Payload: []byte(payload)})
		if err != nil || len(r.Observations) != 1 || r.Observations[0].Value != 2000 {
			t.Errorf("%s: %+v, %v", payload, r, err)
		}
		if r.Partly != reasonRepeated {
			t.Errorf("%s: nobody is told, %q", payload, r.Partly)
		}
		if strings.Contains(payload, `{"ENERGY":{`) || strings.Contains(payload, `{"SML":{`) || strings.Contains(payload, `:{"apower":`) {
			continue // objects are not compared
		}
		same, err := Decode(Message{Topic: topic, Payload: []byte(strings.ReplaceAll(payload, "1", "2"))})
		if err != nil || same.Partly != "" {
			t.Errorf("%s, the same twice: %q, %v", payload, same.Partly, err)
		}
	}
}

// TestTwoMetersOfOneHeadAreForAPerson: nothing says which of them is the home's.
func TestTwoMetersOfOneHeadAreForAPerson(t *testing.T) {
	for payload, want := range map[string]string{
		`{"SML":{"Total_in":5},"SML2":{"Total_in":7}}`: reasonTwice,
		`{"SML":{"Total_in":5},"SML2":{"Total_in":5}}`: "",
		`{"SML":{"Total_in":5},"SML":{"Total_in":7}}`:  reasonRepeated,
		`{"SML":{"Total_in":5,"Total_out":7}}`:         "",
	} {
		r, err := Decode(Message{Topic: "tele/head/SENSOR", Payload: []byte(payload)})
		if err != nil || r.Outcome != Readings || r.Partly != want {
			t.Errorf("%s: %+v, %v", payload, r, err)
		}
	}
}

// TestAUnitIsForgottenWhenItIsUsualAgain, as after an update of a converter.
func TestAUnitIsForgottenWhenItIsUsualAgain(t *testing.T) {
	memory := Memory{}
	for _, c := range []struct {
		unit string
		want int64
	}{{"Wh", 5_000}, {"kWh", 5_000_000}, {"Wh", 5_000}, {"joules or so", 5_000_000}} {
		devices := `[{"ieee_address":"0x01","friendly_name":"a","definition":{"exposes":[{"property":"energy","unit":"` + c.unit + `"}]}}]`
		r, err := Decode(Message{Topic: "zigbee2mqtt/bridge/devices", Payload: []byte(devices), Context: memory})
		if err != nil {
			t.Fatal(err)
		}
		memory.Keep(r.Remember)
		r, err = Decode(Message{Topic: "zigbee2mqtt/a", Payload: []byte(`{"energy":5}`), Context: memory})
		if err != nil || r.Observations[0].Value != c.want {
			t.Errorf("%s: %+v, %v", c.unit, r, err)
		}
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
		since := epochFrom
		if strings.HasPrefix(r.Dialect, "senml/") { // whose clocks count otherwise before they are set
			since = senmlSince
		}
		if !o.At.IsZero() && (o.At.Before(since) || !o.At.Before(epochTo) || o.At != energy.Instant(o.At)) {
			t.Fatalf("at %s", o.At)
		}
		k := identity{o.Device.ID, o.Register, o.At.UnixMilli()}
		if seen[k] {
			t.Fatalf("%s twice", o.Register)
		}
		seen[k] = true
	}
}

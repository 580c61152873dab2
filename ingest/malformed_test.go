package ingest_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/ingest"
	"foyer/internal/energy"
)

const plugTopic = "foyer/g1/tele/plug/SENSOR"

// malformed are the ways in which messages of meters are broken, one of each.
var malformed = []struct{ name, topic, payload, reason string }{
	{"cut off", plugTopic, `{"Time":"2026-11-25T13:00:00","ENERGY":{"To`, "malformed JSON"},
	{"something after the end", plugTopic, `{"ENERGY":{"Total":1.5}}x`, "malformed JSON"},
	{"two in one", plugTopic, `{"ENERGY":{"Total":1.5}}{"ENERGY":{"Total":1.6}}`, "malformed JSON"},
	{"a comma too many", plugTopic, `{"ENERGY":{"Total":1.5,}}`, "malformed JSON"},
	{"a decimal comma", plugTopic, `{"ENERGY":{"Total":1,5}}`, "malformed JSON"},
	{"a number with two points", plugTopic, `{"ENERGY":{"Total":1.2.3}}`, "malformed JSON"},
	{"a zero byte", plugTopic, "\x00", "malformed JSON"},
	{"a zero byte inside", plugTopic, "{\"ENERGY\":\x00{\"Total\":1.5}}", "malformed JSON"},
	{"two byte order marks", plugTopic, "\ufeff\ufeff" + `{"ENERGY":{"Total":1.5}}`, "malformed JSON"},
	{"true instead of a number", plugTopic, `{"ENERGY":{"Total":true}}`, "true or false"},
	{"a comma in a number in quotes", plugTopic, `{"ENERGY":{"Total":"1,5"}}`, "let the sender write a point"},
	{"cut off on a topic that any family may have", "foyer/g1/senml/x", `[{"bn":"dev1:","n":"temp","u":"Cel","v":2`, "malformed JSON"},
	{"bytes", plugTopic, "\x7e\xa0\xff\xfe\x00\x1b[2J", "malformed JSON"},
	{"nested without end", plugTopic, strings.Repeat(`{"ENERGY":`, 10_000), "malformed JSON"},
	{"text instead of JSON", "foyer/g1/shellyplus1pm-aabbcc/events/rpc", "hello", "malformed JSON"},
	{"a list instead of an object", plugTopic, `[1.5, 5]`, "no dialect"},
	{"a bare number", plugTopic, "1.5", "no dialect"},
	{"a topic nobody knows", "foyer/g1/acme/0042/state", `{"power":412}`, "no dialect"},
	{"bytes on a topic nobody knows", "foyer/g1/acme/0042/what/is/this", "\x00\xff", "no dialect"},
	{"text where a number stands", "foyer/g1/zigbee2mqtt/room", `{"temperature":"warm"}`, "no number"},
	{"letters in an index", "foyer/g1/tele/tele/SENSOR", `{"Time":"2026-11-25T13:00:00","TIC":{"BASE":"0079x0903"}}`, "no number"},
	{"a device without a name", "foyer/g1/tele//SENSOR", `{"ENERGY":{"Total":1.5}}`, "device id"},
	{"a name without end", "foyer/g1/tele/" + strings.Repeat("x", 300) + "/SENSOR", `{"ENERGY":{"Total":1.5}}`, "device id"},
	{
		"a name that is no text", "foyer/g1/shellyplus1pm-aabbcc/events/rpc",
		`{"src":"shelly\u0000x","method":"NotifyStatus","params":{"ts":1795608000.1,"switch:0":{"apower":1.5}}}`, "device id",
	},
	{"an hour that comes twice", plugTopic, `{"Time":"2026-10-25T02:30:00","ENERGY":{"Total":1.5}}`, "repeated autumn hour"},
	{"more than anybody sends", plugTopic, `{"a":"` + strings.Repeat("x", 1<<20) + `"}`, "1 MiB"},
	{"a topic of a subscription", "foyer/g1/tele/+/SENSOR", `{"ENERGY":{"Total":1.5}}`, "malformed topic"},
	{"a topic that is no text", "foyer/g1/tele/\xff/SENSOR", `{"ENERGY":{"Total":1.5}}`, "malformed topic"},
	{"a topic under no gateway", "tele/plug/SENSOR", `{"ENERGY":{"Total":1.5}}`, "under no gateway"},
	{"a power that no home draws", plugTopic, `{"Time":"2026-11-25T13:00:00","ENERGY":{"Power":900000}}`, "power"},
	{"older than a month", plugTopic, `{"Time":"2026-10-01T13:00:00","ENERGY":{"Total":1.5}}`, "35 days"},
}

// TestEveryMalformedMessageWaitsForAPersonWithAReason: it is acknowledged, holds
// nobody up, says why it waits, and is there byte for byte to be replayed.
func TestEveryMalformedMessageWaitsForAPersonWithAReason(t *testing.T) {
	for _, x := range malformed {
		t.Run(x.name, func(t *testing.T) {
			h := newHouse(t)
			h.meters.set(ingest.Meter{ID: "m-g1-plug", State: ingest.Claimed, MaxPower: 9_000_000})
			sent := ingest.Message{Topic: x.topic, Payload: []byte(x.payload), Gateway: "g1", At: noon}
			h.send(sent)
			h.send(plug("g1", "other", noon, 1000, 5))
			if got := h.waiting(); slices.ContainsFunc(got, func(r energy.Reading) bool { return r.Meter != "m-g1-other" }) || len(got) != 2 {
				t.Errorf("readings %v", got)
			}
			cases := h.cases()
			if len(cases) != 1 || !strings.Contains(cases[0].Reason, x.reason) {
				t.Fatalf("%d cases, reason %q, want %q", len(cases), cases[0].Reason, x.reason)
			}
			got := cases[0].Message
			if got.Topic != sent.Topic || string(got.Payload) != x.payload || got.Gateway != "g1" || !got.At.Equal(noon) {
				t.Errorf("kept %q %.80q", got.Topic, got.Payload)
			}
			if strings.Contains(cases[0].Reason, "1.5") {
				t.Errorf("the reason %q quotes the message", cases[0].Reason)
			}
			if strings.Contains(x.reason, "35 days") {
				return // a replay takes it in
			}
			err := h.spool.Replay(t.Context(), cases[0].ID, h.handler.Handle)
			if refused := new(ingest.Refused); !errors.As(err, &refused) || len(h.cases()) != 1 {
				t.Errorf("replayed: %v, %d cases", err, len(h.cases()))
			}
		})
	}
}

// TestAReplayTeachesOnlyWhatNobodyHasTaughtSince: a name that was given before the
// present one does not come back.
func TestAReplayTeachesOnlyWhatNobodyHasTaughtSince(t *testing.T) {
	h := newHouse(t)
	names := func(address, name string, at time.Time) ingest.Message {
		return ingest.Message{
			Topic: "foyer/g1/zigbee2mqtt/bridge/devices", At: at,
			Payload: []byte(`[{"ieee_address":"` + address + `","friendly_name":"` + name + `","type":"Router"}]`),
		}
	}
	lookedUp := func(device string) []string {
		h.send(sensor("g1", device, noon, 100, 1))
		ref := h.meters.refs[len(h.meters.refs)-1]
		return append([]string{ref.ID}, ref.Aliases...)
	}
	h.send(names("0x00158d0000000002", "kitchen", noon))
	for _, old := range []ingest.Message{
		names("0x00158d0000000001", "kitchen", noon.Add(-time.Hour)),
		names("0x00158d0000000003", "attic", noon.Add(-time.Hour)),
	} {
		old.Vouched = true
		h.send(old)
	}
	if got := lookedUp("kitchen"); !slices.Contains(got, "0x00158d0000000002") || slices.Contains(got, "0x00158d0000000001") {
		t.Errorf("the kitchen is %v", got)
	}
	if got := lookedUp("attic"); !slices.Contains(got, "0x00158d0000000003") {
		t.Errorf("the attic is %v", got)
	}
}

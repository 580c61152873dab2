package ingest_test

import (
	"strings"
	"testing"
	"time"

	"foyer/ingest"
	"foyer/ingest/decoder"
)

func TestTheFirstAssumptionAboutAMessageCounts(t *testing.T) {
	known, err := ingest.Assumptions{
		{Topic: "gasmeter/#", Gateway: "g1", Assume: map[string]any{"quantity": "gas_volume", "unit": "m3"}},
		{Topic: "+/main/json", Assume: map[string]any{"quantity": "water_volume", "unit": "m3"}},
		{Topic: "tele/shed/SENSOR", Zone: "UTC", Dialect: "tasmota_energy/sensor"},
	}.Open(decoder.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ gateway, topic, quantity, dialect, zone string }{
		{"g1", "gasmeter/main/json", "gas_volume", "", ""},
		{"g2", "gasmeter/main/json", "water_volume", "", ""},
		{"", "gasmeter/main/json", "water_volume", "", ""},
		{"g1", "tele/shed/SENSOR", "", "tasmota_energy/sensor", "UTC"},
		{"g1", "tele/other/SENSOR", "", "", ""},
	} {
		m := decoder.Message{Topic: c.topic}
		known.Tell(c.gateway, &m)
		quantity, _ := m.Assume["quantity"].(string)
		dialect, _ := m.Assume["dialect"].(string)
		zone := ""
		if m.Zone != nil {
			zone = m.Zone.String()
		}
		if quantity != c.quantity || dialect != c.dialect || zone != c.zone {
			t.Errorf("%+v: got %q %q %q", c, quantity, dialect, zone)
		}
	}
}

func TestFaultyAssumptionsNameTheirField(t *testing.T) {
	as := ingest.Assumptions{
		{Topic: "a/#/b", Gateway: "G 1", Zone: "Mars/Olympus"},
		{Topic: "#", Dialect: "nobody/none", Assume: map[string]any{"unit": "furlong"}},
		{Topic: "x"},
	}
	err := as.Validate()
	for _, part := range []string{`assume[0].topic: "a/#/b"`, `assume[0].gateway: "G 1"`, `assume[0].zone: "Mars/Olympus"`, "assume[2]: nothing is assumed"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %q in it", err, part)
		}
	}
	_, err = as.Open(decoder.Builtin())
	for _, part := range []string{"assume[1].dialect: nobody/none", "assume[1].unit: furlong"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %q in it", err, part)
		}
	}
}

// TestWhatASiteKnowsIsTold reads a meter that a camera looks at.
func TestWhatASiteKnowsIsTold(t *testing.T) {
	camera := ingest.Message{
		Topic:   "foyer/g1/gasmeter/main/json",
		Payload: []byte(`{"value":"521.5","raw":"521.5","pre":"521.5","error":"no error","rate":"0","timestamp":"2026-11-25T13:00:00+0100"}`),
		At:      noon.Add(time.Minute),
	}
	h := newHouse(t)
	h.send(camera)
	if got := h.waiting(); len(got) != 0 {
		t.Fatalf("nobody knows what it looks at: %v", got)
	}
	known, err := ingest.Assumptions{{Topic: "gasmeter/#", Assume: map[string]any{"quantity": "gas_volume", "unit": "m3"}}}.Open(decoder.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	h.handler.Known = known
	h.send(camera)
	if got := h.waiting(); len(got) != 1 || got[0].Value != 521_500_000 {
		t.Fatalf("%v", got)
	}
}

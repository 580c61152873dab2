package decoder

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// fuzzFamily mutates the samples of a family. Whatever comes must end in a result
// that holds its promises, twice the same, and never be read as something else
// only because it was handed over on subscribe.
func fuzzFamily(f *testing.F, family string) {
	memory := Memory{"zigbee2mqtt zigbee2mqtt/a": "0x01", "zigbee2mqtt-unit zigbee2mqtt/a energy": "Wh", "zlinky zigbee2mqtt/a": "historique HC..", "shelly p": "shellyplusht-a0"}
	for _, c := range samples(f) {
		if strings.HasPrefix(c.name, family+"/") {
			f.Add(c.message.Topic, c.message.Payload, c.message.Redelivered, c.message.Assume != nil)
		}
	}
	paris := zone(f, "Europe/Paris")
	assume := map[string]any{
		"pulses":   map[string]any{"pulse_count": "gas_volume/total 0.01 m3", "pulse_count/total": "energy_import/total 1/600 kWh"},
		"quantity": "gas_volume", "unit": "m3", "names": []any{"power1", "e1", "boiler"},
		"metric_map": map[string]any{"$": "power/x W", "boiler": "power/boiler W", "a.b[0]": "energy_import/x kWh"},
	}
	f.Fuzz(func(t *testing.T, topic string, payload []byte, redelivered, assumed bool) {
		m := Message{Topic: topic, Payload: payload, Redelivered: redelivered, Zone: paris, Context: memory, ReceivedAt: time.Date(2025, 10, 26, 0, 30, 0, 0, time.UTC)}
		if assumed {
			m.Assume = assume
		}
		r, err := Decode(m)
		if (err != nil) != (r.Outcome == Refused) || r.Reason == reasonPanic {
			t.Fatalf("%+v: %v", r, err)
		}
		holds(t, r)
		again, _ := Decode(m)
		if strings.Join(lines(r), "\n") != strings.Join(lines(again), "\n") {
			t.Fatalf("first %q, then %q", lines(r), lines(again))
		}
		if !redelivered {
			return
		}
		for _, o := range r.Observations {
			if o.At.IsZero() {
				t.Fatalf("a copy of unknown age was read: %+v", o)
			}
		}
	})
}

func FuzzLinkyTasmotaTeleinfo(f *testing.F) { fuzzFamily(f, "linky_tasmota_teleinfo") }
func FuzzLinkyZLinkyZ2M(f *testing.F)       { fuzzFamily(f, "linky_zlinky_z2m") }
func FuzzTasmotaEnergy(f *testing.F)        { fuzzFamily(f, "tasmota_energy") }
func FuzzZigbee2MQTT(f *testing.F)          { fuzzFamily(f, "zigbee2mqtt") }
func FuzzShellyGen2(f *testing.F)           { fuzzFamily(f, "shelly_gen2") }
func FuzzLinkyTeleinfo2MQTT(f *testing.F)   { fuzzFamily(f, "linky_teleinfo2mqtt") }
func FuzzLinkyTeleinfoKit(f *testing.F)     { fuzzFamily(f, "linky_teleinfokit") }
func FuzzShellyGen1(f *testing.F)           { fuzzFamily(f, "shelly_gen1") }
func FuzzLoRaWANPayload(f *testing.F)       { fuzzFamily(f, "lorawan_payload") }
func FuzzOBISGateways(f *testing.F)         { fuzzFamily(f, "obis_gateways") }
func FuzzMyElectricalData(f *testing.F)     { fuzzFamily(f, "enedis_myelectricaldata") }
func FuzzHomie(f *testing.F)                { fuzzFamily(f, "homie") }
func FuzzSparkplugB(f *testing.F)           { fuzzFamily(f, "sparkplug_b") }
func FuzzHADiscovery(f *testing.F)          { fuzzFamily(f, "ha_discovery") }
func FuzzSenML(f *testing.F)                { fuzzFamily(f, "senml") }
func FuzzLoRaWANTTS(f *testing.F)           { fuzzFamily(f, "lorawan_tts") }
func FuzzLoRaWANChirpStack(f *testing.F)    { fuzzFamily(f, "lorawan_chirpstack") }

func FuzzDSMRP1(f *testing.F)            { fuzzFamily(f, "dsmr_p1") }
func FuzzWMBusMeters(f *testing.F)       { fuzzFamily(f, "wmbusmeters") }
func FuzzOpenEnergyMonitor(f *testing.F) { fuzzFamily(f, "openenergymonitor") }
func FuzzGlow(f *testing.F)              { fuzzFamily(f, "glow") }
func FuzzAIOnTheEdge(f *testing.F)       { fuzzFamily(f, "ai_on_the_edge") }
func FuzzESPHome(f *testing.F)           { fuzzFamily(f, "esphome") }
func FuzzGRDFGazpar(f *testing.F)        { fuzzFamily(f, "grdf_gazpar") }

func TestEveryFamilyIsFuzzed(t *testing.T) {
	targets, err := os.ReadFile("fuzz_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Builtin().families {
		if !bytes.Contains(targets, []byte(`fuzzFamily(f, "`+f.Name+`")`)) {
			t.Errorf("no fuzz target mutates the samples of %s", f.Name)
		}
	}
}

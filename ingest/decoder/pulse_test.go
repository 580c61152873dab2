package decoder

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestPulsesCountWhatTheSiteSaysTheyAreWorth reads counts as a radio sends them; the
// sums are by hand: 1,203 pulses of 0.01 m³ are 12,030 l, 7 of 1/600 kWh 11.667 Wh.
func TestPulsesCountWhatTheSiteSaysTheyAreWorth(t *testing.T) {
	noon := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ pulses, worth, register, want string }{
		{"1203", "gas_volume/total 0.01 m3", "pulse_count", "gas_volume/total 12030000 step 10000"},
		{"7", "energy_import/total 1/600 kWh", "pulse_count", "energy_import/total 11667 step 1667"},
		{"0", "water_volume/cold 1 l", "pulse_count", "water_volume/cold 0 step 1000"},
		{"3", "heat_energy/total 1 kJ", "pulse_count", "heat_energy/total 833 step 278"},
		{"7", "gas_volume/total 1 l", "pulse_count/other", "pulse_count 7000 step 1000"},
		{"900000000000", "energy_import/total 1000 kWh", "pulse_count", ""},
	} {
		r, err := Decode(Message{
			Topic: "emon/cellar", ReceivedAt: noon, Payload: []byte(`{"pulsecount": ` + c.pulses + `, "power1": 5}`),
			Assume: map[string]any{"pulses": map[string]any{c.register: c.worth}},
		})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, o := range r.Observations {
			if o.Register.Quantity() != "power" {
				got = string(o.Register) + " " + strconv.FormatInt(o.Value, 10) + " step " + strconv.FormatInt(o.Step, 10)
			}
		}
		if got != c.want || (r.Partly == reasonPulse) != (c.want == "") {
			t.Errorf("%s pulses of %s: %q, %q; want %q", c.pulses, c.worth, got, r.Partly, c.want)
		}
	}
}

// TestAWorthThatNoMeterShowsIsNoReading: alone in its message, it leaves nothing.
func TestAWorthThatNoMeterShowsIsNoReading(t *testing.T) {
	r, err := Decode(Message{
		Topic: "emon/cellar", Payload: []byte(`{"pulsecount": 900000000000}`),
		Assume: map[string]any{"pulses": map[string]any{"pulse_count": "energy_import/total 1000 kWh"}},
	})
	if err != nil || r.Outcome != Ignored || !strings.Contains(r.Reason, "worth more") {
		t.Errorf("%+v, %v", r, err)
	}
}
